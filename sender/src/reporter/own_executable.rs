//! The executable that this process runs, and the libraries in it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use headcount_report::BuildRecord;
use headcount_report::spool::FileIdentity;

use super::ReporterError;
use crate::executables::identity;
use crate::scan;
use crate::spool::Spool;

/// Where Linux has the executable itself, though it was replaced meanwhile, as when a server is
/// updated.
const LINK: &str = "/proc/self/exe";

/// The executable that this process runs.
#[derive(Debug)]
pub(super) struct OwnExecutable {
    /// As it is named in the spool.
    pub(super) file: FileIdentity,
    /// Each library version, if the executable has one build of it.
    builds: BTreeMap<(String, String), Option<BuildRecord>>,
}

impl OwnExecutable {
    /// Reads it.
    pub(super) fn read() -> Result<Self, ReporterError> {
        let path = env::current_exe().map_err(ReporterError::Executable)?;
        let open = if Path::new(LINK).exists() { PathBuf::from(LINK) } else { path.clone() };
        let file = fs::metadata(&open).map_err(ReporterError::Executable)?;
        let file = identity(path, &file);
        let mut builds = BTreeMap::new();
        for build in scan::file(&open)?.builds {
            let library = (build.library.to_string(), build.version.clone());
            let known = builds.entry(library).or_insert_with(|| Some(build.clone()));
            // Which of two builds was hit cannot be told.
            *known = known.take().filter(|known| *known == build);
        }
        Ok(Self { file, builds })
    }

    /// Puts the build record of a library into the spool, and returns its hash; `None` when the
    /// executable does not tell which that is, as when the library came from a shared object.
    pub(super) fn build(
        &self,
        library: &str,
        version: &str,
        spool: &Spool,
    ) -> Result<Option<u64>, ReporterError> {
        let library = (library.to_owned(), version.to_owned());
        let Some(Some(record)) = self.builds.get(&library) else { return Ok(None) };
        Ok(Some(spool.keep_build(record)?))
    }

    /// One that holds one library.
    #[cfg(test)]
    pub(super) fn holding(file: FileIdentity, build: BuildRecord) -> Self {
        let library = (build.library.to_string(), build.version.clone());
        Self { file, builds: BTreeMap::from([(library, Some(build))]) }
    }
}
