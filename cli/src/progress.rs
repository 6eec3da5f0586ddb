//! A bar for scans that take long, on terminals.

use std::fs;
use std::path::Path;

use headcount_sender::scan::{self, Scan, ScanError};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Less than this is read before a person has seen a bar, in bytes.
const QUICK_BYTES: u64 = 64 << 20;

/// How far a scan has come. The bar is gone when this is dropped.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// A bar as long as these files.
    pub(crate) fn over<'a>(paths: impl Iterator<Item = &'a Path>) -> Self {
        let lengths = paths.map(|path| fs::metadata(path).map_or(0, |metadata| metadata.len()));
        let total = lengths.sum();
        if total < QUICK_BYTES {
            return Self(ProgressBar::hidden());
        }
        // Standard error, and nothing at all where that is no terminal.
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("reading {bar:30} {bytes} of {total_bytes} {eta}");
        Self(bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())))
    }

    /// Counts bytes that were read.
    pub(crate) fn add(&self, bytes: u64) {
        self.0.inc(bytes);
    }
}

/// Scans one executable, with a bar of its own.
pub(crate) fn scan(path: &Path) -> Result<Scan, ScanError> {
    let progress = Progress::over([path].into_iter());
    scan::file_with_progress(path, &mut |bytes| progress.add(bytes))
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
