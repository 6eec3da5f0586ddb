//! `ask`: what a collector answers about a library.

mod answer;
mod figure;
mod removal;

use std::process::ExitCode;

use clap::Subcommand;

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    question: Question,
}

#[derive(Subcommand)]
enum Question {
    /// When may a deprecated item go?
    Removal(removal::Args),
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    match &args.question {
        Question::Removal(args) => removal::run(args),
    }
}
