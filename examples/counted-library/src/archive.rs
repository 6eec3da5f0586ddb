//! Reading an archive, and writing one in a single call.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use headcount::track_usage;

use crate::builder::Builder;
use crate::checksum;
use crate::codec;
use crate::error::{Error, Result};
use crate::index::{Entry, Index};
use crate::layout;
use crate::sink::Sink;

/// Packs entries into an archive, at the level that [`Level`](crate::Level) holds to be balanced.
///
/// ```
/// let bytes = counted_library::pack([("greeting", "hello")])?;
/// # Ok::<(), counted_library::Error>(())
/// ```
///
/// # Errors
/// [`Error::DuplicateName`] when two entries share a name.
#[track_usage]
pub fn pack(
    entries: impl IntoIterator<Item = (impl AsRef<str>, impl AsRef<[u8]>)>,
) -> Result<Vec<u8>> {
    let mut builder = Builder::default();
    for (name, bytes) in entries {
        builder.put(name.as_ref(), bytes.as_ref())?;
    }
    builder.close()
}

/// [`pack`] for an executor's thread: lets other tasks run after each entry.
///
/// # Errors
/// [`Error::DuplicateName`] when two entries share a name.
#[track_usage]
pub async fn pack_async<N, B, I>(entries: I) -> Result<Vec<u8>>
where
    N: AsRef<str>,
    B: AsRef<[u8]>,
    I: IntoIterator<Item = (N, B)>,
{
    let mut builder = Builder::default();
    for (name, bytes) in entries {
        builder.put(name.as_ref(), bytes.as_ref())?;
        Yield::default().await;
    }
    builder.close()
}

/// An archive that was opened: its index is known to be right, its entries are not yet.
#[derive(Debug, Clone)]
pub struct Archive {
    bytes: Vec<u8>,
    index: Index,
}

#[track_usage]
impl Archive {
    /// Opens an archive and checks its index.
    ///
    /// # Errors
    /// [`Error::NotAnArchive`], [`Error::Legacy`] for one of a release before 1.0, and
    /// [`Error::Damaged`] or [`Error::Index`] when the index is not what was written.
    pub fn open(bytes: Vec<u8>) -> Result<Self> {
        let index = layout::read_index(&bytes)?;
        Ok(Self { bytes, index })
    }

    /// Opens an archive of a release before 1.0, whose index nobody can check.
    ///
    /// # Errors
    /// [`Error::NotAnArchive`] for anything else, a newer archive included; [`Error::Damaged`] or
    /// [`Error::Index`] when no index is found.
    #[headcount::deprecated_tracked(
        since = "1.3.0",
        note = "repack old archives with `pack`, then use `Archive::open`",
        remove_in = "2.0.0"
    )]
    pub fn open_legacy(bytes: Vec<u8>) -> Result<Self> {
        let index = layout::read_legacy_index(&bytes)?;
        Ok(Self { bytes, index })
    }

    /// Unpacks the entry of this name and checks it.
    ///
    /// # Errors
    /// [`Error::NoSuchEntry`], or [`Error::Damaged`] with the entry's name.
    pub fn read(&self, name: &str) -> Result<Vec<u8>> {
        let entry = self.index.find(name);
        self.unpack(entry.ok_or_else(|| Error::NoSuchEntry(name.to_owned()))?)
    }

    /// Unpacks and checks all entries; returns how many there are.
    ///
    /// # Errors
    /// [`Error::Damaged`] with the name of the first entry that is not what was written.
    pub fn verify(&self) -> Result<usize> {
        self.index.iter().try_fold(0, |entries, entry| self.unpack(entry).map(|_| entries + 1))
    }

    /// The table of contents.
    #[track_usage(skip)]
    #[must_use]
    pub fn index(&self) -> &Index {
        &self.index
    }
}

impl Archive {
    /// Unpacks all entries into something that takes them.
    ///
    /// # Errors
    /// [`Error::Damaged`], or what hinders the sink.
    #[track_usage(name = "Archive::extract_into")]
    pub fn extract_into(&self, sink: &mut impl Sink) -> Result<()> {
        self.index.iter().try_for_each(|entry| sink.put(&entry.name, &self.unpack(entry)?))
    }

    fn unpack(&self, entry: &Entry) -> Result<Vec<u8>> {
        let damaged = || Error::damaged(&entry.name);
        let packed = self.packed(entry).ok_or_else(damaged)?;
        let bytes = codec::decode(packed, entry.method, entry.bytes).map_err(|_| damaged())?;
        if bytes.len() as u64 == entry.bytes && checksum::of(&bytes) == entry.crc {
            Ok(bytes)
        } else {
            Err(damaged())
        }
    }

    fn packed(&self, entry: &Entry) -> Option<&[u8]> {
        let start = usize::try_from(entry.offset).ok()?;
        let length = usize::try_from(entry.packed_bytes).ok()?;
        self.bytes.get(start..start.checked_add(length)?)
    }
}

/// A future that is ready the second time it is asked.
#[derive(Debug, Default)]
struct Yield {
    asked: bool,
}

impl Future for Yield {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.asked {
            return Poll::Ready(());
        }
        self.asked = true;
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::pin::pin;
    use std::task::Waker;

    use super::*;

    const ENTRIES: [(&str, &str); 2] = [("song", "la la la la la la la la"), ("empty", "")];

    /// The archive as a release before 1.0 would have written it.
    fn legacy() -> Vec<u8> {
        let bytes = pack(ENTRIES).unwrap();
        let without_footer_tail = &bytes[..bytes.len() - 12];
        [without_footer_tail, b"COUNTED0"].concat()
    }

    #[test]
    fn entries_come_back_in_order() {
        let archive = Archive::open(pack(ENTRIES).unwrap()).unwrap();
        let names: Vec<_> = archive.index().iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["song", "empty"]);
        assert_eq!(archive.verify().unwrap(), 2);

        let mut map = BTreeMap::new();
        archive.extract_into(&mut map).unwrap();
        assert_eq!(map["song"], ENTRIES[0].1.as_bytes());
        assert_eq!(map["empty"], b"");
        assert!(matches!(archive.extract_into(&mut map), Err(Error::DuplicateName(_))));
        assert!(matches!(archive.read("dance"), Err(Error::NoSuchEntry(_))));
    }

    #[test]
    fn packing_asynchronously_yields_once_an_entry_and_gives_the_same_bytes() {
        let mut packing = pin!(pack_async(ENTRIES));
        let mut context = Context::from_waker(Waker::noop());
        let mut yields = 0;
        let bytes = loop {
            match packing.as_mut().poll(&mut context) {
                Poll::Ready(bytes) => break bytes.unwrap(),
                Poll::Pending => yields += 1,
            }
        };
        assert_eq!(yields, ENTRIES.len());
        assert_eq!(bytes, pack(ENTRIES).unwrap());
    }

    #[test]
    fn a_changed_byte_is_refused_or_without_effect() {
        let extract = |bytes| {
            let mut map = BTreeMap::new();
            Archive::open(bytes)?.extract_into(&mut map)?;
            Ok::<_, Error>(map)
        };
        let bytes = pack(ENTRIES).unwrap();
        let original = extract(bytes.clone()).unwrap();
        let mut harmless = 0; // deflate leaves some bits of its last byte to nobody
        for position in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[position] ^= 0x20;
            if let Ok(map) = extract(changed) {
                assert_eq!(map, original, "byte {position}");
                harmless += 1;
            }
        }
        assert!(harmless <= ENTRIES.len());
    }

    #[test]
    fn no_truncation_goes_unnoticed() {
        let bytes = pack(ENTRIES).unwrap();
        for length in 0..bytes.len() {
            assert!(Archive::open(bytes[..length].to_vec()).is_err(), "first {length} bytes");
        }
    }

    #[test]
    #[expect(deprecated, reason = "has to work until it is removed")]
    fn an_old_archive_opens_only_when_asked_for() {
        assert!(matches!(Archive::open(legacy()), Err(Error::Legacy)));
        assert_eq!(Archive::open_legacy(legacy()).unwrap().verify().unwrap(), 2);
        assert!(matches!(Archive::open_legacy(pack(ENTRIES).unwrap()), Err(Error::NotAnArchive)));
    }
}
