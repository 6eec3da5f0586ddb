//! Reads the records that a linker kept in a binary.

use std::collections::BTreeSet;
use std::path::Path;

use headcount_report::{BuildRecord, Graph, SiteRecord};

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

/// Why a file could not be scanned at all.
#[derive(Debug, thiserror::Error)]
#[error("cannot scan")]
pub struct ScanError;

/// Scans an executable, a shared library or an rlib.
///
/// # Errors
/// When the file cannot be read.
pub fn file(_path: &Path) -> Result<Scan, ScanError> {
    Err(ScanError)
}
