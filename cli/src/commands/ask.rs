//! `ask`: what a collector answers about a library.

mod answer;
mod basis;
mod features;
mod figure;
mod removal;
mod versions;

use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};
use headcount_report::{CrateName, Origin};
use headcount_sender::collector::CollectorUrl;

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    question: Question,
}

#[derive(Subcommand)]
enum Question {
    /// When may a deprecated item go?
    Removal(removal::Args),
    /// Which rustc, targets, dependencies and system libraries do users have, and which to support?
    Versions(versions::Args),
    /// Which part of the API serves most users, and which nobody?
    Features(features::Args),
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    match &args.question {
        Question::Removal(args) => removal::run(args),
        Question::Versions(args) => versions::run(args),
        Question::Features(args) => features::run(args),
    }
}

/// What belongs to every question.
#[derive(clap::Args)]
struct About {
    /// The library
    library: CrateName,
    /// Which collector to ask
    #[arg(long, value_name = "URL")]
    collector: CollectorUrl,
    /// Only users of the latest release line: of all versions that cargo takes for compatible with
    /// the latest
    #[arg(long)]
    latest: bool,
    /// Only developers' machines, or only deployed programs
    #[arg(long, value_name = "ORIGIN")]
    origin: Option<Place>,
    /// For programs: the collector's answer as it came
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Place {
    Developer,
    Deployed,
}

impl About {
    /// The path of a question, and what of its query belongs to every question.
    fn question(&self, name: &str) -> (String, Vec<(&'static str, String)>) {
        let path = format!("/v1/libraries/{}/{name}", self.library);
        let origin = self.origin.map(|origin| match origin {
            Place::Developer => Origin::Developer,
            Place::Deployed => Origin::Deployed,
        });
        let origin = origin.map(|origin| ("origin", origin.as_str().to_owned()));
        let line = self.latest.then(|| ("line", "latest".to_owned()));
        (path, origin.into_iter().chain(line).collect())
    }
}

/// Those parameters that were given, as text.
fn given<const N: usize>(
    parameters: [(&'static str, Option<String>); N],
) -> impl Iterator<Item = (&'static str, String)> {
    parameters.into_iter().filter_map(|(name, value)| Some((name, value?)))
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
