//! `cargo xtask simulate`: the simulator, in release mode.

use anyhow::Result;

use crate::tools::{self, cargo};

/// What is left to the simulator.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// `--help` says what there is.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// Builds and runs it. It is a program of its own, so that no other task waits for a collector to be
/// compiled.
pub(crate) fn run(args: &Args) -> Result<()> {
    let mut command = cargo("run --quiet --release --package headcount-simulator --");
    tools::run(command.args(&args.arguments))
}
