//! What was left out, and why: one line each for the owner.

use std::collections::BTreeSet;

use headcount_report::Week;
use headcount_report::limits::OPEN_WEEKS;
use serde::{Serialize, Serializer};

use crate::collector::CollectorUrl;

/// Something that was left out. It never stops the rest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[non_exhaustive]
pub enum Remark {
    /// Torn lines and garbage.
    #[error("{week}: left out {}", count(*lines, "unreadable line"))]
    Unreadable {
        /// Whose file.
        week: Week,
        /// How many.
        lines: usize,
    },
    /// Lines for which there was no room.
    #[error(
        "{week}: programs dropped {}: so much was recorded before `send` packed it",
        count(usize::try_from(*lines).unwrap_or(usize::MAX), "line")
    )]
    Dropped {
        /// Whose file.
        week: Week,
        /// How many.
        lines: u64,
    },
    /// The spool could not be packed; all that is recorded is still there.
    #[error("the spool stays as long as it is: {reason}")]
    NotPacked {
        /// Why.
        reason: String,
    },
    /// Hits of libraries whose build record is gone or bad.
    #[error("{week}: left out {} of unknown builds", count(*hits, "count"))]
    UnknownBuild {
        /// Whose file.
        week: Week,
        /// How many.
        hits: usize,
    },
    /// Build records that are not what their name says.
    #[error("left out {}", count(*files, "broken build record"))]
    BadBuilds {
        /// How many.
        files: usize,
    },
    /// Lines that came when the week's report was written already.
    #[error(
        "{week}: left out {} that came after the report to {collector} was written",
        count(*lines, "line")
    )]
    Late {
        /// Whose file.
        week: Week,
        /// Whose report.
        collector: CollectorUrl,
        /// How many.
        lines: usize,
    },
    /// A week that no collector takes any more.
    #[error(
        "{week} is more than {OPEN_WEEKS} weeks old, no collector takes it: its spool was deleted"
    )]
    TooOld {
        /// The week.
        week: Week,
    },
    /// The clock may run ahead.
    #[error(
        "nothing here is newer than {newest}, and by the clock that is too old to be sent: no week \
         was closed or deleted; if the clock is right, that happens once programs record again"
    )]
    Clock {
        /// The newest week of which anything is known.
        newest: Week,
    },
    /// More than a report can hold.
    #[error("{week}: left out of the report to {collector}, over a limit: {}", join(libraries))]
    OverLimit {
        /// The week.
        week: Week,
        /// Whose report.
        collector: CollectorUrl,
        /// What was left out.
        libraries: BTreeSet<String>,
    },
}

impl Serialize for Remark {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn join(words: &BTreeSet<String>) -> String {
    words.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

fn count(number: usize, of: &str) -> String {
    format!("{number} {of}{}", if number == 1 { "" } else { "s" })
}
