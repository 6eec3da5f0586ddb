//! `ask removal`: how many users an item still has, and whether it may go.

use std::process::ExitCode;

use anstream::println;
use comfy_table::{Cell, CellAlignment};
use headcount_report::{CrateName, Deprecation, SitePath, Week};
use headcount_sender::collector::CollectorUrl;
use serde::Deserialize;

use super::answer;
use crate::output::{self, BOLD, DIM, plain};

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
    threshold: f64,
    confidence: f64,
    weeks_wanted: u32,
    /// The week that `n` and the shares are of.
    week: Option<Week>,
    weeks: Vec<Week>,
    origins: Vec<String>,
    sample: String,
    sites: Vec<Site>,
}

#[derive(Deserialize)]
struct Site {
    path: SitePath,
    deprecated: Option<Deprecation>,
    n: u64,
    called: Option<Estimate>,
    linked: Option<Estimate>,
    series: Vec<Point>,
    verdict: Verdict,
}

/// A share with its interval.
#[derive(Deserialize)]
struct Estimate {
    share: f64,
    low: f64,
    high: f64,
}

/// One week of a site.
#[derive(Deserialize)]
struct Point {
    /// Absent where too few sections stand behind it.
    upper_bound: Option<f64>,
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
        answer.print();
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

impl Answer {
    fn print(&self) {
        if self.sites.is_empty() {
            println!("{BOLD}{}{BOLD:#} has no deprecated item that was seen.", self.library);
            return;
        }
        println!("{BOLD}{}{BOLD:#}: which items may be removed?", self.library);
        println!(
            "Safe: in each of {} weeks at most {} of users call it, at {} confidence.",
            self.weeks_wanted,
            percent(self.threshold),
            percent(self.confidence)
        );
        let mut table = output::table();
        table.set_header(["site", "deprecated", "n", "called", "linked", "by week", "verdict"]);
        for site in &self.sites {
            table.add_row([
                Cell::new(&site.path),
                Cell::new(site.deprecated.as_ref().map(deprecated).unwrap_or_default()),
                Cell::new(site.n).set_alignment(CellAlignment::Right),
                Cell::new(share_text(site.called.as_ref())),
                Cell::new(share_text(site.linked.as_ref())),
                Cell::new(trend(&site.series)),
                Cell::new(plain(&site.verdict.text)),
            ]);
        }
        println!("\n{table}\n");
        if let Some(week) = self.week {
            println!("{DIM}n and shares: of {week}, 95 % intervals{DIM:#}");
        }
        println!("{DIM}weeks: {}{DIM:#}", weeks(&self.weeks));
        println!("{DIM}origins: {}{DIM:#}", plain(&self.origins.join(", ")));
        println!("{DIM}sample: {}{DIM:#}", plain(&self.sample));
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

fn percent(share: f64) -> String {
    format!("{:.3}", share * 100.0).trim_end_matches('0').trim_end_matches('.').to_owned() + " %"
}

fn share_text(share: Option<&Estimate>) -> String {
    share.map_or_else(
        || "unknown".to_owned(),
        |Estimate { share, low, high }| {
            let [share, low, high] = [share, low, high].map(|share| share * 100.0);
            format!("{share:.2} % ({low:.2} to {high:.2})")
        },
    )
}

fn deprecated(said: &Deprecation) -> String {
    let since = said.since.as_ref().map(|version| format!("since {version}"));
    let remove_in = said.remove_in.as_ref().map(|version| format!("remove in {version}"));
    let words: Vec<_> = since.into_iter().chain(remove_in).collect();
    if words.is_empty() { "yes".to_owned() } else { plain(&words.join(", ")) }
}

/// The upper bound of the first and the last week that have one.
fn trend(series: &[Point]) -> String {
    let mut bounds = series.iter().filter_map(|point| point.upper_bound);
    match (bounds.next(), bounds.next_back()) {
        (None, _) => String::new(),
        (Some(only), None) => format!("< {}", percent(only)),
        (Some(first), Some(last)) => format!("< {} → < {}", percent(first), percent(last)),
    }
}

fn weeks(weeks: &[Week]) -> String {
    match weeks {
        [] => "none".to_owned(),
        [only] => only.to_string(),
        [first, .., last] => format!("{first} to {last} ({})", weeks.len()),
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

    #[test]
    fn a_trend_goes_from_the_first_to_the_last_week_that_is_known() {
        let trend = |bounds: &[Option<f64>]| {
            let point = |upper_bound: &Option<f64>| Point { upper_bound: *upper_bound };
            trend(&bounds.iter().map(point).collect::<Vec<_>>())
        };
        assert_eq!(trend(&[None]), "");
        assert_eq!(trend(&[None, Some(0.5)]), "< 50 %");
        assert_eq!(trend(&[Some(0.5), None, Some(0.1), Some(0.2), None]), "< 50 % → < 20 %");
    }

    #[test]
    fn percentages_are_as_long_as_needed() {
        assert_eq!(percent(0.01), "1 %");
        assert_eq!(percent(0.0), "0 %");
        assert_eq!(percent(0.001_25), "0.125 %");
        assert_eq!(percent(1.0), "100 %");
    }
}
