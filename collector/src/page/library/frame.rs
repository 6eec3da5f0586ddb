//! What every page of a library has around it: its name, what it rests on, the way to its others.

use headcount_report::figure::grouped;
use maud::{Markup, html};

use super::parts::origins;
use crate::address;
use crate::answer::tally::Tally;
use crate::library::Library;
use crate::page::layout;

/// The pages of a library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tab {
    Summary,
    Removal,
    Versions,
    Features,
}

/// The head of a library's page.
pub(super) struct Frame<'a> {
    library: &'a Library,
    tally: &'a Tally,
    tab: Tab,
}

impl<'a> Frame<'a> {
    pub(super) fn of(library: &'a Library, tally: &'a Tally, tab: Tab) -> Self {
        Self { library, tally, tab }
    }

    /// A whole page.
    pub(super) fn page(&self, title: &str, main: &Markup) -> Markup {
        let name = &self.library.name;
        let title = match self.tab {
            Tab::Summary => name.to_string(),
            _ => format!("{title} · {name}"),
        };
        layout::document(&title, &html! { (self.head()) (main) })
    }

    fn head(&self) -> Markup {
        let name = &self.library.name;
        let tabs = [
            (Tab::Summary, address::library_page(name), "Summary"),
            (Tab::Removal, address::removal_page(name), "May I remove this?"),
            (Tab::Versions, address::versions_page(name), "What must I support?"),
            (Tab::Features, address::features_page(name), "What matters?"),
        ];
        let view = address::view_query(self.tally.view).replacen('&', "?", 1);
        html! {
            div.title {
                h1 { (self.library.name) }
                (self.facts())
                nav.tabs aria-label="Questions" { ul {
                    @for (tab, address, text) in tabs {
                        li { a href={ (address) (view) } aria-current=[(tab == self.tab).then_some("page")] { (text) } }
                    }
                } }
            }
        }
    }

    fn facts(&self) -> Markup {
        let week = self.tally.latest_week();
        html! {
            dl.facts {
                @if let Some(latest) = self.library.versions().last() {
                    div { dt { "Latest release" } dd { (latest.number) } }
                }
                @if let Some(week) = week {
                    div { dt { "Week" } dd { (week) } }
                    div { dt { "Sections" } dd { (grouped(self.tally.sections(week).of(self.tally.view))) } }
                    div { dt { "From" } dd { (origins(&self.tally.origins(&[week]))) } }
                } @else {
                    div { dt { "Sections" } dd { "none yet" } }
                }
            }
        }
    }
}
