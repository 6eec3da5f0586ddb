//! Builds from nothing.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::subject::{self, SUBJECTS, Subject};
use crate::bench::{cpu, folder, median, step};

const PROFILES: [&str; 2] = ["dev", "release"];

/// Processor time that each subject adds to a build in an empty target folder, by profile.
pub(super) fn seconds(runs: usize) -> Result<Vec<[f64; PROFILES.len()]>> {
    let mut seconds = vec![[const { Vec::new() }; PROFILES.len()]; SUBJECTS.len()];
    for run in 1..=runs {
        for (at, profile) in PROFILES.into_iter().enumerate() {
            for (subject, seconds) in SUBJECTS.iter().zip(&mut seconds) {
                let package = subject.package;
                step(format_args!("builds: {profile} build of {package}, run {run} of {runs}"));
                seconds[at].push(build(subject, profile)?);
            }
        }
    }
    let medians: Vec<_> = seconds.into_iter().map(|profiles| profiles.map(median)).collect();
    let nothing = medians[0];
    Ok(medians.into_iter().map(|it| [it[0] - nothing[0], it[1] - nothing[1]]).collect())
}

fn build(subject: &Subject, profile: &str) -> Result<f64> {
    let target = folder().join("compare/cold");
    remove(&target)?;
    let arguments = format!("build --profile {profile} --package {}", subject.package);
    let seconds = cpu::seconds(subject::cargo(&arguments).env("CARGO_TARGET_DIR", &target))?;
    remove(&target)?;
    Ok(seconds)
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).context("cannot remove the last build")?;
    }
    Ok(())
}
