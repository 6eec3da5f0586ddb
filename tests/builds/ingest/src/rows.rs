//! What of a report a database keeps.

use clap::ValueEnum;
use headcount_report::Report;

use crate::event::{Event, events};
use crate::facts::{Facts, facts};

/// How much of it.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Kept {
    /// A row for each use of a site
    Bare,
    /// Each fact that the collector keeps, once
    Facts,
}

/// The rows of one report.
pub(crate) enum Rows {
    Bare(Vec<Event>),
    Facts(Facts),
}

impl Rows {
    /// Those of a report as it was sent.
    pub(crate) fn of(body: &[u8], kept: Kept) -> anyhow::Result<Self> {
        let report = Report::decode(&zstd::decode_all(body)?)?;
        Ok(match kept {
            Kept::Bare => Self::Bare(events(report)),
            Kept::Facts => Self::Facts(facts(&report)),
        })
    }
}
