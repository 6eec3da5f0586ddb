//! A library at a glance: its three questions, and who moves to its new versions.

use headcount_report::Origin;
use maud::{Markup, html};
use serde::Deserialize;

use super::frame::{Frame, Tab};
use super::parts::unregistered;
use crate::address;
use crate::answer::basis::Line;
use crate::answer::features::Features;
use crate::answer::removal::{self, Removal};
use crate::answer::tally::Tally;
use crate::answer::versions::{self, Question, Versions};
use crate::error::Error;
use crate::library::Library;

/// What may be asked of all of it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    weeks: Option<u32>,
    origin: Option<Origin>,
    line: Option<Line>,
}

impl Asked {
    pub(in crate::page) fn versions(&self) -> Result<Question, Error> {
        let Self { weeks, origin, line } = *self;
        Question::parse(versions::Asked { weeks, origin, line, ..versions::Asked::default() })
    }

    pub(in crate::page) fn removal(&self) -> Result<removal::Question, Error> {
        let Self { origin, line, .. } = *self;
        removal::Question::parse(removal::Asked { origin, line, ..removal::Asked::default() })
    }
}

/// What a summary is made from.
pub(in crate::page) struct Answers {
    pub(in crate::page) removal: Removal,
    /// Of everything, in one week.
    pub(in crate::page) versions: Versions,
    /// Of the library itself, week by week.
    pub(in crate::page) itself: Versions,
    pub(in crate::page) question: Question,
    pub(in crate::page) features: Features,
}

/// The page.
pub(in crate::page) fn page(library: &Library, tally: &Tally, answers: &Answers) -> Markup {
    let Answers { removal, versions, itself, question, features } = answers;
    let main = html! {
        (unregistered(&removal.basis))
        div.columns {
            section aria-labelledby="removal" {
                h2 id="removal" { a href=(address::removal_page(&library.name)) { "May I remove this?" } }
                @if removal.sites.is_empty() { p.card { "No site of this library is deprecated." } }
                @else { (super::removal::glance(removal)) }
            }
            section aria-labelledby="features" {
                h2 id="features" { a href=(address::features_page(&library.name)) { "What matters?" } }
                (super::features::glance(library, features))
            }
        }
        section aria-labelledby="versions" {
            h2 id="versions" { a href=(address::versions_page(&library.name)) { "What must I support?" } }
            (super::versions::glance(library, versions, question))
        }
        @if let Some(shown) = itself.subjects.first() {
            section aria-labelledby="adoption" {
                h2 id="adoption" { "Who moves to new versions?" }
                (super::versions::adoption(library, itself, question, shown))
            }
        }
    };
    Frame::of(library, tally, Tab::Summary).page("", &main)
}
