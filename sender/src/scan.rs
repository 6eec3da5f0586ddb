//! Reads the records that a linker kept in a binary.
//!
//! Only what the loader would map is searched: a Rust shared library carries a copy of every text
//! in its metadata, which says nothing about what was kept. Symbols and section headers are not
//! needed, so a stripped file tells as much as any other. Memory stays bounded whatever the file
//! holds: it is read in windows, and the records themselves are limited.

mod dynamic;
mod headers;
mod holes;
mod many;
mod region;
mod search;
mod shared;
mod trace;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek};
use std::ops::Range;
use std::path::{Path, PathBuf};

use headcount_report::{BuildRecord, Graph, Record, SiteRecord};

pub use many::files;
use search::Search;
pub use shared::{SharedLibraries, SharedLibrary, shared_libraries};
pub use trace::{Traces, traces};

/// What one file holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scan {
    /// The sites that the linker kept (in an rlib: all that it has).
    pub sites: BTreeSet<SiteRecord>,
    /// The counted libraries, sorted by name and version.
    pub builds: Vec<BuildRecord>,
    /// The application's graph, if its build script recorded one.
    pub application: Option<Graph>,
    /// What could not be used: one sentence each. Empty when the scan is complete.
    pub problems: Vec<String>,
}

/// Every record of one file, in the order in which they stand there, repeats included.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Records {
    /// The records.
    pub records: Vec<Record>,
    /// What could not be used: one sentence each.
    pub problems: Vec<String>,
}

/// Why a file could not be scanned at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScanError {
    /// The system refused.
    #[error("cannot {doing} `{path}`")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// With which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Neither an executable nor a library nor an object file.
    #[error("`{path}` is {what}, not an executable or a library")]
    NotABinary {
        /// The file.
        path: PathBuf,
        /// What it looks like, with its article.
        what: &'static str,
    },
    /// It begins like a binary, but its headers do not say what it consists of.
    #[error("cannot read the headers of `{path}`")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with them.
        source: object::Error,
    },
}

/// Scans an executable, a shared library, an rlib or an object file.
///
/// # Errors
/// When the file cannot be read, or is none of these.
pub fn file(path: &Path) -> Result<Scan, ScanError> {
    file_with_progress(path, &mut |_| ())
}

/// Like [`file()`]; calls `progress` with the number of bytes of each window that was searched.
///
/// # Errors
/// When the file cannot be read, or is none of these.
pub fn file_with_progress(path: &Path, progress: &mut dyn FnMut(u64)) -> Result<Scan, ScanError> {
    records_with_progress(path, progress).map(Scan::from)
}

/// Reads every record of a file, repeats included.
///
/// An rlib holds each static once. So two equal records in one are two sites of one name.
///
/// # Errors
/// When the file cannot be read, or is neither an executable nor a library nor an object file.
pub fn records(path: &Path) -> Result<Records, ScanError> {
    records_with_progress(path, &mut |_| ())
}

/// Reads every record of a file that is in memory; `path` names it in errors.
///
/// # Errors
/// When it is neither an executable nor a library nor an object file.
pub fn records_in(bytes: &[u8], path: &Path) -> Result<Records, ScanError> {
    search(Cursor::new(bytes), bytes.len() as u64, path, &mut |_| (), |range| range)
}

fn records_with_progress(path: &Path, progress: &mut dyn FnMut(u64)) -> Result<Records, ScanError> {
    let (file, length) = open(path)?;
    search(&file, length, path, progress, |range| holes::first_stretch(&file, range))
}

/// Searches what is loaded of a file; `first_stretch` cuts holes from the start of a range, and tells how
/// far it is to the next one.
fn search(
    mut file: impl Read + Seek,
    length: u64,
    path: &Path,
    progress: &mut dyn FnMut(u64),
    first_stretch: impl Fn(Range<u64>) -> Range<u64>,
) -> Result<Records, ScanError> {
    let regions = region::regions(&mut file, length, path)?;
    let mut search = Search::new(progress);
    for mut range in regions.ranges {
        while !range.is_empty() {
            let stretch = first_stretch(range.clone());
            search.pass(stretch.start - range.start);
            range.start = stretch.end;
            search.range(&mut file, stretch).map_err(|source| reading(path, source))?;
        }
    }
    let (records, mut problems) = search.finish();
    problems.splice(0..0, regions.problems);
    Ok(Records { records, problems })
}

/// Opens a regular file; anything else could block or never end.
fn open(path: &Path) -> Result<(File, u64), ScanError> {
    let failed = |source| ScanError::Io { doing: "open", path: path.to_owned(), source };
    let kind = std::fs::metadata(path).map_err(failed)?.file_type();
    if !kind.is_file() {
        let what = if kind.is_dir() { "a folder" } else { "not a regular file" };
        return Err(ScanError::NotABinary { path: path.to_owned(), what });
    }
    let file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    Ok((file, length))
}

fn reading(path: &Path, source: io::Error) -> ScanError {
    ScanError::Io { doing: "read", path: path.to_owned(), source }
}

impl From<Records> for Scan {
    fn from(Records { records, problems }: Records) -> Self {
        let mut scan = Self { problems, ..Self::default() };
        let mut graphs = Vec::new();
        for record in records {
            match record {
                Record::Site(site) => drop(scan.sites.insert(site)),
                Record::Build(build) => scan.builds.push(build),
                Record::Application(graph) => graphs.push(graph),
            }
        }
        scan.builds.sort_by_cached_key(|build| {
            (build.library.clone(), build.version.clone(), Record::Build(build.clone()).encode())
        });
        scan.builds.dedup();
        graphs.dedup();
        if graphs.len() > 1 {
            scan.problems.push(format!(
                "it holds the graphs of {} applications: which one is its own cannot be told",
                graphs.len()
            ));
        } else {
            scan.application = graphs.pop();
        }
        scan
    }
}
