//! A copy of a store that is being written to.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::connect;
use super::{SqliteStore, sqlite};
use crate::store::StoreError;

impl SqliteStore {
    /// Writes the store at `path` as it stands now to a new file: whole and on disk, or not at all.
    /// A store of an earlier schema keeps it in the copy. Returns the copy's bytes.
    ///
    /// Reports are taken meanwhile; those that come after the copy begins are not in it.
    ///
    /// # Errors
    /// When there is no store or such a copy already, or it cannot be written.
    pub fn back_up(path: &Path, copy: &Path) -> Result<u64, StoreError> {
        let shown = copy.display();
        let failed =
            |source| StoreError::Io { doing: format!("write a backup to `{shown}`"), source };
        let store = connect::for_copying(path)?;
        if copy.try_exists().map_err(failed)? {
            return Err(failed(io::ErrorKind::AlreadyExists.into()));
        }
        let part = copy.with_added_extension("part");
        remove(&part).map_err(failed)?; // what one that was killed left behind
        let target = part.to_str().ok_or_else(|| failed(io::ErrorKind::InvalidFilename.into()))?;
        let written = store.execute("VACUUM INTO ?", [target]).map_err(sqlite("back up"));
        // SQLite does not wait for the disk here.
        let written = written.and_then(|_| synchronise(&part, copy).map_err(failed));
        if written.is_err() {
            let _ = remove(&part); // it takes room that may be what is missing
        }
        written
    }
}

/// Waits until a file is on disk, and then gives it its name.
fn synchronise(part: &Path, copy: &Path) -> io::Result<u64> {
    let file = File::options().write(true).open(part)?;
    file.sync_all()?;
    fs::rename(part, copy)?;
    #[cfg(unix)]
    {
        let folder = copy.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(file.metadata()?.len())
}

fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
