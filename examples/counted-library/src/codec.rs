//! How an entry's bytes go into an archive and come back.

use std::io::{self, Read, Write};

use flate2::{read::DeflateDecoder, write::DeflateEncoder, Compression};

use crate::index::Method;

/// How much work goes into making an archive small.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Level {
    /// Done soonest.
    Fast,
    /// What zlib's authors hold to be a good middle.
    #[default]
    Balanced,
    /// Smallest.
    Best,
}

impl Level {
    fn compression(self) -> Compression {
        match self {
            Self::Fast => Compression::new(libz_sys::Z_BEST_SPEED.unsigned_abs()),
            Self::Balanced => Compression::default(),
            Self::Best => Compression::new(libz_sys::Z_BEST_COMPRESSION.unsigned_abs()),
        }
    }
}

/// How the next entry is to be packed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Packing {
    Stored,
    Deflated(Level),
}

impl Default for Packing {
    fn default() -> Self {
        Self::Deflated(Level::default())
    }
}

impl Packing {
    pub(crate) fn method(self) -> Method {
        match self {
            Self::Stored => Method::Stored,
            Self::Deflated(_) => Method::Deflated,
        }
    }
}

/// Packs all of `source` into `out`; returns how many bytes it had.
pub(crate) fn encode(
    source: &mut impl Read,
    out: &mut impl Write,
    packing: Packing,
) -> io::Result<u64> {
    match packing {
        Packing::Stored => {
            headcount::used!("codec::stored");
            io::copy(source, out)
        }
        Packing::Deflated(level) => {
            let mut encoder = DeflateEncoder::new(out, level.compression());
            let bytes = io::copy(source, &mut encoder)?;
            encoder.finish()?;
            Ok(bytes)
        }
    }
}

/// Unpacks `packed`, stopping one byte past `limit_bytes`: an index that lies about a size costs
/// no more memory than it admits to.
pub(crate) fn decode(packed: &[u8], method: Method, limit_bytes: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = limit_bytes.saturating_add(1);
    match method {
        Method::Stored => packed.take(limit).read_to_end(&mut bytes)?,
        Method::Deflated => DeflateDecoder::new(packed).take(limit).read_to_end(&mut bytes)?,
    };
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(bytes: &[u8], packing: Packing) -> Vec<u8> {
        let mut out = Vec::new();
        let read = encode(&mut &*bytes, &mut out, packing).unwrap();
        assert_eq!(read, bytes.len() as u64);
        out
    }

    #[test]
    fn more_work_makes_it_smaller() {
        let text: Vec<u8> =
            (0..4000_u32).flat_map(|n| (n * n % 977).to_string().into_bytes()).collect();
        let size = |packing| packed(&text, packing).len();
        let sizes = [
            size(Packing::Deflated(Level::Best)),
            size(Packing::Deflated(Level::Fast)),
            size(Packing::Stored),
        ];
        assert!(sizes.is_sorted_by(|smaller, larger| smaller < larger), "{sizes:?}");
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let bomb = packed(&vec![0; 1 << 20], Packing::default());
        assert_eq!(decode(&bomb, Method::Deflated, 99).unwrap().len(), 100);
    }
}
