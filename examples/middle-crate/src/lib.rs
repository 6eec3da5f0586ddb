//! Backups of a handful of files, and what changed since one was taken.
//!
//! This crate knows nothing of headcount. It stands between an application and `counted-library`,
//! and calls a deprecated item there: the application's compiler says nothing about that, while
//! `cargo headcount audit` does.
//!
//! ```
//! use middle_crate::{Backup, Change};
//!
//! # fn main() -> counted_library::Result<()> {
//! let monday = Backup::take([("plan", "bring the cake"), ("list", "flour")])?;
//! let monday = Backup::open(monday)?;
//! assert_eq!(monday.changes(&[("plan", "eat the cake"), ("list", "flour")]), [Change::Edited("plan")]);
//! # Ok(())
//! # }
//! ```

use counted_library::{checksum, Archive, Error, Result};

/// The files of one moment.
#[derive(Debug)]
pub struct Backup {
    archive: Archive,
}

/// What happened to a file since a backup was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change<'a> {
    /// The backup does not have it.
    Added(&'a str),
    /// Its bytes are others now.
    Edited(&'a str),
    /// Only the backup has it.
    Removed(&'a str),
}

impl Backup {
    /// Packs files into the bytes of a backup.
    ///
    /// # Errors
    /// [`Error::DuplicateName`] when two files share a name.
    pub fn take<N, B>(files: impl IntoIterator<Item = (N, B)>) -> Result<Vec<u8>>
    where
        N: AsRef<str>,
        B: AsRef<[u8]>,
    {
        counted_library::pack(files)
    }

    /// Opens a backup, however old, and makes sure that every file in it can be had again.
    ///
    /// # Errors
    /// [`Error::NotAnArchive`] and [`Error::Damaged`], chiefly.
    pub fn open(bytes: Vec<u8>) -> Result<Self> {
        let archive = match Archive::open(bytes.clone()) {
            Err(Error::Legacy) => open_legacy(bytes)?,
            opened => opened?,
        };
        archive.verify()?;
        Ok(Self { archive })
    }

    /// What happened to `files` since: additions and edits in their order, then what is gone.
    pub fn changes<'a, B: AsRef<[u8]>>(&'a self, files: &[(&'a str, B)]) -> Vec<Change<'a>> {
        let present = files.iter().filter_map(|(name, bytes)| self.change(name, bytes.as_ref()));
        let gone = self.names().filter(|name| files.iter().all(|(present, _)| present != name));
        present.chain(gone.map(Change::Removed)).collect()
    }

    fn change<'a>(&self, name: &'a str, bytes: &[u8]) -> Option<Change<'a>> {
        match self.archive.index().find(name) {
            None => Some(Change::Added(name)),
            Some(entry) => (entry.crc != checksum::crc(bytes)).then_some(Change::Edited(name)),
        }
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.archive.index().iter().map(|entry| entry.name.as_str())
    }
}

#[expect(deprecated, reason = "backups of years ago have to open; `Archive::open` refuses them")]
fn open_legacy(bytes: Vec<u8>) -> Result<Archive> {
    Archive::open_legacy(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: [(&str, &str); 2] = [("kept", "same"), ("gone", "soon")];

    #[test]
    fn every_kind_of_change_is_told() {
        let backup = Backup::open(Backup::take(FILES).unwrap()).unwrap();
        assert_eq!(backup.changes(&FILES), []);
        assert_eq!(
            backup.changes(&[("new", "file"), ("kept", "edited")]),
            [Change::Added("new"), Change::Edited("kept"), Change::Removed("gone")]
        );
    }

    #[test]
    fn a_backup_of_years_ago_opens() {
        let bytes = Backup::take(FILES).unwrap();
        let (rest, _crc_and_magic) = bytes.split_at(bytes.len() - 12);
        let old = [rest, b"COUNTED0"].concat();
        assert_eq!(Backup::open(old).unwrap().changes(&FILES), []);
    }

    #[test]
    fn a_damaged_backup_does_not_open() {
        let mut bytes = Backup::take([("noise", "abcdefgh")]).unwrap();
        bytes[2] ^= 1;
        assert!(matches!(Backup::open(bytes), Err(Error::Damaged { part }) if part == "noise"));
    }
}
