//! `cargo xtask bench`: what headcount costs, the tables of `docs/benchmarks.md`.
//!
//! What can be counted is counted: instructions, bytes, crates. Times are taken alternately with
//! those that they are compared with, more than once, and the median is shown; none is ever a test.

mod callgrind;
mod compare;
mod cpu;
mod hits;
mod ingest;
mod library;
mod lines;
mod machine;
mod merge;
mod pages;
mod scan;
mod send;
mod server;
mod sites;

use std::fmt::Display;
use std::path::PathBuf;

use anyhow::Result;
use clap::ValueEnum;
use comfy_table::Table;
use comfy_table::presets::ASCII_MARKDOWN;

use crate::tools;

/// What is measured.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What to measure; without any, everything
    parts: Vec<Part>,
    /// How often each time is taken
    #[arg(long, value_name = "NUMBER", default_value = "3")]
    runs: std::num::NonZeroUsize,
    #[command(flatten)]
    sites: sites::Options,
}

/// A part of `docs/benchmarks.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// A hit, in instructions
    Hits,
    /// A line in the spool, in instructions and system calls
    Lines,
    /// A call beside other crates', at one thread and at two
    Calls,
    /// What a build with it takes, beside other crates: crates, seconds, bytes
    Builds,
    /// A crate with 10,000 sites: compile time, bytes, start-up
    Sites,
    /// What `library!()` adds to a compilation, and that building again builds nothing
    Library,
    /// A file of a gigabyte: scanning it against reading it
    Scan,
    /// Reports that a collector takes a second, against a row an event in `SQLite` and in `PostgreSQL`
    Ingest,
    /// A library's pages over five years, with 100 others in the collector and with 10,000
    Pages,
    /// A week of 50 MB: merging it against parsing its lines
    Merge,
    /// A machine with 300 libraries: what one report of them takes
    Send,
}

/// Measures one part after the other.
pub(crate) fn run(args: &Args) -> Result<()> {
    let parts = if args.parts.is_empty() { Part::value_variants() } else { &args.parts };
    for part in parts {
        match part {
            Part::Hits => hits::run()?,
            Part::Lines => lines::run()?,
            Part::Calls => compare::calls()?,
            Part::Builds => compare::builds(args.runs.get())?,
            Part::Sites => sites::run(&args.sites, args.runs.get())?,
            Part::Library => library::run()?,
            Part::Scan => scan::run()?,
            Part::Ingest => ingest::run(args.runs.get())?,
            Part::Pages => pages::run(args.runs.get())?,
            Part::Merge => merge::run()?,
            Part::Send => send::run()?,
        }
    }
    Ok(())
}

/// Where this makes and builds things.
fn folder() -> PathBuf {
    tools::root().join("target/bench")
}

/// Says what is being done.
fn step(what: impl Display) {
    eprintln!("bench: {what}");
}

/// Prints a table under its title.
fn print<const COLUMNS: usize>(
    title: &str,
    header: [&str; COLUMNS],
    rows: impl IntoIterator<Item = [String; COLUMNS]>,
) {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_header(header);
    table.add_rows(rows);
    println!("\n{title}\n\n{table}");
}

/// The middle one; of an even number, the upper of the two.
///
/// # Panics
/// When there is none.
fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
