//! The headers of a file, read as they are needed and never without bound.

use std::cell::Cell;
use std::io::{Read, Seek};
use std::ops::Range;

use object::{ReadCache, ReadRef};

/// Most bytes of headers that are read in all. A program has some hundred; an rlib sixty a member.
const MAX_HEADER_BYTES: u64 = 16 << 20;

/// What may still be read: a malformed file can make a parser ask for far more than it holds.
pub(super) struct Budget(Cell<u64>);

impl Default for Budget {
    fn default() -> Self {
        Self(Cell::new(MAX_HEADER_BYTES))
    }
}

impl Budget {
    fn spend(&self, bytes: u64) -> Result<(), ()> {
        self.0.set(self.0.get().checked_sub(bytes).ok_or(())?);
        Ok(())
    }
}

/// A file as `object` reads it, within a [`Budget`].
pub(super) struct Headers<'a, File: Read + Seek> {
    cache: &'a ReadCache<File>,
    budget: &'a Budget,
}

impl<'a, File: Read + Seek> Headers<'a, File> {
    pub(super) fn new(cache: &'a ReadCache<File>, budget: &'a Budget) -> Self {
        Self { cache, budget }
    }
}

impl<File: Read + Seek> Clone for Headers<'_, File> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<File: Read + Seek> Copy for Headers<'_, File> {}

impl<'a, File: Read + Seek> ReadRef<'a> for Headers<'a, File> {
    fn len(self) -> Result<u64, ()> {
        self.cache.len()
    }

    fn read_bytes_at(self, offset: u64, size: u64) -> Result<&'a [u8], ()> {
        self.budget.spend(size)?;
        self.cache.read_bytes_at(offset, size)
    }

    fn read_bytes_at_until(self, range: Range<u64>, delimiter: u8) -> Result<&'a [u8], ()> {
        let text = self.cache.read_bytes_at_until(range, delimiter)?;
        self.budget.spend(text.len() as u64)?;
        Ok(text)
    }
}
