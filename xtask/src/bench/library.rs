//! What `library!()` adds to the compilation of a library, and what building again does.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use cargo_metadata::{Artifact, Message};
use headcount_tests as e2e;

use super::{cpu, folder, median, print, step};
use crate::tools;

/// How often each compilation is timed.
const ROUNDS: usize = 31;

/// A little library: what rustc looks up in the standard library for its sake, it need not look up
/// again for `library!()`.
const LIBRARY: &str = r#"
use std::collections::BTreeMap;
use std::fmt;

/// Words, and how often each occurs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Words(BTreeMap<String, usize>);

impl Words {
    /// Adds the words of a text.
    pub fn add(&mut self, text: &str) {
        for word in text.split_whitespace() {
            *self.0.entry(word.to_lowercase()).or_default() += 1;
        }
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(word, count)| writeln!(f, "{word} {count}"))
    }
}
"#;

/// What is added to it, from nothing to everything.
const ADDED: [(&str, &str); 3] = [
    ("without", ""),
    ("loaded", "#[allow(unused_imports)] use headcount as _;"),
    ("with", "headcount::library!();"),
];

/// Direct dependencies of the library. The last number is more than there are: all.
const DEPENDENCIES: [usize; 3] = [0, 20, usize::MAX];

/// Compiled libraries, by their crate's name.
type Compiled = BTreeMap<String, PathBuf>;

pub(super) fn run() -> Result<()> {
    step("library: check the dependencies of this workspace");
    let mut compiled = Compiled::new();
    let build = "check --package headcount --package headcount-collector --package cargo-headcount";
    for artifact in artifacts(&mut tools::cargo(build))? {
        let file = artifact.filenames.iter().find(|file| file.extension() == Some("rmeta"));
        if let Some(file) = file {
            compiled.insert(artifact.target.name.replace('-', "_"), file.into());
        }
    }
    let headcount = compiled.remove("headcount").context("cargo did not build `headcount`")?;
    let mut rows = Vec::new();
    for wanted in DEPENDENCIES {
        let dependencies: Compiled = compiled.clone().into_iter().take(wanted).collect();
        rows.push(row(&headcount, &dependencies)?);
    }
    let header =
        ["direct dependencies", "without, ms", "with, ms", "more, ms", "more than loading, ms"];
    print("A little library, processor time of rustc", header, rows);
    build_again()
}

fn row(headcount: &Path, dependencies: &Compiled) -> Result<[String; 5]> {
    let count = dependencies.len();
    step(format_args!("library: compile with {count} dependencies"));
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let milliseconds = |(name, added): (&str, &str)| {
            let mut rustc = rustc(name, added, headcount, dependencies)?;
            Ok(cpu::seconds(&mut rustc)? * 1e3)
        };
        let round: Vec<f64> = ADDED.into_iter().map(milliseconds).collect::<Result<_>>()?;
        rounds.push(round);
    }
    let of = |value: fn(&[f64]) -> f64| {
        format!("{:.1}", median(rounds.iter().map(|round| value(round))))
    };
    Ok([
        count.to_string(),
        of(|round| round[0]),
        of(|round| round[2]),
        of(|round| round[2] - round[0]),
        of(|round| round[2] - round[1]),
    ])
}

/// rustc as cargo calls it for `cargo check`.
fn rustc(name: &str, added: &str, headcount: &Path, others: &Compiled) -> Result<Command> {
    let folder = folder().join("library");
    fs::create_dir_all(&folder).context("cannot make a folder")?;
    let root = folder.join(format!("{name}.rs"));
    fs::write(&root, added.to_owned() + LIBRARY).context("cannot write a source")?;
    let mut rustc = e2e::clean("rustc");
    rustc.args(["--crate-name=measured", "--edition=2024", "--crate-type=lib", "--emit=metadata"]);
    rustc.arg("--out-dir").arg(&folder).arg(&root);
    rustc.env("CARGO_PKG_NAME", "measured").env("CARGO_PKG_VERSION", "1.0.0");
    rustc.env("CARGO_MANIFEST_DIR", &folder);
    let deps = headcount.parent().context("a file without a folder")?;
    rustc.arg("-L").arg(format!("dependency={}", deps.display()));
    rustc.arg("--extern").arg(format!("headcount={}", headcount.display()));
    for (name, file) in others {
        rustc.arg("--extern").arg(format!("{name}={}", file.display()));
    }
    Ok(rustc)
}

/// Builds the example application twice: the second build has nothing to do.
fn build_again() -> Result<()> {
    let target = tools::root().join("target/fixtures");
    let application = || {
        let manifest = tools::root().join("examples/application/Cargo.toml");
        let mut cargo = e2e::cargo(&manifest);
        cargo.args(["build", "--locked"]).env("CARGO_TARGET_DIR", &target);
        artifacts(&mut cargo)
    };
    step("library: build the example application twice");
    application()?;
    let artifacts = application()?;
    let rebuilt: Vec<_> = artifacts.iter().filter(|artifact| !artifact.fresh).collect();
    ensure!(rebuilt.is_empty(), "building again rebuilds {rebuilt:?}");
    println!("\nBuilding the example application again: {} crates, all fresh.", artifacts.len());
    Ok(())
}

/// What a build consists of.
fn artifacts(build: &mut Command) -> Result<Vec<Artifact>> {
    let printed = tools::output(build.args(["--quiet", "--message-format=json"]))?;
    let mut artifacts = Vec::new();
    for message in Message::parse_stream(Cursor::new(printed)) {
        if let Message::CompilerArtifact(artifact) = message.context("cannot read cargo's words")? {
            artifacts.push(artifact);
        }
    }
    Ok(artifacts)
}
