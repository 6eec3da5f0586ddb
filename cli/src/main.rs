//! `cargo headcount`: a thin shell over `headcount-sender`.

mod args;
mod commands;
mod output;
mod progress;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let args::Cargo::Headcount(args) = args::Cargo::parse();
    match commands::run(args.command) {
        Ok(code) => code,
        Err(error) => {
            output::error(&error);
            ExitCode::from(2)
        }
    }
}
