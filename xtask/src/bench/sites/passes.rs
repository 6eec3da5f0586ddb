//! What rustc spends its time on.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::Mode;
use super::generated::Generated;
use crate::bench::print;

/// Passes that are shown.
const SHOWN: usize = 25;

/// One line of `-Ztime-passes`.
#[derive(Debug, Deserialize)]
struct Pass {
    pass: String,
    /// Seconds on the clock, those of passes within it included.
    time: f64,
}

/// Prints the passes that differ most between two forms of the library.
pub(super) fn print_passes(mode: Mode, before: &Generated, after: &Generated) -> Result<()> {
    let [before, after] = [passes(mode, before)?, passes(mode, after)?];
    let mut rows: Vec<_> = after
        .into_iter()
        .map(|(pass, after)| {
            let before = before.get(&pass).copied().unwrap_or_default();
            (pass, before, after)
        })
        .collect();
    rows.sort_by(|a, b| (b.2 - b.1).total_cmp(&(a.2 - a.1)));
    print(
        &format!("Passes of {mode}, seconds on the clock; some contain others"),
        ["pass", "plain", "counted"],
        rows.into_iter()
            .take(SHOWN)
            .map(|(pass, before, after)| [pass, format!("{before:.2}"), format!("{after:.2}")]),
    );
    Ok(())
}

fn passes(mode: Mode, library: &Generated) -> Result<BTreeMap<String, f64>> {
    library.touch()?;
    let arguments = format!("rustc --package library {}", mode.rustc_options());
    let mut cargo = library.cargo(&arguments);
    cargo.args(["--", "-Ztime-passes", "-Ztime-passes-format=json"]);
    // In a target folder of its own: build scripts look at this variable, too.
    cargo.env("RUSTC_BOOTSTRAP", "1").env("CARGO_TARGET_DIR", library.target_of_passes());
    let output = cargo.output().context("cannot run cargo")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut passes = BTreeMap::new();
    for line in String::from_utf8_lossy(&output.stderr).lines() {
        if let Some(pass) = line.strip_prefix("time: ") {
            let Pass { pass, time } = serde_json::from_str(pass).context("not a pass")?;
            *passes.entry(pass).or_default() += time;
        }
    }
    Ok(passes)
}
