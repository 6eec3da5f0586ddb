//! A copy of a store that is being written to.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::{SqliteStore, sqlite};
use crate::store::StoreError;

impl SqliteStore {
    /// Writes the store as it stands now to a new file: whole and on disk, or not at all.
    ///
    /// Reports are taken meanwhile; those that come after the copy begins are not in it.
    ///
    /// # Errors
    /// When there is such a file already, or it cannot be written.
    pub fn back_up(&self, copy: &Path) -> Result<(), StoreError> {
        let shown = copy.display();
        let failed =
            |source| StoreError::Io { doing: format!("write a backup to `{shown}`"), source };
        if copy.try_exists().map_err(failed)? {
            return Err(failed(io::ErrorKind::AlreadyExists.into()));
        }
        let part = copy.with_added_extension("part");
        match fs::remove_file(&part) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {} // what an earlier one left behind is gone
        }
        let target = part.to_str().ok_or_else(|| failed(io::ErrorKind::InvalidFilename.into()))?;
        self.reading_sums()?.execute("VACUUM INTO ?", [target]).map_err(sqlite("back up"))?;
        // SQLite does not wait for the disk here.
        let whole = File::options().write(true).open(&part).and_then(|file| file.sync_all());
        whole.and_then(|()| fs::rename(&part, copy)).map_err(failed)?;
        #[cfg(unix)]
        {
            let folder = copy.parent().filter(|folder| !folder.as_os_str().is_empty());
            let folder = File::open(folder.unwrap_or(Path::new("."))).map_err(failed)?;
            folder.sync_all().map_err(failed)?;
        }
        Ok(())
    }
}
