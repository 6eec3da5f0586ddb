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
    #[error("{week}: {lines} lines of the spool cannot be read and were left out")]
    Unreadable {
        /// Whose file.
        week: Week,
        /// How many.
        lines: usize,
    },
    /// Hits of libraries whose build record is gone or bad.
    #[error("{week}: {hits} counts belong to no known build and were left out")]
    UnknownBuild {
        /// Whose file.
        week: Week,
        /// How many.
        hits: usize,
    },
    /// Build records that are not what their name says.
    #[error("{files} build records in the spool are broken and were left out")]
    BadBuilds {
        /// How many.
        files: usize,
    },
    /// Lines that came when the week's report was written already.
    #[error("{week}: {lines} lines came after the report to {collector} was written; left out")]
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
    /// More than a report can hold.
    #[error("{week}: the report to {collector} is over a limit; left out: {}", join(libraries))]
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
