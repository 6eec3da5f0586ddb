//! What a line in the spool costs, beside a program that just appends one to a file.

use std::fs;
use std::ops::Sub;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use headcount_tests as e2e;

use super::{callgrind, hits, print, step};
use crate::tools;

/// What a run of a program takes.
#[derive(Clone, Copy)]
struct Taken {
    /// Instructions in user space.
    instructions: f64,
    system_calls: f64,
}

impl Sub for Taken {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self {
            instructions: self.instructions - other.instructions,
            system_calls: self.system_calls - other.system_calls,
        }
    }
}

/// Whether the library's build record is in the spool already, from another run.
#[derive(Clone, Copy)]
enum Spool {
    New,
    Used,
}

pub(super) fn run() -> Result<()> {
    step("lines: build");
    let program = hits::build()?;
    step("lines: count instructions and system calls");
    let take = |case, count, spool| taken(&program, &[case, count], spool);
    let silent = take("below", "1", None)?;
    let once = take("below", "1", Some(Spool::Used))?;
    let append = take("append", "1", Some(Spool::New))? - take("append", "0", Some(Spool::New))?;
    let cases = [
        ("open, append a line, close", append),
        (
            "the first line of a process, in a new spool",
            take("below", "1", Some(Spool::New))? - silent,
        ),
        ("the first line of a process", once - silent),
        (
            "a further line",
            take("below", "100", Some(Spool::Used))? - take("below", "99", Some(Spool::Used))?,
        ),
    ];
    let rows = cases.map(|(case, Taken { instructions, system_calls })| {
        [case.to_owned(), format!("{instructions:.0}"), format!("{system_calls:.0}")]
    });
    print("A line", ["case", "instructions", "system calls"], rows);
    Ok(())
}

fn taken(program: &Path, arguments: &[&str], spool: Option<Spool>) -> Result<Taken> {
    let by = |tool: fn(&Path, &[&str], Option<&Path>) -> Result<f64>| {
        let folder = spool.map(|spool| folder(program, spool)).transpose()?;
        tool(program, arguments, folder.as_deref())
    };
    Ok(Taken { instructions: by(callgrind::instructions)?, system_calls: by(system_calls)? })
}

/// A spool folder.
fn folder(program: &Path, spool: Spool) -> Result<PathBuf> {
    let folder = super::folder().join("spool");
    if folder.exists() {
        fs::remove_dir_all(&folder).context("cannot remove the last spool")?;
    }
    fs::create_dir_all(&folder).context("cannot make a spool")?;
    if matches!(spool, Spool::Used) {
        let mut first = e2e::clean(program);
        tools::output(first.args(["below", "1"]).env("HEADCOUNT_SPOOL", &folder))?;
    }
    Ok(folder)
}

/// Counts the system calls of a whole run.
fn system_calls(program: &Path, arguments: &[&str], spool: Option<&Path>) -> Result<f64> {
    let trace = super::folder().join("strace.out");
    let mut strace = e2e::clean("strace");
    strace.args(["-f", "-qq", "-o"]).arg(&trace).arg(program).args(arguments);
    tools::output(strace.envs(spool.map(|spool| ("HEADCOUNT_SPOOL", spool))))?;
    let trace = fs::read_to_string(trace).context("strace left no trace")?;
    Ok(f64::from(u32::try_from(trace.lines().count())?))
}
