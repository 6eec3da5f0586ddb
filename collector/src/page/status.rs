//! How the collector does: for its operator, with nothing that others may not see.

use headcount_report::Week;
use headcount_report::figure::grouped;
use headcount_report::limits::OPEN_WEEKS;
use maud::{Markup, html};

use super::layout;
use crate::metrics::Totals;
use crate::store::LibraryLine;

/// The page.
pub(super) fn page(libraries: &[LibraryLine], totals: &Totals, running: Week) -> Markup {
    let versions: usize = libraries.iter().map(|line| line.versions).sum();
    let latest = libraries.iter().filter_map(|line| line.week).max();
    let latest = latest.map_or_else(|| "none yet".to_owned(), |week| week.to_string());
    let main = html! {
        div.title {
            h1 { "Collector" }
            dl.facts {
                div { dt { "Version" } dd { (env!("CARGO_PKG_VERSION")) } }
                div { dt { "Running week" } dd { (running) } }
                div { dt { "Open since" } dd { (running.plus(-i32::from(OPEN_WEEKS))) } }
                div { dt { "Latest section" } dd { (latest) } }
                div { dt { "Libraries" } dd { (grouped(libraries.len() as u64)) } }
                div { dt { "Versions" } dd { (grouped(versions as u64)) } }
            }
            p.lead { "Since it was started. Where requests came from is kept nowhere." }
        }
        div.columns {
            (table("Sections that arrived", &totals.sections))
            (table("At this moment", &totals.now))
        }
        p.machine { "For programs: " a href=(crate::address::METRICS) { "metrics" } ", " a href=(crate::address::HEALTH) { "health" } }
    };
    layout::document("Collector", &main)
}

fn table(title: &str, rows: &[(&str, u64)]) -> Markup {
    html! {
        div.card.flush { table.wide {
            caption.head { (title) }
            tbody { @for (name, count) in rows {
                tr { th scope="row" { (name) } td.number { (grouped(*count)) } }
            } }
        } }
    }
}
