//! What is compared: the packages of `tests/builds/compare`.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use headcount_tests as e2e;

use crate::tools;

/// A program that counts its calls in one way.
#[derive(Debug)]
pub(super) struct Subject {
    pub(super) package: &'static str,
    what: &'static str,
    /// Whose versions are told.
    crates: &'static [&'static str],
}

/// The first one is what the others are compared with.
pub(super) const SUBJECTS: [Subject; 7] = [
    Subject { package: "with-nothing", what: "nothing", crates: &[] },
    Subject { package: "with-fetch-add", what: "`fetch_add`, relaxed", crates: &[] },
    Subject { package: "with-headcount", what: "", crates: &["headcount"] },
    Subject { package: "with-tracing", what: ", disabled event", crates: &["tracing"] },
    Subject { package: "with-prometheus", what: "", crates: &["prometheus"] },
    Subject { package: "with-opentelemetry", what: "", crates: &["opentelemetry_sdk"] },
    Subject {
        package: "with-metrics",
        what: "",
        crates: &["metrics", "metrics-exporter-prometheus"],
    },
];

impl Subject {
    /// What it is called in tables: with versions.
    pub(super) fn label(&self) -> Result<String> {
        let all = self.crates()?;
        let named = self.crates.iter().map(|name| {
            let version = all.iter().find_map(|line| line.strip_prefix(&format!("{name} v")));
            let version = version.with_context(|| format!("cargo does not know `{name}`"))?;
            Ok(format!("{name} {}", version.split(' ').next().unwrap_or_default()))
        });
        Ok(named.collect::<Result<Vec<_>>>()?.join(" + ") + self.what)
    }

    /// Builds its release program, with the features that it alone asks for.
    pub(super) fn build(&self) -> Result<()> {
        let arguments = format!("build --release --package {}", self.package);
        tools::output(&mut cargo(&arguments)).map(drop)
    }

    /// The crates that it brings into a build, as cargo lists them, those of build scripts and
    /// procedural macros included.
    pub(super) fn crates(&self) -> Result<BTreeSet<String>> {
        let arguments =
            format!("tree --edges normal,build --prefix none --package {}", self.package);
        let tree = tools::output(&mut cargo(&arguments))?;
        let crates = tree.lines().map(|line| line.trim_end_matches(" (*)").to_owned());
        Ok(crates
            .filter(|line| !line.starts_with("with-") && !line.starts_with("harness "))
            .filter(|line| !line.is_empty())
            .collect())
    }

    /// Its release program, once that is built.
    pub(super) fn program(&self) -> PathBuf {
        target().join("release").join(self.package)
    }

    /// The program's size.
    #[expect(clippy::cast_precision_loss, reason = "no program is that large")]
    pub(super) fn bytes(&self) -> Result<f64> {
        Ok(fs::metadata(self.program()).context("cannot look at the program")?.len() as f64)
    }
}

/// cargo for the workspace of the programs.
pub(super) fn cargo(arguments: &str) -> Command {
    let mut cargo = e2e::cargo(&tools::root().join("tests/builds/compare/Cargo.toml"));
    cargo.args(arguments.split_whitespace()).args(["--quiet", "--locked"]);
    cargo.env("CARGO_TARGET_DIR", target());
    cargo
}

fn target() -> PathBuf {
    crate::bench::folder().join("compare/target")
}
