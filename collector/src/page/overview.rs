//! The list of all libraries.

use headcount_report::figure::{counted, grouped};
use maud::{Markup, html};
use serde::Deserialize;

use super::layout;
use crate::address;
use crate::store::LibraryLine;

/// Libraries that are listed at once: enough to look through, and a page that loads at once.
const LISTED: usize = 100;

/// What is looked for, as it stands in an address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Looked {
    #[serde(rename = "for", default)]
    part_of_name: String,
}

/// The page: those libraries whose name contains what is looked for, most sections first.
pub(super) fn page(mut libraries: Vec<LibraryLine>, looked: &Looked) -> Markup {
    let total = libraries.len();
    let part = looked.part_of_name.trim().to_ascii_lowercase();
    libraries.retain(|line| line.library.as_str().contains(&part));
    libraries.sort_by(|a, b| (b.sections, &a.library).cmp(&(a.sections, &b.library)));
    let found = libraries.len();
    libraries.truncate(LISTED);
    let main = html! {
        div.title {
            h1 { "Libraries" }
            p.lead { "How many installations use which part of each API, counted with error bars." }
        }
        @if total == 0 {
            (nobody())
        } @else {
            @if total > LISTED || !part.is_empty() { (search(&part, found, total)) }
            (table(&libraries))
        }
    };
    layout::document("Libraries", &main)
}

fn search(part: &str, found: usize, total: usize) -> Markup {
    html! {
        form.bar.question method="get" action=(address::OVERVIEW) role="search" {
            label { span { "Name contains" } input type="search" name="for" value=(part) autocomplete="off"; }
            button type="submit" { "Look" }
            p.detail.grow {
                (grouped(found as u64)) " of " (counted(total as u64, "library"))
                @if found > LISTED { "; the " (LISTED) " with the most sections are listed" }
            }
        }
    }
}

fn table(libraries: &[LibraryLine]) -> Markup {
    html! {
        div.card.flush {
            table.wide {
                caption.unseen { "Registered libraries" }
                thead {
                    tr {
                        th scope="col" { "Library" }
                        th.number scope="col" { "Sections" }
                        th.number scope="col" { "Sites" }
                        th.number scope="col" { "Deprecated" }
                    }
                }
                tbody { @for line in libraries { (row(line)) } }
            }
        }
    }
}

fn row(line: &LibraryLine) -> Markup {
    html! {
        tr {
            th scope="row" {
                a.name href=(address::library_page(&line.library)) { (line.library) }
                span.detail { (line.latest_version) " is the latest of " (counted(line.versions as u64, "version")) }
            }
            td.number {
                (grouped(line.sections))
                @if let Some(week) = line.week { span.detail { "in " (week) } }
            }
            td.number { (line.sites) }
            td.number { (line.deprecated) }
        }
    }
}

fn nobody() -> Markup {
    html! {
        div.card {
            h2 { "Nobody is registered yet" }
            p { "Make a token for a library here, and register its versions where it is built:" }
            pre { code {
                "headcount-collector token add my-library --store FILE\n"
                "cargo headcount manifest --register URL"
            } }
        }
    }
}
