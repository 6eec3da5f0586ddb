//! What the linker kept in the executables that ran.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use headcount_report::hash::fnv1a_64;
use headcount_report::spool::FileIdentity;
use headcount_report::{CrateName, SitePath};
use serde::{Deserialize, Serialize};

use crate::durable::{self, FileError};
use crate::scan::{Scan, ScanError};

/// Longest file of what was found in one executable, in bytes: 100,000 sites stay below.
const MAX_CONTENTS_BYTES: u64 = 32 << 20;

/// What is known about executables, from this run and from earlier ones.
///
/// Developers rebuild: an executable that ran on Monday is gone on Tuesday. So whoever sends every
/// day keeps what was found, in a folder of its own.
pub struct Executables {
    folder: PathBuf,
    scan: Scanner,
    known: BTreeMap<FileIdentity, Option<Contents>>,
}

/// Reads one executable.
pub type Scanner = fn(&Path) -> Result<Scan, ScanError>;

/// The counted libraries of an executable and the sites that the linker kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents(Vec<Linked>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Linked {
    library: CrateName,
    version: String,
    sites: BTreeSet<SitePath>,
}

/// One file of the folder.
#[derive(Serialize, Deserialize)]
struct Kept {
    path: PathBuf,
    size_bytes: u64,
    mtime_ns: i128,
    inode: u64,
    contents: Contents,
}

impl Executables {
    /// Nothing is known but what the folder holds.
    #[must_use]
    pub fn new(folder: PathBuf, scan: Scanner) -> Self {
        Self { folder, scan, known: BTreeMap::new() }
    }

    /// What an executable holds; `None` when it is gone or rebuilt, or cannot be read completely.
    pub fn contents(&mut self, file: &FileIdentity) -> Option<&Contents> {
        if !self.known.contains_key(file) {
            let contents = self.kept(file).or_else(|| scan(self.scan, file));
            self.known.insert(file.clone(), contents);
        }
        self.known.get(file)?.as_ref()
    }

    /// Writes down what is known about some executables and deletes what is known about all others.
    ///
    /// # Errors
    /// When a file cannot be written or deleted.
    pub fn keep(&mut self, files: &BTreeSet<FileIdentity>) -> Result<(), FileError> {
        let mut names = BTreeSet::new();
        for file in files {
            let path = self.path(file);
            names.extend(path.file_name().map(|name| name.to_string_lossy().into_owned()));
            if !path.exists()
                && let Some(contents) = self.contents(file).cloned()
            {
                self.write(file, contents)?;
            }
        }
        let known = durable::names(&self.folder)?;
        let unneeded = known.into_iter().filter(|name| !names.contains(name));
        unneeded.map(|name| self.folder.join(name)).try_for_each(|path| durable::remove(&path))
    }

    fn write(&self, file: &FileIdentity, contents: Contents) -> Result<(), FileError> {
        let FileIdentity { path, size_bytes, mtime_ns, inode } = file.clone();
        let kept = Kept { path, size_bytes, mtime_ns, inode, contents };
        // A path that is not UTF-8 has no JSON; its executable is scanned again.
        let Ok(bytes) = serde_json::to_vec(&kept) else { return Ok(()) };
        durable::create_folder(&self.folder)?;
        durable::write(&self.path(file), &bytes, durable::PRIVATE_FILE)
    }

    /// What an earlier run found.
    fn kept(&self, file: &FileIdentity) -> Option<Contents> {
        let bytes = durable::read(&self.path(file), MAX_CONTENTS_BYTES).ok()??;
        let kept: Kept = serde_json::from_slice(&bytes).ok()?;
        let Kept { path, size_bytes, mtime_ns, inode, contents } = kept;
        (FileIdentity { path, size_bytes, mtime_ns, inode } == *file).then_some(contents)
    }

    fn path(&self, file: &FileIdentity) -> PathBuf {
        let FileIdentity { path, size_bytes, mtime_ns, inode } = file;
        let numbers = format!("{size_bytes} {mtime_ns} {inode} ");
        let hash = fnv1a_64(&[numbers.as_bytes(), path.as_os_str().as_bytes()].concat());
        self.folder.join(format!("{hash:016x}.json"))
    }
}

impl Contents {
    /// The sites of a library that the linker kept; `None` when the library is not in there, as
    /// when it was loaded from a shared object.
    #[must_use]
    pub fn linked(&self, library: &CrateName, version: &str) -> Option<&BTreeSet<SitePath>> {
        let is_it = |linked: &&Linked| linked.library == *library && linked.version == version;
        self.0.iter().find(is_it).map(|linked| &linked.sites)
    }
}

impl From<Scan> for Contents {
    fn from(scan: Scan) -> Self {
        let sites_of = |library: &CrateName, version: &str| {
            let of_it = scan.sites.iter().filter(|site| site.library == *library);
            of_it.filter(|site| site.version == version).map(|site| site.path.clone()).collect()
        };
        let libraries: BTreeSet<_> = scan
            .builds
            .iter()
            .map(|build| (build.library.clone(), build.version.clone()))
            .collect();
        let linked = libraries.into_iter().map(|(library, version)| {
            let sites = sites_of(&library, &version);
            Linked { library, version, sites }
        });
        Self(linked.collect())
    }
}

/// Scans an executable, if it is still the one that ran, before and after.
fn scan(scan: Scanner, file: &FileIdentity) -> Option<Contents> {
    let is_it = || regular_file(&file.path).is_some_and(|now| now == *file);
    let scan = is_it().then(|| scan(&file.path).ok()).flatten()?;
    (scan.problems.is_empty() && is_it()).then(|| scan.into())
}

/// A regular file as it is now.
fn regular_file(path: &Path) -> Option<FileIdentity> {
    let status = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    Some(identity(path.to_owned(), &status))
}

/// What the spool says of a file.
pub(crate) fn identity(path: PathBuf, status: &fs::Metadata) -> FileIdentity {
    let mtime_ns = i128::from(status.mtime()) * 1_000_000_000 + i128::from(status.mtime_nsec());
    FileIdentity { path, size_bytes: status.len(), mtime_ns, inode: status.ino() }
}

#[cfg(test)]
mod tests {
    use headcount_report::{SiteKind, SiteRecord};

    use super::*;

    /// One library with one site, named like the file's content.
    #[expect(clippy::unnecessary_wraps, reason = "it is a `Scanner`")]
    fn fake(path: &Path) -> Result<Scan, ScanError> {
        let content = fs::read_to_string(path).unwrap();
        let build = serde_json::from_str(
            r#"{"library": "counted-library", "version": "1.0.0", "source": "crates.io",
                "rustc": "1.95.0", "target": "x86_64-unknown-linux-gnu", "profile": "debug"}"#,
        );
        let site = SiteRecord {
            library: "counted-library".parse().unwrap(),
            version: "1.0.0".to_owned(),
            path: content.trim_start_matches("incomplete ").parse().unwrap(),
            kind: SiteKind::Fn,
            deprecated: None,
        };
        let mut scan = Scan { builds: vec![build.unwrap()], ..Scan::default() };
        scan.sites.insert(site);
        scan.problems.extend(content.starts_with("incomplete").then(|| content.clone()));
        Ok(scan)
    }

    fn linked(executables: &mut Executables, file: &FileIdentity) -> Option<Vec<String>> {
        let contents = executables.contents(file)?;
        let sites = contents.linked(&"counted-library".parse().unwrap(), "1.0.0")?;
        Some(sites.iter().map(SitePath::to_string).collect())
    }

    #[test]
    fn a_rebuilt_executable_tells_nothing_unless_it_was_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (scans, program) = (folder.path().join("scans"), folder.path().join("program"));
        fs::write(&program, "first").unwrap();
        let first = regular_file(&program).unwrap();
        let mut today = Executables::new(scans.clone(), fake);
        assert_eq!(linked(&mut today, &first), Some(vec!["first".to_owned()]));
        today.keep(&[first.clone()].into()).unwrap();

        fs::write(&program, "another").unwrap();
        let mut tomorrow = Executables::new(scans.clone(), fake);
        assert_eq!(linked(&mut tomorrow, &first), Some(vec!["first".to_owned()]));
        tomorrow.keep(&BTreeSet::new()).unwrap();

        let mut later = Executables::new(scans, fake);
        assert_eq!(linked(&mut later, &first), None);
    }

    #[test]
    fn what_was_not_scanned_completely_tells_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("program");
        fs::write(&program, "incomplete site").unwrap();
        let mut executables = Executables::new(folder.path().join("scans"), fake);
        assert_eq!(linked(&mut executables, &regular_file(&program).unwrap()), None);
        assert_eq!(regular_file(folder.path()), None);
    }
}
