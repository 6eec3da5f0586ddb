//! One site, deprecated or not.

use maud::{Markup, html};

use super::frame::{Frame, Tab};
use super::question::question;
use super::site_card::site_card;
use crate::address;
use crate::answer::removal::Removal;
use crate::answer::tally::Tally;
use crate::library::Library;

/// The page.
pub(in crate::page) fn page(library: &Library, tally: &Tally, removal: &Removal) -> Markup {
    let Some(site) = removal.sites.first() else { return html! {} };
    let address = address::site_page(&library.name, &site.path);
    let main = html! {
        section aria-labelledby="site" {
            div.bar {
                h2 id="site" { "If it were removed" }
                (question(removal, &address))
            }
            (site_card(site, removal, tally))
        }
        p.machine {
            "For programs: "
            a href=(address::site_removal(&library.name, &site.path)) { "this answer as JSON" }
        }
    };
    Frame::of(library, tally, Tab::Removal).page(site.path.as_str(), &main)
}
