//! `cargo headcount`: a thin shell over `headcount-sender`.

mod args;
mod commands;
mod output;
mod progress;

use std::env;
use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let args::Cargo::Headcount(args) = args::Cargo::parse_from(as_cargo_calls(env::args_os()));
    match commands::run(args.command) {
        Ok(code) => code,
        Err(error) => {
            output::error(&error);
            ExitCode::from(2)
        }
    }
}

/// The arguments with the word `headcount` in front, which is missing when a person calls
/// `cargo-headcount` directly.
fn as_cargo_calls(arguments: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments: Vec<_> = arguments.collect();
    if arguments.get(1).is_none_or(|first| first != "headcount") {
        arguments.insert(arguments.len().min(1), "headcount".into());
    }
    arguments
}
