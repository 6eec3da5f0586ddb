//! `ask versions`: what users have around a library, and what to support.

mod text;

use std::process::ExitCode;

use anstream::println;
use anyhow::bail;
use clap::ValueEnum;
use headcount_report::{CrateName, Week};
use serde::Deserialize;

use super::basis::Basis;
use super::figure::Estimate;
use super::{About, answer, given, share};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    about: About,
    /// Only this kind
    #[arg(long, value_name = "KIND")]
    of: Option<Kind>,
    /// Only this dependency or system library
    #[arg(long, value_name = "NAME")]
    name: Option<CrateName>,
    /// The share of users that a support policy has to cover, such as 0.99
    #[arg(long, value_name = "SHARE", value_parser = share)]
    coverage: Option<f64>,
    /// Another week than the latest, such as 2026-W40
    #[arg(long)]
    week: Option<Week>,
    /// Exit with 1 unless, for everything asked for, some policy covers enough
    #[arg(long)]
    check: bool,
    /// With `--check`: exit with 1 unless support from this version on covers enough
    #[arg(long, value_name = "VERSION", requires = "check")]
    floor: Option<String>,
}

/// What has versions.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    /// The library itself
    Library,
    /// The compiler
    Rustc,
    /// The target
    Target,
    /// A dependency
    Dependency,
    /// A system library
    System,
}

/// What the collector answers.
#[derive(Deserialize)]
struct Answer {
    #[serde(flatten)]
    basis: Basis,
    coverage: f64,
    subjects: Vec<Subject>,
}

/// The versions of one thing.
#[derive(Deserialize)]
struct Subject {
    of: Kind,
    name: Option<CrateName>,
    /// Absent where nothing is published.
    n: Option<u64>,
    cells: Vec<Cell>,
    support: Option<Support>,
}

/// One version, or others.
#[derive(Deserialize)]
struct Cell {
    value: Option<String>,
    /// Of others: they are older than this.
    below: Option<String>,
    /// Of others: none of them is older than this.
    since: Option<String>,
    count: u64,
    #[serde(default)]
    at_least: bool,
    share: Option<Estimate>,
}

#[derive(Deserialize)]
struct Support {
    from: Option<String>,
    covers: bool,
    values: Vec<String>,
    share: f64,
    low: f64,
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let (path, mut query) = args.about.question("versions");
    query.extend(given([
        ("of", args.of.and_then(|of| Some(of.to_possible_value()?.get_name().to_owned()))),
        ("name", args.name.as_ref().map(CrateName::to_string)),
        ("coverage", args.coverage.map(|share| share.to_string())),
        ("week", args.week.map(|week| week.to_string())),
    ]));
    let (text, answer): (_, Answer) = answer::get(&args.about.collector, &path, query)?;
    if args.about.json {
        println!("{}", text.trim_end());
    } else {
        text::print(&answer);
    }
    let is_enough = match &args.floor {
        None => answer.subjects.iter().all(Subject::is_covered),
        Some(version) => answer.only()?.is_covered_from(version)?,
    };
    Ok(if is_enough || !args.check { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Answer {
    /// The one thing that was asked for.
    fn only(&self) -> anyhow::Result<&Subject> {
        match &self.subjects[..] {
            [subject] if subject.of != Kind::Target => Ok(subject),
            _ => bail!("a floor is of one thing that has versions: add --of rustc, or --name NAME"),
        }
    }
}

impl Subject {
    fn is_covered(&self) -> bool {
        self.support.as_ref().is_some_and(|support| support.covers)
    }

    /// Whether support from a version on covers enough: it does up to the highest that does.
    fn is_covered_from(&self, version: &str) -> anyhow::Result<bool> {
        let version = numbers(version)?;
        let highest = self.support.as_ref().and_then(|support| support.from.as_deref());
        Ok(highest.map(numbers).transpose()?.is_some_and(|highest| version <= highest))
    }
}

/// A version as what it is compared by: `1.1.1w` is after `1.1.1k`, and `1.100` after `1.95`.
fn numbers(version: &str) -> anyhow::Result<(Vec<u64>, String)> {
    let end = version.find(|c: char| c.is_ascii_lowercase()).unwrap_or(version.len());
    let (numbers, letter) = version.split_at(end);
    let numbers: Result<Vec<u64>, _> = numbers.split('.').map(str::parse).collect();
    match numbers {
        Ok(mut numbers) => {
            // A package may say 1.85.0 where a compiler is told as 1.85.
            while numbers.pop_if(|last| *last == 0).is_some() {}
            Ok((numbers, letter.to_owned()))
        }
        Err(_) => bail!("`{version}` is no version such as 1.85, 3.0.19 or 1.1.1w"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_they_were_released() {
        let is_before = |a, b| numbers(a).unwrap() < numbers(b).unwrap();
        assert!(is_before("1.95", "1.100") && is_before("1.1.1k", "1.1.1w"));
        assert!(is_before("1.1.1", "1.1.1w") && is_before("1.1.1w", "3.0.9"));
        assert_eq!(numbers("1.85").unwrap(), numbers("1.85.0").unwrap());
        assert!(numbers("newest").is_err());
    }
}
