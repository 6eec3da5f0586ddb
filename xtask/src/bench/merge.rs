//! Merging what programs recorded in a week, against parsing its lines.

use std::fs;
use std::hint::black_box;

use anyhow::{Result, ensure};
use headcount_report::limits::SPEAKS_AT;
use headcount_report::spool::{self, FileIdentity, Line};
use headcount_sender::draft::said_since;

use super::machine::Machine;
use super::{cpu, median, print, step};
use crate::tools;

/// Size that the week's lines have at least, in bytes.
const WEEK_BYTES: usize = 50 << 20;

/// Libraries of each program, and sites that it hits in each.
const LIBRARIES: usize = 20;
const SITES: usize = 5;

/// Programs that are written at a time: some megabytes, after which the file is packed.
const AT_ONCE: u64 = 500;

/// How often it is parsed, merged and closed.
const ROUNDS: usize = 5;

/// Prints the table; in a release build, which is what users have.
pub(super) fn run() -> Result<()> {
    if cfg!(debug_assertions) {
        step("merge: build this in release");
        return tools::run(&mut tools::cargo("run --quiet --release --package xtask bench merge"));
    }
    step("merge: write and pack the week");
    let machine = machine()?;
    let lines = machine.spool()?.read(machine.week)?;
    ensure!(lines.len() >= WEEK_BYTES, "the week has {} bytes only", lines.len());
    let number = spool::decode(&lines).lines.len();
    let mut rounds = Vec::new();
    for round in 1..=ROUNDS {
        step(format_args!("merge: round {round} of {ROUNDS}"));
        let parsing = seconds_of(|| spool::decode(&lines))?;
        let merging = seconds_of(|| said_since(&lines, 0))?;
        let copy = machine.copy("merge-copy")?;
        let closing = cpu::seconds_of(|| copy.close().map(drop))?;
        fs::remove_dir_all(copy.folder())?;
        rounds.push([parsing, merging, closing]);
    }
    fs::remove_dir_all(machine.folder())?;
    let of = |at: usize| format!("{:.2}", median(rounds.iter().map(|seconds| seconds[at])));
    let ratio = median(rounds.iter().map(|[parsing, merging, _]| parsing / merging));
    let row =
        [lines.len().to_string(), number.to_string(), of(0), of(1), format!("{ratio:.2}"), of(2)];
    let header = ["bytes", "lines", "parse, s", "merge, s", "speed of parsing", "close, s"];
    print("A week of many short programs, processor time", header, [row]);
    Ok(())
}

fn seconds_of<T>(work: impl FnOnce() -> T) -> Result<f64> {
    cpu::seconds_of(|| {
        drop(black_box(work()));
        Ok(())
    })
}

/// One whose programs are many and hit the same few sites, as a test suite's are.
fn machine() -> Result<Machine> {
    let machine = Machine::new("merge", "https://count.example.org")?;
    let builds = (0..LIBRARIES).map(|number| machine.build(&format!("library-{number}")));
    let builds: Vec<u64> = builds.collect::<Result<_>>()?;
    let mut written = 0;
    for first in (0..).step_by(usize::try_from(AT_ONCE)?) {
        let programs = first..first + AT_ONCE;
        let lines: Vec<Line> = programs.flat_map(|process| program(process, &builds)).collect();
        machine.append(&lines)?;
        written += lines.iter().map(|line| line.encode().len()).sum::<usize>();
        if written >= WEEK_BYTES {
            break;
        }
    }
    Ok(machine)
}

/// What one program says: which it is, and that it hit each site, a tenth of them often.
fn program(number: u64, builds: &[u64]) -> Vec<Line> {
    // Programs have random numbers, so their order in a tree is not that in which they came.
    let process = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let path = format!("/home/me/it/target/debug/deps/test-{}", number % 50).into();
    let file = FileIdentity { path, size_bytes: 4_325_376, mtime_ns: 1, inode: number % 50 };
    let mut lines = vec![Line::Executable { process, file }];
    for (at, build) in builds.iter().enumerate() {
        for site in 0..SITES {
            let often = if (at + site) % 10 == 0 { 2 } else { 1 };
            let site = format!("client::Client::send_{site}").parse().expect("a path");
            let hit =
                |count| Line::Hit { process, build: *build, count, site: Clone::clone(&site) };
            lines.extend(SPEAKS_AT.into_iter().take(often).map(hit));
        }
    }
    lines
}
