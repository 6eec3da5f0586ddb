//! Invented libraries that fill a store.

use std::path::Path;

use anyhow::Result;
use headcount_collector::store::SqliteStore;
use headcount_report::Week;
use headcount_simulator::{Population, Year};
use jiff::Timestamp;

/// Libraries, and the machines that use them: one with a year's figures, one of which too little is
/// told, and one that was registered and that nobody uses.
const LIBRARIES: [(&str, u64); 3] = [("courier", 800), ("little-known", 6), ("unheard-of", 0)];

/// Makes a store full of figures.
///
/// # Errors
/// When the store does not take them.
pub fn fill(store: &Path) -> Result<()> {
    let store = SqliteStore::open(store)?;
    let last = Week::at(Timestamp::now()).plus(-1);
    for (library, machines) in LIBRARIES {
        let population = Population { machines, participation: 0.9, ..Population::default() };
        headcount_simulator::fill(&store, &Year::of(library.parse()?, last, 1, population))?;
    }
    Ok(())
}
