//! What can take entries.

use std::collections::BTreeMap;

use headcount::track_usage;

use crate::error::{Error, Result};

/// Something that takes named entries: an archive in the making, or a map in memory.
#[track_usage]
pub trait Sink {
    /// Takes one entry.
    ///
    /// # Errors
    /// [`Error::DuplicateName`] when it has one of this name; else whatever hinders it.
    fn put(&mut self, name: &str, bytes: &[u8]) -> Result<()>;

    /// Takes several entries, stopping at the first that it cannot take.
    ///
    /// ```
    /// use counted_library::{Archive, Builder, Sink};
    ///
    /// # fn main() -> counted_library::Result<()> {
    /// let mut builder = Builder::new();
    /// builder.put_all([("a", "one"), ("b", "two")])?;
    /// assert_eq!(Archive::open(builder.finish()?)?.read("b")?, b"two");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of [`put`](Self::put).
    fn put_all<N, B>(&mut self, entries: impl IntoIterator<Item = (N, B)>) -> Result<()>
    where
        N: AsRef<str>,
        B: AsRef<[u8]>,
        Self: Sized,
    {
        for (name, bytes) in entries {
            self.put(name.as_ref(), bytes.as_ref())?;
        }
        Ok(())
    }
}

impl Sink for BTreeMap<String, Vec<u8>> {
    fn put(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        if self.contains_key(name) {
            return Err(Error::DuplicateName(name.to_owned()));
        }
        self.insert(name.to_owned(), bytes.to_vec());
        Ok(())
    }
}
