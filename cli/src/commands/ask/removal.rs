//! `ask removal`: how many users an item still has, and whether it may go.

mod text;

use std::process::ExitCode;

use anstream::println;
use headcount_report::{CrateName, Deprecation, SiteKind, SitePath, Week};
use headcount_sender::collector::CollectorUrl;
use serde::Deserialize;

use super::answer;
use super::figure::{Estimate, Point};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The library
    library: CrateName,
    /// Which collector to ask
    #[arg(long, value_name = "URL")]
    collector: CollectorUrl,
    /// Only this site, such as `client::Client::send`
    #[arg(long, value_name = "PATH")]
    site: Option<SitePath>,
    /// Largest share of users that may still call it, such as 0.01 for 1 %
    #[arg(long, value_name = "SHARE", value_parser = share)]
    threshold: Option<f64>,
    /// How sure the verdict has to be, such as 0.95
    #[arg(long, value_name = "SHARE", value_parser = share)]
    confidence: Option<f64>,
    /// How many weeks have to say so, each by itself
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=520))]
    weeks: Option<u32>,
    /// For programs: the collector's answer as it came
    #[arg(long)]
    json: bool,
    /// Exit with 1 unless everything asked for may go
    #[arg(long)]
    check: bool,
}

/// What the collector answers.
#[derive(Deserialize)]
struct Answer {
    library: CrateName,
    publish_at: u64,
    threshold: f64,
    confidence: f64,
    weeks_wanted: usize,
    /// The week that `n` and the shares are of.
    week: Option<Week>,
    weeks: Vec<Week>,
    origins: Vec<String>,
    sample: String,
    unregistered_sections: usize,
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

/// A share of scanned sections.
#[derive(Deserialize)]
struct LinkedEstimate {
    n: u64,
    #[serde(flatten)]
    share: Estimate,
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
    let path = format!("/v1/libraries/{}/removal", args.library);
    let (text, mut answer): (_, Answer) = answer::get(&args.collector, &path, args.query())?;
    if let Some(path) = &args.site {
        answer.sites.retain(|site| site.path == *path);
        if answer.sites.is_empty() {
            anyhow::bail!("{} knows no site `{path}` of {}", args.collector, args.library);
        }
    }
    if args.json {
        println!("{}", text.trim_end());
    } else {
        text::print(&answer);
    }
    let is_safe = answer.sites.iter().all(|site| site.verdict.kind == VerdictKind::Safe);
    Ok(if args.check && !is_safe { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

impl Args {
    fn query(&self) -> Vec<(&'static str, String)> {
        [
            ("threshold", self.threshold.map(|share| share.to_string())),
            ("confidence", self.confidence.map(|share| share.to_string())),
            ("weeks", self.weeks.map(|count| count.to_string())),
            ("site", self.site.as_ref().map(SitePath::to_string)),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
    }
}

/// Reads a share that is neither none nor all.
fn share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|_| "write a number such as 0.01 for 1 %".to_owned())?;
    if share > 0.0 && share < 1.0 {
        Ok(share)
    } else {
        Err("it has to be more than 0 and less than 1; write 0.01 for 1 %".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_read_as_fractions() {
        assert_eq!(share("0.01"), Ok(0.01));
        for text in ["0", "1", "1%", "5", "-0.1", "NaN", ""] {
            assert!(share(text).is_err(), "`{text}` was accepted");
        }
    }
}
