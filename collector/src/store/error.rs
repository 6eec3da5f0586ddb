//! Why a store cannot do its work.

use std::io;

use rusqlite::ErrorCode;

/// Why a store cannot do its work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another collector serves this store.
    #[error("another collector is serving `{path}` (it holds `{path}.lock`); stop it first")]
    InUse {
        /// The store.
        path: String,
    },
    /// A database, but not one of ours.
    #[error("`{path}` is the database of another program, not a headcount store")]
    Foreign {
        /// The file.
        path: String,
    },
    /// No file where a store was said to be.
    #[error("there is no store `{path}`")]
    Missing {
        /// The file.
        path: String,
    },
    /// A store of an earlier version of headcount.
    #[error(
        "`{path}` was written by an earlier headcount-collector (store schema {found}): let that \
         one `export` it, and this one `import` that into a new store"
    )]
    Earlier {
        /// The store.
        path: String,
        /// Its schema.
        found: i64,
    },
    /// A store of a later version of headcount.
    #[error(
        "`{path}` was written by a later headcount-collector (store schema {found}, this one reads \
         {known}): run that one, or restore a backup that is older"
    )]
    Later {
        /// The store.
        path: String,
        /// Its schema.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// There is something in a store that was to be filled.
    #[error("there is something in the store already; import into a new one")]
    NotEmpty,
    /// A line of an exported store that no collector writes.
    #[error("line {number} of the exported store: {because}")]
    Line {
        /// Which, from 1.
        number: u64,
        /// What is wrong.
        because: String,
    },
    /// A value in it that no collector writes.
    #[error("the store is damaged: {0}")]
    Damaged(String),
    /// SQLite refused.
    #[error("cannot {doing} the store")]
    Sqlite {
        /// What was tried.
        doing: &'static str,
        /// Why not.
        source: rusqlite::Error,
    },
    /// The system refused.
    #[error("cannot {doing}")]
    Io {
        /// What was tried.
        doing: String,
        /// Why not.
        source: io::Error,
    },
}

impl StoreError {
    /// Whether there was no room on the disk.
    #[must_use]
    pub fn is_full(&self) -> bool {
        match self {
            Self::Sqlite { source, .. } => source.sqlite_error_code() == Some(ErrorCode::DiskFull),
            Self::Io { source, .. } => source.kind() == io::ErrorKind::StorageFull,
            _ => false,
        }
    }
}
