//! Proves that a file holds nothing of headcount.

use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use headcount_report::record::{MAGIC_BYTES, magic};
use memchr::memmem::Finder;

use super::{ScanError, open, reading};

/// Bytes that are read at a time.
const WINDOW_BYTES: usize = 1 << 20;

/// Bytes of a record up to its kind: the format stands between that and the magic.
const BEGINNING_BYTES: usize = MAGIC_BYTES + 2;

/// What of headcount a file holds, wherever in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Traces {
    /// Beginnings of site records.
    pub site_records: usize,
    /// Beginnings of build records.
    pub build_records: usize,
    /// Beginnings of an application's graph.
    pub graphs: usize,
    /// Beginnings of something else: a damaged record, or one of a newer headcount.
    pub unknown_records: usize,
}

impl Traces {
    /// Whether there is nothing of headcount in the file.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Searches a whole file, of whatever kind, for anything that headcount leaves in a binary: a
/// counter and its record are one static, so there is none without the other.
///
/// # Errors
/// When the file cannot be read.
pub fn traces(path: &Path) -> Result<Traces, ScanError> {
    let (mut file, length) = open(path)?;
    let mut search = TraceSearch::new();
    let mut window = Vec::new();
    let mut start = 0;
    while start < length {
        window.clear();
        file.seek(SeekFrom::Start(start)).map_err(|source| reading(path, source))?;
        let read = (&mut file).take(WINDOW_BYTES as u64).read_to_end(&mut window);
        if read.map_err(|source| reading(path, source))? == 0 {
            break;
        }
        search.window(&window, start);
        let end = start + window.len() as u64;
        // What is cut off at the end is seen again, whole, in the next window.
        start = if end < length { end - BEGINNING_BYTES as u64 } else { end };
    }
    Ok(search.traces())
}

struct TraceSearch {
    magic: Finder<'static>,
    /// Kinds by position, as far as they are in the window: what was cut is replaced.
    records: BTreeMap<u64, Option<u8>>,
}

impl TraceSearch {
    fn new() -> Self {
        Self { magic: Finder::new(&magic()).into_owned(), records: BTreeMap::new() }
    }

    fn window(&mut self, window: &[u8], start: u64) {
        for at in self.magic.find_iter(window) {
            let kind = window.get(at + BEGINNING_BYTES - 1).copied();
            self.records.insert(start + at as u64, kind);
        }
    }

    fn traces(self) -> Traces {
        let mut traces = Traces::default();
        for kind in self.records.into_values() {
            *match kind {
                Some(b'S') => &mut traces.site_records,
                Some(b'B') => &mut traces.build_records,
                Some(b'A') => &mut traces.graphs,
                _ => &mut traces.unknown_records,
            } += 1;
        }
        traces
    }
}
