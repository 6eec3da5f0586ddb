//! What every answer says about itself.

use headcount_report::{CrateName, Origin, Week};
use serde::{Deserialize, Serialize};

use super::tally::Tally;
use crate::library::Library;
use crate::publish::View;

/// Who is in the sample: stands beside every answer.
pub const SAMPLE: &str = "Each section is one installation's week with one version, sent by an \
    owner who chose to; programs that never reached a tracked site are not seen. These are \
    volunteers, not all users.";

/// What every answer says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Basis {
    /// The library.
    pub library: CrateName,
    /// What stands on fewer sections than this is not told.
    pub publish_at: u64,
    /// The one origin that was asked for.
    pub origin: Option<Origin>,
    /// The release line, when only the latest was asked for: `2`, `0.3`.
    pub line: Option<String>,
    /// The week that `n` and the shares are of: one section an installation and version.
    pub week: Option<Week>,
    /// Whether that week still takes sections, so that its figures may change.
    pub open: bool,
    /// Where the sections come from.
    pub origins: Vec<Origin>,
    /// Who is in the sample.
    pub sample: &'static str,
    /// Sections of versions without a manifest, in the weeks that were looked at. They are in no
    /// share.
    pub unregistered_sections: u64,
}

impl Basis {
    /// What an answer from these sums with the shares of one week, which rests on `weeks`, says.
    #[must_use]
    pub fn of(library: &Library, tally: &Tally, week: Option<Week>, weeks: &[Week]) -> Self {
        let is_latest_line = tally.view.is_latest_line;
        Self {
            library: library.name.clone(),
            publish_at: tally.publication.at_least(),
            origin: tally.view.origin,
            line: if is_latest_line { library.latest_line() } else { None },
            week,
            open: week.is_some_and(|week| tally.is_open(week)),
            origins: tally.origins(weeks),
            sample: SAMPLE,
            unregistered_sections: tally.unregistered(),
        }
    }
}

/// A release line, in a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Line {
    /// That of the latest registered version.
    Latest,
}

/// The view that a question is about.
#[must_use]
pub fn view(origin: Option<Origin>, line: Option<Line>) -> View {
    View { origin, is_latest_line: line.is_some() }
}
