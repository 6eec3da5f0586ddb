//! `ask features`: which part of the API serves most users, and which nobody.

mod text;

use std::process::ExitCode;

use anstream::println;
use headcount_report::{FeatureName, PlainVersion, SitePath, Week};
use serde::Deserialize;

use super::basis::Basis;
use super::figure::{Estimate, LinkedEstimate};
use super::{About, answer, given};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    about: About,
    /// Another week than the latest, such as 2026-W40
    #[arg(long)]
    week: Option<Week>,
    /// Exit with 1 if there is a site that nobody was seen to use
    #[arg(long)]
    check: bool,
}

/// What the collector answers.
#[derive(Deserialize)]
struct Answer {
    #[serde(flatten)]
    basis: Basis,
    version: Option<PlainVersion>,
    sites: Vec<Site>,
    core: usize,
    never_seen: Vec<NeverSeen>,
    untold: Vec<SitePath>,
    features: Vec<Feature>,
}

#[derive(Deserialize)]
struct Site {
    path: SitePath,
    deprecated: bool,
    n: u64,
    used: Estimate,
    linked: Option<LinkedEstimate>,
    cumulative: f64,
}

#[derive(Deserialize)]
struct NeverSeen {
    path: SitePath,
    deprecated: bool,
    n: u64,
    at_most: f64,
}

#[derive(Deserialize)]
struct Feature {
    #[serde(rename = "feature")]
    name: FeatureName,
    n: u64,
    on: Option<Estimate>,
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let (path, mut query) = args.about.question("features");
    query.extend(given([("week", args.week.map(|week| week.to_string()))]));
    let (text, answer): (_, Answer) = answer::get(&args.about.collector, &path, query)?;
    if args.about.json {
        println!("{}", text.trim_end());
    } else {
        text::print(&answer);
    }
    let is_fine = !args.check || answer.never_seen.is_empty();
    Ok(if is_fine { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
