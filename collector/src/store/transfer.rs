//! A whole store as lines of JSON, to be read by people, by other programs and by another store.

use std::io::{self, BufRead, Write};

use headcount_report::{CrateName, Manifest, SiteKind, SitePath, Week};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Bit, Store, StoreError, Subject};
use crate::token::Scope;

/// The format that this collector writes and reads.
const FORMAT: u32 = 1;

/// The longest line that is read, in bytes: a manifest of the largest kind stays below.
const MAX_LINE_BYTES: u64 = 16 << 20;

/// One line of an exported store: `{"counter": {..}}`, and so on.
///
/// The sites of a library come in the order of their indices, and before its manifests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Line {
    /// The first line of all: the format of those that follow.
    HeadcountStore(u32),
    /// A site and its permanent index.
    Site {
        /// The library.
        library: CrateName,
        /// The index.
        site: usize,
        /// The site's path.
        path: SitePath,
        /// What is counted there.
        kind: SiteKind,
    },
    /// A registered version.
    Manifest(Manifest),
    /// Who may register.
    Token {
        /// By which it is revoked.
        number: u32,
        /// What it is for.
        scope: Scope,
        /// The token's digest.
        #[serde(with = "hex::serde")]
        sha256: [u8; 32],
        /// When it was made.
        created: Timestamp,
    },
    /// The highest number that a token was ever given: no other one gets it.
    LastToken(u32),
    /// The first week that takes sections.
    FirstWeek(Week),
    /// A counter and what it stands at.
    Counter {
        /// The week.
        week: Week,
        /// What it is about.
        #[serde(flatten)]
        subject: Subject,
        /// What is counted.
        #[serde(flatten)]
        bit: Bit,
        /// How many sections said so.
        count: u64,
    },
    /// A section that was counted in an open week.
    Section {
        /// The week.
        week: Week,
        /// What is remembered of its id.
        hash: u64,
    },
    /// The last line of all: how many there are between the first one and this.
    End(u64),
}

/// Writes a store to `out`, line by line, and counts them.
///
/// # Errors
/// When the store cannot be read or `out` not be written.
pub fn export(store: &dyn Store, mut out: impl Write) -> Result<u64, StoreError> {
    let mut write = |line: &Line| {
        serde_json::to_writer(&mut out, line)?;
        out.write_all(b"\n")
    };
    let mut lines = 0;
    write(&Line::HeadcountStore(FORMAT)).map_err(unwritten)?;
    store.export(&mut |line| {
        lines += 1;
        write(&line).map_err(unwritten)
    })?;
    write(&Line::End(lines)).map_err(unwritten)?;
    out.flush().map_err(unwritten)?;
    Ok(lines)
}

/// Fills an empty store with what `export` wrote: wholly or not at all. Counts the lines.
///
/// # Errors
/// When the store is not empty, the lines are not those of a whole store, or they cannot be kept.
pub fn import(store: &dyn Store, input: impl BufRead) -> Result<u64, StoreError> {
    let mut lines = Lines { input, number: 0 };
    match lines.read()? {
        Some(Line::HeadcountStore(FORMAT)) => {}
        Some(Line::HeadcountStore(format)) => {
            let because =
                format!("store format {format} is unknown; this collector reads {FORMAT}");
            return Err(lines.refused(because));
        }
        _ => return Err(lines.refused("an exported store does not begin so")),
    }
    let mut between = 0;
    let mut is_whole = false;
    store.import(&mut std::iter::from_fn(|| {
        let next = if is_whole { Ok(None) } else { lines.next(between) };
        match &next {
            Ok(Some(_)) => between += 1,
            _ => is_whole = true,
        }
        next.transpose()
    }))?;
    Ok(between)
}

/// What is read, line by line.
struct Lines<R> {
    input: R,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    /// The next line before the end mark.
    fn next(&mut self, before: u64) -> Result<Option<Line>, StoreError> {
        match self.read()? {
            None => Err(self.refused("the last line is missing: it was cut short")),
            Some(Line::End(lines)) if lines == before && self.read()?.is_none() => Ok(None),
            Some(Line::End(_) | Line::HeadcountStore(_)) => {
                Err(self.refused("lines are missing, or there are too many"))
            }
            line => Ok(line),
        }
    }

    fn read(&mut self) -> Result<Option<Line>, StoreError> {
        self.number += 1;
        let mut bytes = Vec::new();
        let mut line = io::Read::take(&mut self.input, MAX_LINE_BYTES);
        line.read_until(b'\n', &mut bytes).map_err(|source| StoreError::Io {
            doing: "read the exported store".to_owned(),
            source,
        })?;
        if bytes.is_empty() {
            return Ok(None);
        }
        let line = serde_json::from_slice(&bytes);
        line.map(Some).map_err(|error| self.refused(error.to_string()))
    }

    fn refused(&self, because: impl Into<String>) -> StoreError {
        StoreError::Line { number: self.number, because: because.into() }
    }
}

fn unwritten(source: impl Into<io::Error>) -> StoreError {
    StoreError::Io { doing: "write the store's lines".to_owned(), source: source.into() }
}
