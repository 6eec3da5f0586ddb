//! Writing an archive in memory.

use headcount::track_usage;

use crate::codec::{Level, Packing};
use crate::error::Result;
use crate::layout::Writer;
use crate::sink::Sink;

/// An archive in the making, in memory.
#[derive(Debug)]
pub struct Builder {
    writer: Writer<Vec<u8>>,
    packing: Packing,
}

#[track_usage]
impl Builder {
    /// Starts an empty archive.
    #[must_use]
    pub fn new() -> Self {
        Self { writer: Writer::new(Vec::new()), packing: Packing::default() }
    }

    /// Compresses the entries that follow at this level.
    #[must_use]
    pub fn level(mut self, level: Level) -> Self {
        self.packing = Packing::Deflated(level);
        self
    }

    /// Stores the entries that follow as they are: right for what is compressed already.
    #[must_use]
    pub fn stored(mut self) -> Self {
        self.packing = Packing::Stored;
        self
    }

    /// Adds one entry.
    ///
    /// # Errors
    /// [`Error::DuplicateName`](crate::Error::DuplicateName) when there is one of this name.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        self.put(name, bytes)
    }

    /// Ends the archive and gives its bytes.
    ///
    /// # Errors
    /// [`Error::Index`](crate::Error::Index) when the index cannot be written as JSON.
    pub fn finish(self) -> Result<Vec<u8>> {
        self.close()
    }

    /// [`finish`](Self::finish) for the library's own use, which is not its users'.
    pub(crate) fn close(self) -> Result<Vec<u8>> {
        self.writer.close()
    }
}

impl Default for Builder {
    fn default() -> Self {
        Self { writer: Writer::new(Vec::new()), packing: Packing::default() }
    }
}

impl Sink for Builder {
    fn put(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        self.writer.append(name, bytes, self.packing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Archive, Error, Method};

    #[test]
    fn each_entry_is_packed_as_last_asked() {
        let mut builder = Builder::new().stored();
        builder.add("plain", &[7; 500]).unwrap();
        let mut builder = builder.level(Level::Fast);
        builder.add("small", &[7; 500]).unwrap();
        let archive = Archive::open(builder.finish().unwrap()).unwrap();

        let entry = |name| archive.index().find(name).unwrap().clone();
        assert_eq!((entry("plain").method, entry("plain").packed_bytes), (Method::Stored, 500));
        assert_eq!(entry("small").method, Method::Deflated);
        assert!(entry("small").packed_bytes < 50);
        assert_eq!(archive.read("plain").unwrap(), archive.read("small").unwrap());
    }

    #[test]
    fn a_refused_entry_leaves_the_others_intact() {
        let mut builder = Builder::new();
        builder.add("a", b"one").unwrap();
        assert!(matches!(builder.add("a", b"two"), Err(Error::DuplicateName(_))));
        builder.add("b", b"three").unwrap();
        let archive = Archive::open(builder.finish().unwrap()).unwrap();
        assert_eq!(archive.read("a").unwrap(), b"one");
        assert_eq!(archive.read("b").unwrap(), b"three");
    }
}
