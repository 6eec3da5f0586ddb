//! What every answer says about itself.

use headcount_report::{CrateName, Origin, Week};
use serde::Deserialize;

use super::figure;
use crate::output::{self, plain};

/// What every answer says about itself.
#[derive(Deserialize)]
pub(super) struct Basis {
    pub(super) library: CrateName,
    pub(super) publish_at: u64,
    /// The one origin that was asked for.
    origin: Option<Origin>,
    /// The one release line that was asked for.
    line: Option<String>,
    /// The week that `n` and the shares are of.
    pub(super) week: Option<Week>,
    /// Whether that week still takes sections.
    open: bool,
    origins: Vec<Origin>,
    sample: String,
    unregistered_sections: usize,
}

impl Basis {
    /// Who is in the sample: a sentence a line.
    pub(super) fn legend(&self) -> Vec<String> {
        let line = self
            .line
            .as_ref()
            .map(|line| format!("Only versions of the release line {}, the latest.", plain(line)));
        let origin = self.origin.map(|origin| format!("Only {}.", from(origin)));
        [plain(&self.sample)].into_iter().chain(line).chain(origin).collect()
    }

    /// `2026-W46, from developer machines; more may come in`
    pub(super) fn source(&self) -> Option<String> {
        let more = if self.open { "; more may come in" } else { "" };
        Some(format!("{}, from {}{more}", self.week?, self.origins()))
    }

    /// `developer machines and deployed programs`
    pub(super) fn origins(&self) -> String {
        self.origins.iter().map(|origin| from(*origin)).collect::<Vec<_>>().join(" and ")
    }

    /// What a dash in a table stands for.
    pub(super) fn unpublished(&self) -> String {
        let (dash, at) = (figure::UNKNOWN, self.publish_at);
        format!("{dash}: not published, since that takes {at} sections.")
    }

    /// Why no version of something is published.
    pub(super) fn withheld(&self) -> String {
        match (self.origin, &self.line) {
            (Some(_), Some(_)) => {
                "withheld: versions are told of one --origin, or of the --latest \
                release line, and not of both at once"
                    .to_owned()
            }
            (None, None) => {
                format!("nothing is published; that takes {} sections", self.publish_at)
            }
            _ => format!(
                "nothing is published; that takes {0} sections, and none or {0} that are not of these",
                self.publish_at
            ),
        }
    }

    /// Warns that some sections are in no figure.
    pub(super) fn warn(&self) {
        if self.unregistered_sections > 0 {
            output::warning(format_args!(
                "{} of versions that nobody registered, in no figure here; \
                 `cargo headcount manifest --register URL` adds a version",
                output::count(self.unregistered_sections, "section is", "sections are")
            ));
        }
    }
}

fn from(origin: Origin) -> &'static str {
    match origin {
        Origin::Developer => "developer machines",
        Origin::Deployed => "deployed programs",
    }
}
