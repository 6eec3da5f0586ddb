//! Proves that a file holds nothing of headcount.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use headcount_report::record::{MAGIC_BYTES, magic};
use memchr::memmem::Finder;

use super::{ScanError, open, reading};

/// Bytes that are read at a time.
const WINDOW_BYTES: usize = 1 << 20;

/// Longest section or symbol name that is looked at, in bytes.
const MAX_NAME_BYTES: usize = 256;

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
    /// Names of linkme's sections, or of their symbols, that belong to headcount's slice.
    pub slices: BTreeSet<String>,
}

impl Traces {
    /// Whether there is nothing of headcount in the file.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Searches a whole file, of whatever kind, for anything that headcount leaves in a binary.
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
        start = if end < length { end - MAX_NAME_BYTES as u64 } else { end };
    }
    Ok(search.traces())
}

struct TraceSearch {
    magic: Finder<'static>,
    /// How the names of linkme's sections begin.
    prefixes: [Finder<'static>; 2],
    /// Kinds by position, as far as they are in the window: like a name, a record can be cut.
    records: BTreeMap<u64, Option<u8>>,
    /// By position: a name that was cut is replaced by the whole one.
    slices: BTreeMap<u64, String>,
}

impl TraceSearch {
    fn new() -> Self {
        // Spelled backwards, so that this program's own binary does not hold them.
        let reversed = |text: &str| text.bytes().rev().collect::<Vec<_>>();
        let finder = |text| Finder::new(&reversed(text)).into_owned();
        Self {
            magic: Finder::new(&magic()).into_owned(),
            prefixes: [finder("_emknil"), finder("_2mknil")],
            records: BTreeMap::new(),
            slices: BTreeMap::new(),
        }
    }

    fn window(&mut self, window: &[u8], start: u64) {
        for at in self.magic.find_iter(window) {
            // The format stands between them.
            let kind = window.get(at + MAGIC_BYTES + 1).copied();
            self.records.insert(start + at as u64, kind);
        }
        for prefix in &self.prefixes {
            for at in prefix.find_iter(window) {
                let name = name(&window[at..]);
                if name.to_ascii_lowercase().contains("headcount") {
                    self.slices.insert(start + at as u64, name);
                }
            }
        }
    }

    fn traces(self) -> Traces {
        let mut traces =
            Traces { slices: self.slices.into_values().collect(), ..Traces::default() };
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

/// The identifier with which `bytes` begin.
fn name(bytes: &[u8]) -> String {
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
    bytes.iter().take(MAX_NAME_BYTES).take_while(is_part).map(|byte| char::from(*byte)).collect()
}
