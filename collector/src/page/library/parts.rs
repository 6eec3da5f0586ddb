//! What several pages of a library have: figures with their intervals, and what they rest on.

use headcount_report::figure::{counted, percent, percent_at_least, percent_at_most};
use headcount_report::{Deprecation, Origin};
use maud::{Markup, html};

use crate::answer::basis::Basis;
use crate::answer::share::Share;

/// Under these, a share in large type would look surer than it is.
const FEW_SECTIONS: u64 = 20;

/// The share itself; of few sections, how many of how many, since `100 %` of one says too much.
pub(super) fn estimate(share: &Share) -> String {
    if share.n < FEW_SECTIONS {
        format!("{} of {}", share.count, share.n)
    } else {
        percent(share.share)
    }
}

pub(super) fn spread(share: &Share) -> String {
    format!("{} – {}", percent_at_least(share.low), percent_at_most(share.high))
}

pub(super) fn too_few(n: u64, publish_at: u64) -> String {
    if n < publish_at { format!("published from {publish_at}") } else { "none scanned".to_owned() }
}

/// Where sections come from, in words.
pub(super) fn origins(origins: &[Origin]) -> String {
    let origin = |origin: &Origin| match origin {
        Origin::Developer => "developer machines",
        Origin::Deployed => "deployed programs",
    };
    origins.iter().map(origin).collect::<Vec<_>>().join(" and ")
}

/// One sign of a chart's legend, and what it means.
pub(super) fn key(class: &str, text: &str) -> Markup {
    html! { span { span class={ "key " (class) } {} (text) } }
}

pub(super) fn note(deprecation: Option<&Deprecation>) -> Markup {
    html! {
        @if let Some(note) = deprecation.and_then(|deprecation| deprecation.note.as_deref()) {
            p.note { (code_spans(note)) }
        }
    }
}

/// A text with what stands between backticks as code.
fn code_spans(text: &str) -> Markup {
    html! {
        @for (part, text) in text.split('`').enumerate() {
            @if part % 2 == 0 { (text) } @else { code { (text) } }
        }
    }
}

/// A notice of sections that are in no figure.
pub(super) fn unregistered(basis: &Basis) -> Markup {
    let count = basis.unregistered_sections;
    html! {
        @if count > 0 {
            p.notice role="note" {
                (counted(count, "section")) " came from versions that nobody registered; they are in \
                no figure here. " code { "cargo headcount manifest --register" } " adds a version."
            }
        }
    }
}
