//! What a library makes its users compile by adopting headcount stays little.

use std::collections::BTreeSet;

use anyhow::Result;

use crate::tools::{cargo, output};

const MAX_CRATES: usize = 10; // as many as `tracing` with its attributes brings, and one

/// Counts the crates that `headcount` brings into a build, itself included, even those that most
/// programs have anyway.
pub(super) fn check() -> Result<Vec<String>> {
    let tree = "tree --locked --package headcount --edges normal --prefix none --format {p}";
    let tree = output(&mut cargo(tree))?;
    let crates: BTreeSet<_> = tree.lines().map(|line| line.trim_end_matches(" (*)")).collect();
    println!("headcount brings {} crates, of {MAX_CRATES}", crates.len());
    let names: Vec<_> = crates.iter().filter_map(|line| line.split(' ').next()).collect();
    let wrong = format!("headcount brings more than {MAX_CRATES} crates: {}", names.join(", "));
    Ok((crates.len() > MAX_CRATES).then_some(wrong).into_iter().collect())
}
