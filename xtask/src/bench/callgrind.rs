//! Instructions that a program takes: the same on every run, however busy the machine.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use headcount_tests as e2e;

use crate::tools;

/// Counts the instructions of a whole run in user space, the dynamic linker's included. The program
/// records if it is given a spool.
pub(super) fn instructions(
    program: &Path,
    arguments: &[&str],
    spool: Option<&Path>,
) -> Result<f64> {
    let report = super::folder().join("callgrind.out");
    fs::create_dir_all(super::folder()).context("cannot make the folder of benchmarks")?;
    let mut valgrind = e2e::clean("valgrind");
    valgrind.args(["--quiet", "--tool=callgrind"]);
    valgrind.arg(format!("--callgrind-out-file={}", report.display()));
    valgrind.envs(spool.map(|spool| ("HEADCOUNT_SPOOL", spool)));
    tools::output(valgrind.arg(program).args(arguments))?;
    let text = fs::read_to_string(&report).context("callgrind left no report")?;
    let summary = text.lines().find_map(|line| line.strip_prefix("summary: "));
    summary.context("callgrind's report has no summary")?.trim().parse().context("not a number")
}
