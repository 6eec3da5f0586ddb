//! `cargo xtask tidy`: what no compiler checks.

mod adoption;
mod core;
mod map;
mod texts;
mod versions;

use std::process::Command;

use anyhow::{Result, bail};

use crate::tools;

/// A check gives one line for each thing that is wrong.
type Check = fn() -> Result<Vec<String>>;

const CHECKS: [Check; 5] =
    [versions::check, map::check, core::check, adoption::check, texts::check];

/// Runs all checks and shows everything that is wrong.
pub(crate) fn run() -> Result<()> {
    let mut wrong = Vec::new();
    for check in CHECKS {
        wrong.extend(check()?);
    }
    for line in &wrong {
        eprintln!("untidy: {line}");
    }
    match wrong.len() {
        0 => Ok(()),
        1 => bail!("1 thing is untidy"),
        things => bail!("{things} things are untidy"),
    }
}

/// The files of the checkout, as git knows them.
fn tracked_files() -> Result<Vec<String>> {
    let names = tools::output(Command::new("git").args(["ls-files", "-z"]))?;
    Ok(names.split_terminator('\0').map(str::to_owned).collect())
}
