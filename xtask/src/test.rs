//! `cargo xtask test`: the steps of CI, in the order in which they fail soonest.

use std::fmt;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::tidy;
use crate::tools::{self, cargo};

/// One step of CI.
#[derive(Clone, Copy)]
pub(crate) struct Step {
    name: &'static str,
    run: fn() -> Result<()>,
}

/// What every change has to pass.
pub(crate) const USUAL: &[Step] = &[
    Step { name: "tools", run: tools::preflight },
    Step { name: "format", run: format },
    Step { name: "tidy", run: tidy::run },
    Step { name: "lints", run: lints },
    Step { name: "tests", run: tests },
    Step { name: "features", run: features },
    Step { name: "docs", run: docs },
];

/// What takes too long for every change.
pub(crate) const SLOW: &[Step] =
    &[Step { name: "slow tests", run: slow_tests }, Step { name: "release builds", run: releases }];

/// The program at the end of the examples is a workspace of its own.
const APPLICATION: &str = "--manifest-path examples/application/Cargo.toml";

/// So are the fuzz targets, which only have to compile here; their seeds are run by a usual test.
const FUZZ: &str = "--manifest-path fuzz/Cargo.toml";

/// Runs the steps one after the other, up to the first that fails.
pub(crate) fn run(steps: &[Step]) -> Result<()> {
    let mut summary = Summary::default();
    for step in steps {
        println!("\n━━ {}", step.name);
        let start = Instant::now();
        let outcome = (step.run)();
        let duration = start.elapsed();
        println!("━━ {}: {:.1} s", step.name, duration.as_secs_f64());
        outcome
            .with_context(|| format!("step `{}` failed; those after it did not run", step.name))?;
        summary.steps.push((step.name, duration));
    }
    println!("\n{summary}");
    Ok(())
}

fn format() -> Result<()> {
    run_cargo("fmt --all --check")?;
    run_cargo(&format!("fmt {APPLICATION} --check"))?;
    run_cargo(&format!("fmt {FUZZ} --check"))
}

fn lints() -> Result<()> {
    run_cargo("clippy --workspace --all-targets -- -D warnings")?;
    run_cargo(&format!("clippy {APPLICATION} --locked --all-targets -- -D warnings"))
}

/// Doc tests included.
fn tests() -> Result<()> {
    run_cargo("test --workspace")?;
    run_cargo(&format!("build {APPLICATION} --locked"))
}

/// The workspace's steps take default features; these are the others.
fn features() -> Result<()> {
    run_cargo("test --package counted-library --features streaming")?;
    run_cargo("test --package counted-library --features headcount-disabled")?;
    run_cargo("clippy --package counted-library --all-targets --all-features -- -D warnings")?;
    run_cargo(&format!("clippy {APPLICATION} --locked --all-features -- -D warnings"))
}

fn docs() -> Result<()> {
    tools::run(cargo("doc --workspace --no-deps").env("RUSTDOCFLAGS", "-Dwarnings"))
}

fn slow_tests() -> Result<()> {
    run_cargo("test --workspace --lib --bins --tests -- --ignored")
}

fn releases() -> Result<()> {
    run_cargo("build --workspace --release")?;
    run_cargo(&format!("build {APPLICATION} --locked --release"))?;
    run_cargo(&format!("check {FUZZ} --locked --target-dir target/fuzz"))
}

fn run_cargo(arguments: &str) -> Result<()> {
    tools::run(&mut cargo(arguments))
}

/// What was run and how long it took.
#[derive(Default)]
struct Summary {
    steps: Vec<(&'static str, Duration)>,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, duration) in &self.steps {
            writeln!(f, "ok  {name:<16} {:>7.1} s", duration.as_secs_f64())?;
        }
        let total: Duration = self.steps.iter().map(|(_, duration)| duration).sum();
        write!(f, "ok  {:<16} {:>7.1} s", "all", total.as_secs_f64())
    }
}
