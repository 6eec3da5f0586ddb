//! What can go wrong with an archive.

use std::{fmt, io};

/// What this library's functions return.
pub type Result<T> = std::result::Result<T, Error>;

/// Why an archive could not be written or read.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The bytes do not end as an archive does.
    NotAnArchive,
    /// The archive is of a release before 1.0, which did not check its index.
    Legacy,
    /// Something in the archive contradicts its check sum or its own index.
    Damaged {
        /// The part that is wrong: `index`, or an entry's name.
        part: String,
    },
    /// Two entries of one name.
    DuplicateName(String),
    /// No entry of this name.
    NoSuchEntry(String),
    /// The index is no JSON, or not the index of an archive.
    Index(serde_json::Error),
    /// Reading or writing failed.
    Io(io::Error),
}

impl Error {
    pub(crate) fn damaged(part: impl Into<String>) -> Self {
        Self::Damaged { part: part.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnArchive => f.write_str("not an archive"),
            Self::Legacy => f.write_str("an archive of a release before 1.0"),
            Self::Damaged { part } => {
                write!(f, "damaged archive: `{part}` is not what was written")
            }
            Self::DuplicateName(name) => write!(f, "two entries are named `{name}`"),
            Self::NoSuchEntry(name) => write!(f, "no entry is named `{name}`"),
            Self::Index(_) => f.write_str("cannot understand the index"),
            Self::Io(_) => f.write_str("cannot read or write the archive"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Index(source) => Some(source),
            Self::Io(source) => Some(source),
            _ => None,
        }
    }
}

impl From<serde_json::Error> for Error {
    fn from(source: serde_json::Error) -> Self {
        Self::Index(source)
    }
}

impl From<io::Error> for Error {
    fn from(source: io::Error) -> Self {
        Self::Io(source)
    }
}
