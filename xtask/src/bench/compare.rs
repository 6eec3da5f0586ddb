//! headcount beside other things that libraries count with: the programs of `tests/builds/compare`.

mod cold;
mod subject;

use anyhow::Result;

use super::{callgrind, median, print, step};
use crate::tools;
use subject::{SUBJECTS, Subject};

/// How often each time is taken.
const ROUNDS: usize = 15;

/// Two counts whose difference leaves out what a program does besides.
const COUNTS: [u32; 2] = [1_000, 9_000];

/// Prints what a call costs in each of them.
pub(super) fn calls() -> Result<()> {
    build_programs()?;
    let mut instructions = Vec::new();
    for subject in &SUBJECTS {
        step(format_args!("calls: instructions of {}", subject.package));
        instructions.push(instructions_a_call(subject)?);
    }
    let mut times = vec![Vec::new(); SUBJECTS.len()];
    for round in 1..=ROUNDS {
        step(format_args!("calls: times, round {round} of {ROUNDS}"));
        for (subject, times) in SUBJECTS.iter().zip(&mut times) {
            times.push([nanoseconds(subject, 1)?, nanoseconds(subject, 2)?]);
        }
    }
    let mut rows = Vec::new();
    for ((subject, instructions_here), times) in SUBJECTS.iter().zip(&instructions).zip(&times) {
        rows.push([
            subject.label()?,
            format!("{:+.1}", instructions_here - instructions[0]),
            format!("{:.1}", median(times.iter().map(|[one, _]| *one))),
            format!("{:.1}", median(times.iter().map(|[_, two]| *two))),
            format!("{:.1}", median(times.iter().map(|[one, two]| two / one))),
        ]);
    }
    let header = ["", "instructions", "ns, one thread", "ns, two threads", "two over one"];
    print("A call of a function that counts", header, rows);
    Ok(())
}

/// Prints what it takes to build with each of them.
pub(super) fn builds(runs: usize) -> Result<()> {
    build_programs()?;
    let seconds = cold::seconds(runs)?;
    let nothing = SUBJECTS[0].bytes()?;
    let mut rows = Vec::new();
    for (subject, [dev, release]) in SUBJECTS.iter().zip(seconds).skip(1) {
        rows.push([
            subject.label()?,
            subject.crates()?.len().to_string(),
            format!("{dev:.1}"),
            format!("{release:.1}"),
            format!("{:.1}", (subject.bytes()? - nothing) / 1024.0),
        ]);
    }
    let header = ["", "crates", "dev build, s", "release build, s", "binary, KiB"];
    print("What it adds to a program that says hello", header, rows);
    Ok(())
}

fn build_programs() -> Result<()> {
    for subject in &SUBJECTS {
        step(format_args!("build {}", subject.package));
        subject.build()?;
    }
    Ok(())
}

fn instructions_a_call(subject: &Subject) -> Result<f64> {
    let program = subject.program();
    let [few, many] =
        COUNTS.map(|count| callgrind::instructions(&program, &["calls", &count.to_string()], None));
    Ok((many? - few?) / f64::from(COUNTS[1] - COUNTS[0]))
}

/// Processor time of a call, with so many threads at once.
fn nanoseconds(subject: &Subject, threads: u32) -> Result<f64> {
    let mut program = headcount_tests::clean(subject.program());
    program.args(["nanoseconds", &threads.to_string()]);
    Ok(tools::output(&mut program)?.trim().parse()?)
}
