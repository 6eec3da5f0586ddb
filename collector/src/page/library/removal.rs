//! May a deprecated site go?

use maud::{Markup, html};

use super::frame::{Frame, Tab};
use super::parts::{estimate, unregistered};
use super::question::question;
use super::site_card::{anchor, badge, site_card};
use crate::address;
use crate::answer::removal::{LinkedShare, Removal};
use crate::answer::tally::Tally;
use crate::library::Library;

/// The page.
pub(in crate::page) fn page(library: &Library, tally: &Tally, removal: &Removal) -> Markup {
    let main = html! {
        (unregistered(&removal.basis))
        section aria-labelledby="deprecations" {
            div.bar {
                h2 id="deprecations" { "Can it be removed?" }
                (question(removal, &address::removal_page(&removal.basis.library)))
            }
            @if removal.sites.is_empty() {
                p.card { "No site of this library is deprecated." }
            }
            @if removal.sites.len() > 1 { (glance(removal)) }
            @for site in &removal.sites { (site_card(site, removal, tally)) }
        }
        p.machine { "For programs: " a href=(address::library_removal(&removal.basis.library)) { "this answer as JSON" } }
    };
    Frame::of(library, tally, Tab::Removal).page("Removal", &main)
}

/// The verdicts in a few lines, each a link to its card.
pub(super) fn glance(removal: &Removal) -> Markup {
    html! {
        nav.card.glance aria-label="Deprecated sites" {
            ul {
                @for site in &removal.sites {
                    li {
                        a href={ "#" (anchor(site)) } { code { (site.path) } }
                        span.number {
                            @if let Some(called) = site.called {
                                (estimate(&called)) " called it"
                            } @else if let Some(LinkedShare { share, .. }) = site.linked {
                                (estimate(&share)) " linked it"
                            }
                        }
                        (badge(&site.verdict))
                    }
                }
            }
        }
    }
}
