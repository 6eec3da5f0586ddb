//! How what a program uses becomes an answer for the maintainer of a library: `cargo run -p demo`.
//!
//! In reading order:
//!
//! * [`story`]: the steps, one function each;
//! * [`place`]: where it happens, and the programs that take part;
//! * [`mod@line`]: one command, shown as a person would type it and run;
//! * [`collector`]: the one program that keeps running meanwhile;
//! * [`files`]: what the application works on;
//! * [`narrate`]: headings and explanations;
//! * [`stop`]: what happens on Ctrl-C.

mod collector;
mod files;
mod line;
mod narrate;
mod place;
mod stop;
mod story;

use std::process::ExitCode;

use anstream::eprintln;
use clap::Parser;

/// Shows how what a program uses becomes an answer for the maintainer of a library.
///
/// Everything happens in the repository's `target/` and in a temporary folder.
#[derive(Parser)]
struct Args {
    /// Let the collector run until Ctrl-C, so that you can look at its pages: of this week, and of a
    /// simulated year
    #[arg(long)]
    serve: bool,
    /// Keep the temporary folder
    #[arg(long)]
    keep: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match story::tell(&Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let style = narrate::ERROR;
            eprintln!("\n{style}The demo stopped{style:#}: {error:#}");
            ExitCode::FAILURE
        }
    }
}
