//! `cargo xtask simulate`: populations with a known truth, against which answers are checked.

use std::path::PathBuf;

use clap::Parser;
use headcount_collector::store::SqliteStore;
use headcount_report::Week;
use headcount_simulator::{Year, fill};
use jiff::Timestamp;

/// Populations with a known truth, against which answers are checked
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask simulate")]
enum Task {
    /// Fills a new store with an invented library's year, to look at its pages
    Year {
        /// The store to make
        #[arg(long)]
        store: PathBuf,
        /// Machines that take part
        #[arg(long, default_value_t = 1_500)]
        machines: u64,
    },
}

fn main() -> anyhow::Result<()> {
    match Task::parse() {
        Task::Year { store, machines } => {
            let store = SqliteStore::open(&store)?;
            let year = Year::new("courier".parse()?, 1, Week::at(Timestamp::now()), machines);
            Ok(fill(&store, &year)?)
        }
    }
}
