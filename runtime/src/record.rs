//! The bytes of a record, put together by the compiler.
//!
//! Layout, the same as in `headcount-report`: magic, format version, kind, length of the text
//! (`u32`, little-endian), the text (JSON), and FNV-1a (32 bits, little-endian) of everything
//! between magic and check sum.

const MAGIC: [u8; 12] = [0x6e, 0x97, 0x72, 0xba, 0x23, 0x7d, 0x10, 0xa9, 0xe4, 0xa7, 0x6a, 0xeb];
const FORMAT: u8 = 1;
const HEADER_BYTES: usize = MAGIC.len() + 6;
const TRAILER_BYTES: usize = 4;

/// Longest path of a site, in bytes: it has to fit into a line of the spool.
const MAX_PATH_BYTES: usize = 256;

/// What a record is about.
#[derive(Clone, Copy)]
pub enum Kind {
    /// A site.
    Site = b'S' as isize,
    /// A library in this build.
    Build = b'B' as isize,
}

/// The size in bytes of the record whose text is made of `parts`.
#[must_use]
pub const fn length(parts: &[&str]) -> usize {
    HEADER_BYTES + text_length(parts) + TRAILER_BYTES
}

/// The record whose text is made of `parts`.
///
/// # Panics
/// At compile time, when `N` is not [`length`] of the parts.
#[must_use]
pub const fn build<const N: usize>(kind: Kind, parts: &[&str]) -> [u8; N] {
    assert!(N == length(parts));
    #[allow(clippy::cast_possible_truncation)] // a text of 4 GiB has no `[u8; N]`
    let length = (text_length(parts) as u32).to_le_bytes();
    let header = [FORMAT, kind as u8, length[0], length[1], length[2], length[3]];
    let mut record = [0; N];
    let mut at = write(&mut record, 0, &MAGIC);
    at = write(&mut record, at, &header);
    let mut part = 0;
    while part < parts.len() {
        at = write(&mut record, at, parts[part].as_bytes());
        part += 1;
    }
    let sum = fnv1a_32(&record, MAGIC.len(), at).to_le_bytes();
    write(&mut record, at, &sum);
    record
}

/// The text of a record: what stands between header and check sum.
pub(crate) const fn text(record: &[u8]) -> &[u8] {
    let (_, rest) = record.split_at(HEADER_BYTES);
    rest.split_at(rest.len() - TRAILER_BYTES).0
}

/// FNV-1a, 64 bits, of a record's text: the name of its file in the spool.
pub(crate) const fn text_hash(record: &[u8]) -> u64 {
    let text = text(record);
    let mut hash = 0xcbf2_9ce4_8422_2325;
    let mut at = 0;
    while at < text.len() {
        hash = (hash ^ text[at] as u64).wrapping_mul(0x0000_0100_0000_01b3);
        at += 1;
    }
    hash
}

/// The path itself.
///
/// # Panics
/// At compile time, when it is not what a line of the spool, and a report, may hold.
#[must_use]
pub const fn checked(path: &'static str) -> &'static str {
    assert!(path.len() <= MAX_PATH_BYTES, "a site's path is at most 256 bytes; give it a `name`");
    assert!(is_path(path.as_bytes()), "a site's path is made of identifiers joined by `::`");
    path
}

const fn is_path(path: &[u8]) -> bool {
    let mut at = 0;
    while at < path.len() {
        let is_known = path[at].is_ascii_alphanumeric()
            || matches!(path[at], b'_' | b':' | b'#' | b'<' | b'>' | b' ' | b'-' | b'.')
            || !path[at].is_ascii();
        if !is_known {
            return false;
        }
        at += 1;
    }
    !path.is_empty() && path[0] != b' ' && path[path.len() - 1] != b' '
}

/// `client::send` of `my_crate::client::send`.
#[must_use]
pub const fn within_crate(path: &'static str) -> &'static str {
    let bytes = path.as_bytes();
    let mut at = 0;
    while at + 1 < bytes.len() {
        if bytes[at] == b':' && bytes[at + 1] == b':' {
            let (_, rest) = bytes.split_at(at + 2);
            if let Ok(rest) = core::str::from_utf8(rest) {
                return rest;
            }
        }
        at += 1;
    }
    path
}

const fn text_length(parts: &[&str]) -> usize {
    let mut length = 0;
    let mut part = 0;
    while part < parts.len() {
        length += parts[part].len();
        part += 1;
    }
    length
}

/// Writes `bytes` at `at`; says where they end.
const fn write<const N: usize>(record: &mut [u8; N], at: usize, bytes: &[u8]) -> usize {
    let mut done = 0;
    while done < bytes.len() {
        record[at + done] = bytes[done];
        done += 1;
    }
    at + done
}

const fn fnv1a_32(bytes: &[u8], from: usize, to: usize) -> u32 {
    let mut hash: u32 = 0x811c_9dc5;
    let mut at = from;
    while at < to {
        hash = (hash ^ bytes[at] as u32).wrapping_mul(0x0100_0193);
        at += 1;
    }
    hash
}
