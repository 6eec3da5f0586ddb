//! `cargo xtask`: everything that CI runs, and what else a developer of headcount does often.

mod bench;
mod bless;
mod fuzz;
mod simulate;
mod sweep;
mod test;
mod tidy;
mod tools;

use std::env;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;

/// What a developer of headcount does often.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask")]
enum Task {
    /// Runs all of CI: format, lints, tests, docs, tidiness.
    Test {
        /// Adds the slow tests, which are marked `#[ignore]`, and release builds.
        #[arg(long)]
        full: bool,
    },
    /// Checks what no compiler does: versions, documents, sizes, forbidden texts.
    Tidy,
    /// Rewrites all snapshots with what the tests see now.
    Bless,
    /// Measures what headcount costs: the tables of `docs/benchmarks.md`.
    Bench(bench::Args),
    /// Makes up inputs for every parser, and stops at the first that one does not bear.
    Fuzz(fuzz::Args),
    /// Checks answers against populations with a known truth: the tables of `docs/statistics.md`.
    Simulate(simulate::Args),
    /// Annotates published crates and runs their own tests, with and without.
    Sweep(sweep::Args),
}

fn main() -> ExitCode {
    match run(&Task::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: &Task) -> Result<()> {
    env::set_current_dir(tools::root()).context("cannot enter the checkout")?;
    match task {
        Task::Test { full: false } => test::run(test::USUAL),
        Task::Test { full: true } => test::run(&[test::USUAL, test::SLOW].concat()),
        Task::Tidy => tidy::run(),
        Task::Bless => bless::snapshots(),
        Task::Bench(args) => bench::run(args),
        Task::Fuzz(args) => fuzz::run(args),
        Task::Simulate(args) => simulate::run(args),
        Task::Sweep(args) => sweep::run(args),
    }
}
