//! One collector for one store.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::Path;

use super::StoreError;

/// Held by the collector that serves a store; a second one is refused.
///
/// It is a file of its own beside the store: closing a second descriptor of the database would
/// drop the locks that SQLite holds on it. The system frees it when the process ends, however it
/// ends, so it never goes stale.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of the store at `path`.
    ///
    /// # Errors
    /// [`StoreError::InUse`] when another process holds it.
    pub fn take(store: &Path) -> Result<Self, StoreError> {
        let path = format!("{}.lock", store.display());
        let io =
            |doing: &str, source| StoreError::Io { doing: format!("{doing} `{path}`"), source };
        let opened = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let file = opened.map_err(|source| match source.kind() {
            ErrorKind::NotFound => io("find the folder for", source),
            _ => io("open", source),
        })?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => {
                Err(StoreError::InUse { path: store.display().to_string() })
            }
            Err(TryLockError::Error(source)) => Err(io("lock", source)),
        }
    }
}
