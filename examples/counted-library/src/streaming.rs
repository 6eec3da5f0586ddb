//! Writing an archive straight to a file or socket.

use std::io::{Read, Write};

use headcount::track_usage;

use crate::codec::{Level, Packing};
use crate::error::Result;
use crate::layout::Writer;
use crate::sink::Sink;

/// An archive in the making, in whatever it is written to. Holds the index in memory, no entry.
#[derive(Debug)]
pub struct StreamWriter<W: Write> {
    writer: Writer<W>,
    packing: Packing,
}

#[track_usage]
impl<W: Write> StreamWriter<W> {
    /// Starts an empty archive, whose entries are compressed at `level`.
    pub fn new(out: W, level: Level) -> Self {
        Self { writer: Writer::new(out), packing: Packing::Deflated(level) }
    }

    /// Adds one entry, reading it piece by piece.
    ///
    /// ```
    /// use counted_library::{Archive, Level, StreamWriter};
    ///
    /// # fn main() -> counted_library::Result<()> {
    /// let mut writer = StreamWriter::new(Vec::new(), Level::Fast);
    /// writer.add_reader("zeros", &mut std::io::Read::take(std::io::repeat(0), 1000))?;
    /// assert_eq!(Archive::open(writer.finish()?)?.read("zeros")?, [0; 1000]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::DuplicateName`](crate::Error::DuplicateName), or [`Error::Io`](crate::Error::Io)
    /// when reading or writing fails; the entry is then left out and the archive stays sound.
    pub fn add_reader<R: Read>(&mut self, name: &str, source: &mut R) -> Result<()> {
        self.writer.append(name, source, self.packing)
    }

    /// Ends the archive, flushes it, and gives back what it was written to.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io) when writing fails.
    pub fn finish(self) -> Result<W> {
        self.writer.close()
    }
}

impl<W: Write> Sink for StreamWriter<W> {
    fn put(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        self.writer.append(name, bytes, self.packing)
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::{Archive, Error};

    /// Gives some bytes, then fails.
    struct Failing(usize);

    impl Read for Failing {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let read = self.0.min(buffer.len());
            self.0 -= read;
            if read == 0 {
                Err(io::Error::other("the cable was pulled"))
            } else {
                Ok(read)
            }
        }
    }

    #[test]
    fn a_failed_entry_is_left_out_and_the_rest_stays_sound() {
        let mut writer = StreamWriter::new(Vec::new(), Level::Balanced);
        writer.put("before", b"one").unwrap();
        let failed = writer.add_reader("broken", &mut Failing(100_000));
        assert!(matches!(failed, Err(Error::Io(_))));
        writer.put("after", b"two").unwrap();

        let archive = Archive::open(writer.finish().unwrap()).unwrap();
        assert_eq!(archive.verify().unwrap(), 2);
        assert_eq!(archive.read("after").unwrap(), b"two");
        assert!(archive.index().find("broken").is_none());
    }
}
