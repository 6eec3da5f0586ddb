//! The bytes that a compiler leaves in a binary, and how to tell them from noise.
//!
//! A record is laid out as
//!
//! | bytes | holds |
//! | --- | --- |
//! | 12 | [`magic`] |
//! | 1 | format version, [`FORMAT`] |
//! | 1 | kind: `S` site, `B` build record, `A` application's graph |
//! | 4 | length of the text, little-endian |
//! | n | the text: JSON |
//! | 4 | check sum, little-endian: [`check_sum`] of kind and text |
//!
//! `headcount` builds the same bytes in a `const fn`. In the text of a site, the path begins with the
//! name of its crate, as `module_path!` has it; decoding takes that off.

use std::hint::black_box;

use crate::build::BuildRecord;
use crate::graph::Graph;
use crate::hash::check_sum;
use crate::limits::{MAX_BUILD_RECORD_BYTES, MAX_GRAPH_BYTES, MAX_SITE_RECORD_BYTES};
use crate::site::SiteRecord;

/// Bytes of the magic.
pub const MAGIC_BYTES: usize = 12;

/// The format version that this crate reads.
pub const FORMAT: u8 = 1;

/// Bytes before the text.
pub const HEADER_BYTES: usize = MAGIC_BYTES + 6;

/// Bytes after the text.
pub const TRAILER_BYTES: usize = 4;

/// Size of the largest record, in bytes.
pub const MAX_RECORD_BYTES: usize = HEADER_BYTES + MAX_GRAPH_BYTES + TRAILER_BYTES;

/// One record of a binary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// A site that the linker kept.
    Site(SiteRecord),
    /// The facts of one library in this build.
    Build(BuildRecord),
    /// The application's resolved graph.
    Application(Graph),
}

/// Why bytes that begin with the magic are no record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The bytes end before the record does: more than `needed` are wanted.
    #[error("the record is cut short: {needed} bytes are needed")]
    Cut {
        /// Bytes that the record takes, as far as it can be told.
        needed: usize,
    },
    /// It does not begin with the magic.
    #[error("no record begins here")]
    NoMagic,
    /// Written by a headcount of another format.
    #[error("format {0} is unknown; a newer `cargo headcount` may read it")]
    Format(u8),
    /// Neither a site nor a build record nor a graph.
    #[error("kind {0:#04x} is unknown")]
    Kind(u8),
    /// Longer than anything that headcount writes.
    #[error("a text of {0} bytes is over the limit")]
    Long(usize),
    /// The check sum does not match.
    #[error("the check sum does not match")]
    CheckSum,
    /// The text is not what a record of this kind says.
    #[error("the text cannot be read: {0}")]
    Text(String),
}

/// The twelve bytes with which every record begins.
///
/// Put together at run time, so that a scanner's own binary does not contain them.
#[must_use]
pub fn magic() -> [u8; MAGIC_BYTES] {
    const INVERTED: [u8; MAGIC_BYTES] =
        [0x91, 0x68, 0x8d, 0x45, 0xdc, 0x82, 0xef, 0x56, 0x1b, 0x58, 0x95, 0x14];
    black_box(INVERTED).map(|byte| !byte)
}

impl Record {
    /// Reads the record at the start of `bytes`; says how many bytes it took.
    ///
    /// # Errors
    /// [`RecordError::Cut`] when `bytes` is too short to tell; any other when there is no record.
    pub fn decode(bytes: &[u8]) -> Result<(Self, usize), RecordError> {
        let header = bytes.get(..HEADER_BYTES).ok_or(RecordError::Cut { needed: HEADER_BYTES })?;
        if header[..MAGIC_BYTES] != magic() {
            return Err(RecordError::NoMagic);
        }
        if header[MAGIC_BYTES] != FORMAT {
            return Err(RecordError::Format(header[MAGIC_BYTES]));
        }
        let kind = header[MAGIC_BYTES + 1];
        let limit = match kind {
            b'S' => MAX_SITE_RECORD_BYTES,
            b'B' => MAX_BUILD_RECORD_BYTES,
            b'A' => MAX_GRAPH_BYTES,
            _ => return Err(RecordError::Kind(kind)),
        };
        let length = little_endian(&header[MAGIC_BYTES + 2..]) as usize;
        if length > limit {
            return Err(RecordError::Long(length));
        }
        let end = HEADER_BYTES + length;
        let needed = end + TRAILER_BYTES;
        let sum = bytes.get(end..needed).ok_or(RecordError::Cut { needed })?;
        let text = &bytes[HEADER_BYTES..end];
        if check_sum(kind, text) != Some(little_endian(sum)) {
            return Err(RecordError::CheckSum);
        }
        let record = match kind {
            b'S' => serde_json::from_slice(text).map(SiteRecord::without_crate).map(Record::Site),
            b'B' => serde_json::from_slice(text).map(Record::Build),
            _ => serde_json::from_slice(text).map(Record::Application),
        };
        record.map(|record| (record, needed)).map_err(|error| RecordError::Text(error.to_string()))
    }

    /// Writes the record as a compiler would leave it.
    ///
    /// # Panics
    /// When the text is longer than `u32::MAX` bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let (kind, text) = match self {
            Self::Site(site) => (b'S', serde_json::to_vec(&site.clone().with_crate())),
            Self::Build(build) => (b'B', serde_json::to_vec(build)),
            Self::Application(graph) => (b'A', serde_json::to_vec(graph)),
        };
        let text = text.expect("records hold nothing that JSON cannot say");
        let mut bytes = magic().to_vec();
        bytes.extend([FORMAT, kind]);
        bytes.extend(u32::try_from(text.len()).expect("a record is short").to_le_bytes());
        bytes.extend(text);
        let sum = check_sum(kind, &bytes[HEADER_BYTES..]).expect("a record is longer than a word");
        bytes.extend(sum.to_le_bytes());
        bytes
    }
}

fn little_endian(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).rev().fold(0, |value, byte| value << 8 | u32::from(*byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::site::{Deprecation, SiteKind};

    fn site(note: &str) -> Record {
        Record::Site(SiteRecord {
            library: "counted-library".parse().unwrap(),
            version: "1.4.2".to_owned(),
            path: "client::Client::old".parse().unwrap(),
            kind: SiteKind::Method,
            deprecated: Some(Deprecation { note: Some(note.to_owned()), ..Deprecation::default() }),
        })
    }

    proptest! {
        #[test]
        fn decoding_undoes_encoding(note in ".{0,200}", tail in any::<Vec<u8>>()) {
            let record = site(&note);
            let mut bytes = record.encode();
            let length = bytes.len();
            bytes.extend(tail);
            prop_assert_eq!(Record::decode(&bytes), Ok((record, length)));
        }

        #[test]
        fn one_changed_byte_is_noticed(note in ".{0,50}", at in any::<usize>(), by in 1..=255u8) {
            let mut bytes = site(&note).encode();
            let at = at % bytes.len();
            bytes[at] ^= by;
            prop_assert!(Record::decode(&bytes).is_err());
        }

        #[test]
        fn a_cut_record_says_so(note in ".{0,50}", keep in any::<usize>()) {
            let bytes = site(&note).encode();
            let keep = keep % bytes.len();
            let cut = matches!(Record::decode(&bytes[..keep]), Err(RecordError::Cut { .. }));
            prop_assert!(cut);
        }

        #[test]
        fn noise_after_the_magic_never_panics(noise in any::<Vec<u8>>()) {
            let mut bytes = magic().to_vec();
            bytes.extend(noise);
            let _ = Record::decode(&bytes);
        }
    }
}
