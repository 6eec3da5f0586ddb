//! What a hit costs, in instructions by callgrind: the same on every run, however busy the machine.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::tools;

/// A case of `tests/builds/bench`, what it is, and the case that it is compared with.
const CASES: [(&str, &str, &str); 7] = [
    ("plain", "a small function, not counted", "plain"),
    ("below", "counted, below 10,000 hits", "plain"),
    ("saturated", "counted, past 10,000 hits", "plain"),
    ("linked", "`linked`: the record only", "plain"),
    ("loop_plain", "1,000 inlined calls in a loop, not counted", "loop_plain"),
    ("loop_counted", "counted, past 10,000 hits", "loop_plain"),
    ("loop_linked", "`linked`", "loop_plain"),
];

/// Two counts whose difference leaves out what a program does besides. Both stay below 10,000.
const COUNTS: [u32; 2] = [1_000, 9_000];

/// Prints the table of `docs/benchmarks.md`.
pub(crate) fn run() -> Result<()> {
    let program = build()?;
    let costs: Vec<f64> = CASES
        .iter()
        .map(|(case, ..)| instructions_a_call(&program, case))
        .collect::<Result<_>>()?;
    println!("| case | instructions a call | over none |\n| --- | ---: | ---: |");
    for ((_, what, compared), cost) in CASES.iter().zip(&costs) {
        let none = CASES.iter().position(|(case, ..)| case == compared).map_or(0.0, |at| costs[at]);
        println!("| {what} | {cost:.1} | {:+.1} |", cost - none);
    }
    println!(
        "\nNanoseconds a call at one thread and at two, which mean something on a quiet machine only:"
    );
    print!("{}", tools::output(Command::new(&program).args(["threads", "20000000"]))?);
    Ok(())
}

fn build() -> Result<PathBuf> {
    let target = tools::root().join("target/fixtures");
    let mut cargo =
        tools::cargo("build --release --locked --manifest-path tests/builds/bench/Cargo.toml");
    tools::run(cargo.arg("--target-dir").arg(&target))?;
    Ok(target.join("release/bench"))
}

fn instructions_a_call(program: &Path, case: &str) -> Result<f64> {
    let [few, many] = COUNTS.map(|count| instructions(program, case, count));
    Ok((many? - few?) / f64::from(COUNTS[1] - COUNTS[0]))
}

/// Instructions that a whole run takes.
fn instructions(program: &Path, case: &str, count: u32) -> Result<f64> {
    let folder = tools::root().join("target/fixtures");
    let report = folder.join("callgrind.out");
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--quiet", "--tool=callgrind"]);
    valgrind.arg(format!("--callgrind-out-file={}", report.display()));
    tools::output(valgrind.arg(program).arg(case).arg(count.to_string()))?;
    let text = std::fs::read_to_string(&report).context("callgrind left no report")?;
    let summary = text.lines().find_map(|line| line.strip_prefix("summary: "));
    summary.context("callgrind's report has no summary")?.trim().parse().context("not a number")
}
