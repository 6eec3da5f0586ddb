//! Scans many files at a time.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::{Scan, ScanError, file_with_progress};

/// Scans files in parallel, on as many threads as there are cores.
///
/// The results have the order of the paths. Each thread reads one file at a time, window by window:
/// memory does not grow with their number, apart from what was found. Calls `progress`, on any of
/// the threads, with the number of bytes of each window that was searched.
pub fn files(paths: &[PathBuf], progress: &(dyn Fn(u64) + Sync)) -> Vec<Result<Scan, ScanError>> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut scans = Vec::new();
        loop {
            // Each index is handed out once, whatever the order.
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(path) = paths.get(index) else { return scans };
            scans.push((index, file_with_progress(path, &mut |bytes| progress(bytes))));
        }
    };
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(paths.len());
    let mut scans: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let finished = workers.into_iter().map(thread::ScopedJoinHandle::join);
        finished.flat_map(|scans| scans.unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    scans.sort_by_key(|(index, _)| *index);
    scans.into_iter().map(|(_, scan)| scan).collect()
}
