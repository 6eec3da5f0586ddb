//! What a hit costs, in instructions. What it costs two threads is in `calls`.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::{callgrind, print, step};
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

pub(super) fn run() -> Result<()> {
    step("hits: build");
    let program = build()?;
    step("hits: count instructions");
    let costs: Vec<f64> = CASES
        .iter()
        .map(|(case, ..)| instructions_a_call(&program, case))
        .collect::<Result<_>>()?;
    let rows = CASES.iter().zip(&costs).map(|((case, what, compared), cost)| {
        let none = CASES.iter().position(|(case, ..)| case == compared).map_or(0.0, |at| costs[at]);
        let over = if case == compared { String::new() } else { format!("{:+.1}", cost - none) };
        [(*what).to_owned(), format!("{cost:.1}"), over]
    });
    print("A hit", ["case", "instructions a call", "over none"], rows);
    Ok(())
}

pub(super) fn build() -> Result<PathBuf> {
    let target = tools::root().join("target/fixtures");
    let build = "build --quiet --release --locked --manifest-path tests/builds/bench/Cargo.toml";
    tools::output(tools::cargo(build).arg("--target-dir").arg(&target))?;
    Ok(target.join("release/bench"))
}

fn instructions_a_call(program: &Path, case: &str) -> Result<f64> {
    let [few, many] =
        COUNTS.map(|count| callgrind::instructions(program, &[case, &count.to_string()], None));
    Ok((many? - few?) / f64::from(COUNTS[1] - COUNTS[0]))
}
