//! What a sweep found, to be read by people or by programs.

use std::fmt;

use anyhow::Result;
use comfy_table::Table;
use comfy_table::presets::ASCII_MARKDOWN;
use serde::Serialize;

use super::outcome::Tests;

/// One crate with and without annotations.
#[derive(Debug, Serialize)]
pub(super) struct Swept {
    pub(super) name: String,
    pub(super) version: String,
    /// Every `pub fn` that is annotated or refused.
    pub(super) functions: usize,
    /// Every `pub const fn`; not among the former.
    pub(super) constant: usize,
    pub(super) refused: Vec<Refused>,
    /// Sites in the rlib.
    pub(super) sites: usize,
    /// Names of further sites, which another one has already: `cargo headcount manifest` asks its
    /// author for other ones.
    pub(super) same_name: Vec<String>,
    /// Sites of the rlib that the tests hit.
    pub(super) hit: usize,
    pub(super) tests: Pair<Tests>,
    /// Tests whose outcome changed.
    pub(super) differences: Vec<String>,
    /// Whether the tests in the documentation are among them.
    pub(super) with_documentation: bool,
    /// Tests that do not compile without annotations either.
    pub(super) left_out: Vec<String>,
    pub(super) rlib_bytes: Pair<u64>,
    /// Of the library alone, without its dependencies.
    pub(super) build_seconds: Pair<f64>,
    /// Warnings that are there with annotations only.
    pub(super) new_warnings: Vec<String>,
    /// Tests that include files of the library, and so need a `library!` of their own.
    pub(super) including_tests: Vec<String>,
    /// Files that are not understood.
    pub(super) problems: Vec<String>,
}

/// A function that cannot be annotated.
#[derive(Debug, Serialize)]
pub(super) struct Refused {
    pub(super) function: String,
    pub(super) place: String,
    pub(super) message: String,
}

/// The same thing without and with annotations.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Pair<T> {
    pub(super) before: T,
    pub(super) after: T,
}

/// All crates.
#[derive(Debug, Default, Serialize)]
pub(super) struct Sweep {
    pub(super) crates: Vec<Swept>,
    pub(super) failed: Vec<Failed>,
}

/// A crate that could not be swept.
#[derive(Debug, Serialize)]
pub(super) struct Failed {
    pub(super) name: String,
    pub(super) why: String,
}

impl Swept {
    fn row(&self) -> [String; 10] {
        let warnings = self.new_warnings.len();
        let tests = |tests: &Tests| match tests.failed {
            0 => tests.passed.to_string(),
            failed => format!("{} ({failed} fail)", tests.passed),
        };
        let mark = if self.with_documentation { "" } else { " \u{b9}" };
        [
            format!("{} {}", self.name, self.version),
            self.functions.to_string(),
            self.constant.to_string(),
            self.refused.len().to_string(),
            match self.same_name.len() {
                0 => self.sites.to_string(),
                more => format!("{} + {more}", self.sites),
            },
            self.hit.to_string(),
            format!("{} / {}{mark}", tests(&self.tests.before), tests(&self.tests.after)),
            ratio(self.rlib_bytes.before, self.rlib_bytes.after),
            format!("{:.1} / {:.1}", self.build_seconds.before, self.build_seconds.after),
            warnings.to_string(),
        ]
    }
}

impl Sweep {
    pub(super) fn json(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(self)?)
    }

    fn totals(&self) -> [String; 10] {
        let sum = |of: fn(&Swept) -> usize| self.crates.iter().map(of).sum::<usize>();
        let before = sum(|swept| swept.tests.before.passed);
        let after = sum(|swept| swept.tests.after.passed);
        [
            format!("**{} crates**", self.crates.len()),
            sum(|swept| swept.functions).to_string(),
            sum(|swept| swept.constant).to_string(),
            sum(|swept| swept.refused.len()).to_string(),
            format!("{} + {}", sum(|swept| swept.sites), sum(|swept| swept.same_name.len())),
            sum(|swept| swept.hit).to_string(),
            format!("{before} / {after}"),
            String::new(),
            String::new(),
            sum(|swept| swept.new_warnings.len()).to_string(),
        ]
    }
}

impl fmt::Display for Sweep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new();
        table.load_style(ASCII_MARKDOWN).set_header([
            "crate",
            "`pub fn`",
            "`const`",
            "refused",
            "sites",
            "hit",
            "tests passed",
            "rlib, KiB",
            "build, s",
            "new warnings",
        ]);
        table.add_rows(self.crates.iter().map(Swept::row));
        table.add_row(self.totals());
        writeln!(f, "{table}")?;
        let listed = |f: &mut fmt::Formatter<'_>, what: &str, of: fn(&Swept) -> Vec<String>| {
            let all = self.crates.iter().flat_map(|swept| {
                of(swept).into_iter().map(|line| format!("* {}: {line}", swept.name))
            });
            let all: Vec<_> = all.collect();
            if all.is_empty() { Ok(()) } else { writeln!(f, "\n{what}\n\n{}", all.join("\n")) }
        };
        listed(f, "Refused:", |swept| {
            let line = |refused: &Refused| {
                let Refused { function, place, message } = refused;
                format!("`{function}` ({place}): {message}")
            };
            swept.refused.iter().map(line).collect()
        })?;
        listed(f, "Sites that share a name:", |swept| {
            swept.same_name.iter().map(|name| format!("`{name}`")).collect()
        })?;
        listed(f, "New warnings:", |swept| swept.new_warnings.clone())?;
        listed(f, "Tests that differ:", |swept| swept.differences.clone())?;
        listed(f, "Tests that do not compile without annotations either:", |swept| {
            swept.left_out.clone()
        })?;
        listed(f, "Tests that need a `library!` of their own:", |swept| {
            swept.including_tests.clone()
        })?;
        listed(f, "Not understood:", |swept| swept.problems.clone())?;
        for Failed { name, why } in &self.failed {
            writeln!(f, "\nfailed: {name}: {why}")?;
        }
        Ok(())
    }
}

/// Sizes in KiB.
#[allow(clippy::cast_precision_loss)] // of no interest at this size
fn ratio(before: u64, after: u64) -> String {
    format!(
        "{} / {} ({:.2})",
        before.div_ceil(1024),
        after.div_ceil(1024),
        after as f64 / before as f64
    )
}
