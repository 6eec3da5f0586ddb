//! The spool folder: what running programs recorded.

mod append;
mod pack;
mod weeks;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use headcount_report::BuildRecord;
use headcount_report::limits::MAX_BUILD_RECORD_BYTES;
use headcount_report::spool::build_file_name;

use crate::durable::{self, FileError};

/// Age at which a half-written build record is a killed process's, not a slow one's.
const LEFTOVER_AGE: Duration = Duration::from_hours(24);

/// Age at which a build record that no week needs is deleted. A program that still runs writes it
/// anew, so this only has to be long enough for that to be rare.
const UNUSED_BUILD_AGE: Duration = Duration::from_hours(24 * 7 * 8);

/// The folder to which programs append.
#[derive(Debug, Clone)]
pub struct Spool {
    folder: PathBuf,
}

/// Why there is nothing to read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpoolError {
    /// There is no folder, so nothing is recorded.
    #[error("there is no spool folder `{}`; `cargo headcount on` makes it", .0.display())]
    Missing(PathBuf),
    /// Somebody else may write there, so nothing in it is believed.
    #[error("the spool folder `{}` belongs to user {owner}, not to you; it was not read", path.display())]
    Foreign {
        /// The folder.
        path: PathBuf,
        /// Number of its owner.
        owner: u32,
    },
    /// A file or a link stands in its place.
    #[error("`{}` is not a folder; it was not read", .0.display())]
    NotFolder(PathBuf),
    /// It cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
}

/// The build records of a spool.
#[derive(Debug, Clone, Default)]
pub struct Builds {
    /// The good ones, by hash.
    pub records: BTreeMap<u64, BuildRecord>,
    /// How many are not what their name says.
    pub bad: usize,
}

impl Spool {
    /// Opens an existing folder of this user's.
    ///
    /// # Errors
    /// When it is missing, somebody else's, or cannot be looked at.
    pub fn open(folder: &Path) -> Result<Self, SpoolError> {
        let status = match fs::symlink_metadata(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(SpoolError::Missing(folder.to_owned()));
            }
            status => status.map_err(FileError::at("look at", folder))?,
        };
        if !status.is_dir() {
            return Err(SpoolError::NotFolder(folder.to_owned()));
        }
        if status.uid() != rustix::process::geteuid().as_raw() {
            return Err(SpoolError::Foreign { path: folder.to_owned(), owner: status.uid() });
        }
        Ok(Self { folder: folder.to_owned() })
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Reads all build records.
    ///
    /// # Errors
    /// When the folder or a file cannot be read; a bad record is counted instead.
    pub fn builds(&self) -> Result<Builds, FileError> {
        let mut builds = Builds::default();
        for (name, hash) in self.build_files()? {
            match self.build(&name, hash)? {
                Some(record) => {
                    builds.records.insert(hash, record);
                }
                None => builds.bad += 1,
            }
        }
        Ok(builds)
    }

    /// Deletes what killed programs left half-written and build records that nothing needs.
    ///
    /// # Errors
    /// When something cannot be deleted.
    pub fn clean(&self, needed: &BTreeSet<u64>, now: SystemTime) -> Result<(), FileError> {
        for name in durable::names(&self.folder)? {
            let is_draft = name.starts_with("build-") && name.contains(".json.")
                || name.starts_with(durable::UNFINISHED);
            if is_draft && self.is_older(&name, LEFTOVER_AGE, now) {
                durable::remove(&self.folder.join(name))?;
            }
        }
        for (name, hash) in self.build_files()? {
            if !needed.contains(&hash) && self.is_older(&name, UNUSED_BUILD_AGE, now) {
                durable::remove(&self.folder.join(name))?;
            }
        }
        Ok(())
    }

    /// Names and hashes of the files that are named like build records.
    fn build_files(&self) -> Result<Vec<(String, u64)>, FileError> {
        let hash = |name: &str| {
            let digits = name.strip_prefix("build-")?.strip_suffix(".json")?;
            let hash = u64::from_str_radix(digits, 16).ok()?;
            (build_file_name(hash) == name).then_some(hash)
        };
        let names = durable::names(&self.folder)?;
        Ok(names.into_iter().filter_map(|name| hash(&name).map(|hash| (name, hash))).collect())
    }

    /// Reads one build record; `None` when it is not what its name says.
    fn build(&self, name: &str, hash: u64) -> Result<Option<BuildRecord>, FileError> {
        let limit_bytes = MAX_BUILD_RECORD_BYTES as u64 + 1;
        let bytes = durable::read(&self.folder.join(name), limit_bytes)?.unwrap_or_default();
        let text = String::from_utf8(bytes).unwrap_or_default();
        let is_good = text.len() <= MAX_BUILD_RECORD_BYTES && BuildRecord::hash(&text) == hash;
        Ok(is_good.then(|| serde_json::from_str(&text).ok()).flatten())
    }

    fn is_older(&self, name: &str, age: Duration, now: SystemTime) -> bool {
        fs::metadata(self.folder.join(name))
            .and_then(|status| status.modified())
            .is_ok_and(|modified| now.duration_since(modified).is_ok_and(|passed| passed > age))
    }
}
