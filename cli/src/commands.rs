//! One module per command, each with its arguments and a `run`.

pub(crate) mod ask;
pub(crate) mod audit;
pub(crate) mod build_options;
pub(crate) mod consent;
pub(crate) mod init;
pub(crate) mod manifest;
mod schedule;
pub(crate) mod send;
pub(crate) mod show;
pub(crate) mod status;

use std::process::ExitCode;

use jiff::civil::Date;

use crate::args::Command;

/// Runs a command. Errors become exit status 2; what a `--deny` or `--check` found is 1.
pub(crate) fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Audit(args) => audit::run(&args),
        Command::Init(args) => init::run(&args),
        Command::Manifest(args) => manifest::run(&args),
        Command::On(args) => consent::on(&args),
        Command::Off(args) => consent::off(&args),
        Command::Status(args) => status::run(&args),
        Command::Show(args) => show::run(&args),
        Command::Send(args) => send::run(&args),
        Command::Ask(args) => ask::run(&args),
    }
}

/// Reads a day that the owner typed.
fn day(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "write a day such as 2026-11-22".to_owned())
}
