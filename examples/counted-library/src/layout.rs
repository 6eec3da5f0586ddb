//! Where the parts of an archive lie: the only module that knows the footer.

use std::io::{self, Read, Write};

use flate2::CrcReader;

use crate::checksum;
use crate::codec::{self, Packing};
use crate::error::{Error, Result};
use crate::index::{Entry, Index};

const MAGIC: &[u8; 8] = b"COUNTED1";
const LEGACY_MAGIC: &[u8; 8] = b"COUNTED0"; // the footer has no check sum of the index
const LENGTH_BYTES: usize = size_of::<u64>();
const CRC_BYTES: usize = size_of::<u32>();

/// An archive in the making.
#[derive(Debug)]
pub(crate) struct Writer<W> {
    out: Counted<W>,
    index: Index,
}

impl<W: Write> Writer<W> {
    pub(crate) fn new(out: W) -> Self {
        Self { out: Counted { inner: out, bytes: 0 }, index: Index::default() }
    }

    /// Appends one entry. What a failed one has already written is never referred to.
    pub(crate) fn append(&mut self, name: &str, source: impl Read, packing: Packing) -> Result<()> {
        self.index.refuse_duplicate(name)?;
        let offset = self.out.bytes;
        let mut source = CrcReader::new(source);
        let bytes = codec::encode(&mut source, &mut self.out, packing)?;
        self.index.push(Entry {
            name: name.to_owned(),
            offset,
            packed_bytes: self.out.bytes - offset,
            bytes,
            crc: source.crc().sum(),
            method: packing.method(),
        })
    }

    /// Appends index and footer, and gives back what the archive was written to.
    pub(crate) fn close(mut self) -> Result<W> {
        let index = self.index.to_json()?.into_bytes();
        self.out.write_all(&index)?;
        self.out.write_all(&(index.len() as u64).to_le_bytes())?;
        self.out.write_all(&checksum::of(&index).to_le_bytes())?;
        self.out.write_all(MAGIC)?;
        self.out.flush()?;
        Ok(self.out.inner)
    }
}

/// Counts what went through, failed entries included, so that offsets stay right.
#[derive(Debug)]
struct Counted<W> {
    inner: W,
    bytes: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(buffer)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Finds and checks the index of an archive.
pub(crate) fn read_index(archive: &[u8]) -> Result<Index> {
    let rest = match archive.split_last_chunk() {
        Some((rest, magic)) if magic == MAGIC => rest,
        Some((_, magic)) if magic == LEGACY_MAGIC => return Err(Error::Legacy),
        _ => return Err(Error::NotAnArchive),
    };
    let (rest, crc) = rest.split_last_chunk::<CRC_BYTES>().ok_or(Error::NotAnArchive)?;
    let index = index_bytes(rest)?;
    if checksum::of(index) != u32::from_le_bytes(*crc) {
        return Err(Error::damaged("index"));
    }
    Index::parse(index)
}

/// Finds the index of an archive of a release before 1.0.
pub(crate) fn read_legacy_index(archive: &[u8]) -> Result<Index> {
    let rest = archive.strip_suffix(LEGACY_MAGIC).ok_or(Error::NotAnArchive)?;
    Index::parse(index_bytes(rest)?)
}

/// The index in what precedes check sum and magic: it ends with the index and its length.
fn index_bytes(rest: &[u8]) -> Result<&[u8]> {
    let (rest, length) = rest.split_last_chunk::<LENGTH_BYTES>().ok_or(Error::NotAnArchive)?;
    usize::try_from(u64::from_le_bytes(*length))
        .ok()
        .and_then(|length| rest.len().checked_sub(length))
        .map(|start| &rest[start..])
        .ok_or_else(|| Error::damaged("index"))
}
