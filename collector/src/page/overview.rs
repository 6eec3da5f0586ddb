//! The list of all libraries.

use maud::{Markup, html};

use super::layout;
use crate::answer::text::{counted, grouped};
use crate::router;
use crate::store::LibraryLine;

/// The page.
pub(super) fn page(libraries: &[LibraryLine]) -> Markup {
    let main = html! {
        div.title {
            h1 { "Libraries" }
            p.lead { "How many installations use which part of each API, counted with error bars." }
        }
        @if libraries.is_empty() { (nobody()) } @else { (table(libraries)) }
    };
    layout::document("Libraries", &main)
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
                a.name href=(router::library_page(&line.library)) { (line.library) }
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
