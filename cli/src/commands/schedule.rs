//! `send --schedule` and `--unschedule`: who runs `send` once a day.

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use anstream::println;
use anyhow::Context;
use directories::BaseDirs;
use headcount_sender::home::Home;
use headcount_sender::schedule::{self, Job, Schedule, Written};

use crate::output::{BOLD, DIM};

/// Begins it, or ends it.
pub(super) fn run(begin: bool) -> anyhow::Result<ExitCode> {
    let home = Home::of_environment()?;
    if begin {
        let program = env::current_exe().context("cannot tell where `cargo-headcount` is")?;
        let schedule = Schedule::of_system(&configuration()?)?;
        let written = schedule.install(&Job { program, home })?;
        println!(
            "`cargo headcount send --due` will run {BOLD}once a day{BOLD:#}. This was written:"
        );
        written.iter().for_each(print);
        println!("To end it: `cargo headcount send --unschedule`, or `cargo headcount off`.");
    } else if !end(&home)? {
        println!("Nothing was scheduled.");
    }
    Ok(ExitCode::SUCCESS)
}

/// Ends it and says what was removed; whether there was anything.
pub(super) fn end(home: &Home) -> anyhow::Result<bool> {
    let removed = schedule::remove(&configuration()?, home)?;
    if !removed.is_empty() {
        println!("`cargo headcount send --due` no longer runs by itself. This was removed:");
        removed.iter().for_each(print);
    }
    Ok(!removed.is_empty())
}

fn print(written: &Written) {
    println!("\n{DIM}# {}{DIM:#}", written.place);
    println!("{}", written.text);
}

fn configuration() -> anyhow::Result<PathBuf> {
    let folders = BaseDirs::new().context("this user has no home folder; set HOME")?;
    Ok(folders.config_dir().to_owned())
}
