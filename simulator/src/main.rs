//! `cargo xtask simulate`: the collector's answers against a known truth.

use std::path::PathBuf;

use clap::Parser;
use headcount_collector::store::SqliteStore;
use headcount_report::Week;
use headcount_simulator::{Year, fill};
use jiff::Timestamp;

/// Holds the collector's answers against a known truth
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask simulate")]
enum Task {
    /// Fills a store with a simulated year that ends now, to look at its pages
    Year {
        /// The store; no collector may be serving it
        #[arg(long, value_name = "FILE")]
        store: PathBuf,
        /// Another year for each number
        #[arg(long, value_name = "NUMBER", default_value_t = 1)]
        seed: u64,
    },
}

fn main() -> anyhow::Result<()> {
    match Task::parse() {
        Task::Year { store, seed } => {
            let store = SqliteStore::open(&store)?;
            // Machines send a week's report when it is over.
            let last = Week::at(Timestamp::now()).plus(-1);
            Ok(fill(&store, &Year::ending(last, seed))?)
        }
    }
}
