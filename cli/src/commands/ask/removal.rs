//! `ask removal`: how many users an item still has, and whether it may go.

mod text;

use std::process::ExitCode;

use anstream::println;
use headcount_report::{Deprecation, SiteKind, SitePath, Week};
use serde::Deserialize;

use super::basis::Basis;
use super::figure::{Estimate, LinkedEstimate, Point};
use super::{About, answer, given, share};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    about: About,
    /// Only this site, such as `client::Client::send`
    #[arg(long, value_name = "PATH")]
    site: Option<SitePath>,
    /// Largest share of users that may still call it, such as 0.01 for 1 %
    #[arg(long, value_name = "SHARE", value_parser = share)]
    threshold: Option<f64>,
    /// How sure "safe" has to be over a year of asking as often as you like, such as 0.95
    #[arg(long, value_name = "SHARE", value_parser = share)]
    confidence: Option<f64>,
    /// How many closed weeks in a row have to say so, each by itself
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=520))]
    weeks: Option<u32>,
    /// Exit with 1 unless everything asked for may go
    #[arg(long)]
    check: bool,
}

/// What the collector answers.
#[derive(Deserialize)]
struct Answer {
    #[serde(flatten)]
    basis: Basis,
    threshold: f64,
    confidence: f64,
    weeks_wanted: usize,
    /// The closed weeks that the verdicts rest on.
    weeks: Vec<Week>,
    sites: Vec<Site>,
}

#[derive(Deserialize)]
struct Site {
    path: SitePath,
    kind: SiteKind,
    deprecated: Option<Deprecation>,
    n: u64,
    called: Option<Estimate>,
    linked: Option<LinkedEstimate>,
    series: Vec<Point>,
    verdict: Verdict,
}

#[derive(Deserialize)]
struct Verdict {
    kind: VerdictKind,
    text: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum VerdictKind {
    Safe,
    NotYet,
    NotEnoughSections,
}

pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let (path, mut query) = args.about.question("removal");
    query.extend(args.query());
    let collector = &args.about.collector;
    let (text, mut answer): (_, Answer) = answer::get(collector, &path, query)?;
    if let Some(path) = &args.site {
        answer.sites.retain(|site| site.path == *path);
        if answer.sites.is_empty() {
            anyhow::bail!("{collector} knows no site `{path}` of {}", args.about.library);
        }
    }
    if args.about.json {
        println!("{}", text.trim_end());
    } else {
        text::print(&answer);
    }
    let is_safe = answer.sites.iter().all(|site| site.verdict.kind == VerdictKind::Safe);
    Ok(if args.check && !is_safe { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

impl Args {
    fn query(&self) -> impl Iterator<Item = (&'static str, String)> {
        given([
            ("threshold", self.threshold.map(|share| share.to_string())),
            ("confidence", self.confidence.map(|share| share.to_string())),
            ("weeks", self.weeks.map(|count| count.to_string())),
            ("site", self.site.as_ref().map(SitePath::to_string)),
        ])
    }
}
