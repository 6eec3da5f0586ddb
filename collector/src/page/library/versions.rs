//! Which versions of the things around it do a library's users have, and which must it support?

use headcount_report::figure::{counted, grouped, percent, percent_at_least};
use maud::{Markup, html};

use super::frame::{Frame, Tab};
use super::parts::{key, spread, unregistered};
use crate::address;
use crate::answer::basis::Basis;
use crate::answer::tally::Tally;
use crate::answer::versions::{Distribution, Kind, Question, Subject, Support, Versions};
use crate::library::Library;
use crate::page::chart::{self, Of, Stack};
use crate::page::form;
use crate::publish::View;

const COVERAGES: [f64; 6] = [0.8, 0.9, 0.95, 0.98, 0.99, 0.999];

/// The page: all in a few lines, for one week, and one thing at length.
pub(in crate::page) fn page(
    library: &Library,
    tally: &Tally,
    in_week: &Versions,
    versions: &Versions,
    question: &Question,
) -> Markup {
    let Some(shown) = versions.subjects.first() else { return html! {} };
    let page = Page { library, versions: in_week, question };
    let main = html! {
        (unregistered(&versions.basis))
        section aria-labelledby="versions" {
            div.bar {
                h2 id="versions" { "What must be supported?" }
                (page.question(shown))
            }
            (page.glance(Some(shown)))
            (page.card(shown))
        }
        p.machine { "For programs: " a href=(page.data(shown)) { "this answer as JSON" } }
    };
    Frame::of(library, tally, Tab::Versions).page("Versions", &main)
}

/// All that has versions, each with its floor in a line.
pub(super) fn glance(library: &Library, versions: &Versions, question: &Question) -> Markup {
    Page { library, versions, question }.glance(None)
}

/// How the releases of the library itself follow each other.
pub(super) fn adoption(
    library: &Library,
    versions: &Versions,
    question: &Question,
    itself: &Distribution,
) -> Markup {
    Page { library, versions, question }.card(itself)
}

struct Page<'a> {
    library: &'a Library,
    versions: &'a Versions,
    question: &'a Question,
}

impl Page<'_> {
    fn question(&self, shown: &Distribution) -> Markup {
        html! {
            form.question method="get" action=(address::versions_page(&self.library.name)) {
                input type="hidden" name="of" value=(word(shown.subject.of));
                @if let Some(name) = &shown.subject.name { input type="hidden" name="name" value=(name); }
                (form::choice("coverage", "Cover", &self.question.coverage, COVERAGES, |share| percent(*share)))
                (form::weeks(self.question.weeks))
                (form::view(self.question.view))
            }
        }
    }

    fn glance(&self, shown: Option<&Distribution>) -> Markup {
        html! {
            nav.card.glance aria-label="Versions of" { ul {
                @for one in &self.versions.subjects {
                    @let is_shown = shown.is_some_and(|shown| shown.subject == one.subject);
                    li {
                        a href=(self.address(one)) aria-current=[is_shown.then_some("true")] {
                            (title(&one.subject, self.library))
                        }
                        span.number { (floor(one)) }
                        @if let Some(n) = one.n { span.number.detail { (counted(n, "section")) } }
                    }
                }
            } }
        }
    }

    fn card(&self, shown: &Distribution) -> Markup {
        let title = title(&shown.subject, self.library);
        let stack = Stack::of(shown, self.question.weeks);
        html! {
            article.card aria-labelledby="shown" {
                h3 id="shown" { (title) }
                p.verdict { (self.verdict(shown)) }
                div.series {
                    figure {
                        figcaption { "By week" }
                        (chart::stacked(&summary(&title, shown), &self.data(shown), &stack))
                        @if stack.floor.is_some() {
                            p.detail.legend {
                                (key("line", &floor(shown))) (key("kept", "supported")) (key("dropped", "not"))
                                (key("others", "each of too few sections"))
                            }
                        }
                    }
                    (cells_table(&title, shown, &self.versions.basis))
                }
                (weeks_table(&title, &stack))
            }
        }
    }

    fn verdict(&self, shown: &Distribution) -> String {
        let coverage = percent(self.question.coverage);
        match &shown.support {
            None => withheld(&self.versions.basis, self.question.view),
            Some(support) if support.covers => format!(
                "{} covers {} of sections: at least {}, with 95 % confidence. Asked for was {coverage}.",
                policy(support),
                percent(support.share),
                percent_at_least(support.low),
            ),
            Some(support) => format!(
                "Nothing that is told covers {coverage}: all of it together covers {}, at least {} with 95 % confidence.",
                percent(support.share),
                percent_at_least(support.low),
            ),
        }
    }

    /// The page with another one shown.
    fn address(&self, one: &Distribution) -> String {
        format!("{}?{}", address::versions_page(&self.library.name), self.query(one))
    }

    fn data(&self, one: &Distribution) -> String {
        format!("{}?{}", address::library_versions(&self.library.name), self.query(one))
    }

    fn query(&self, one: &Distribution) -> String {
        let Question { coverage, weeks, view, .. } = self.question;
        let name = one.subject.name.as_ref().map(|name| format!("&name={name}"));
        format!(
            "of={}{}&coverage={coverage}&weeks={weeks}{}",
            word(one.subject.of),
            name.unwrap_or_default(),
            address::view_query(*view)
        )
    }
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Library => "library",
        Kind::Rustc => "rustc",
        Kind::Target => "target",
        Kind::Dependency => "dependency",
        Kind::System => "system",
    }
}

fn title(subject: &Subject, library: &Library) -> String {
    match (subject.of, &subject.name) {
        (Kind::Library, _) => format!("{} itself", library.name),
        (Kind::Target, _) => "target".to_owned(),
        (Kind::System, Some(name)) => format!("{name} (system library)"),
        (_, Some(name)) => name.to_string(),
        (kind, None) => word(kind).to_owned(),
    }
}

/// What to support, in a few words.
fn floor(one: &Distribution) -> String {
    let Some(support) = &one.support else { return "too few sections".to_owned() };
    let low = percent_at_least(support.low);
    match &support.from {
        _ if !support.covers => format!("all that is told covers at least {low}"),
        Some(from) => format!("≥ {from} covers at least {low}"),
        None => format!("{} cover at least {low}", counted(support.values.len() as u64, "target")),
    }
}

fn policy(support: &Support) -> String {
    match &support.from {
        Some(from) => format!("Supporting {from} and later"),
        None => format!("Supporting {}", support.values.join(", ")),
    }
}

/// Why nothing is told.
fn withheld(basis: &Basis, view: View) -> String {
    let least = basis.publish_at;
    if view.is_of_both() {
        return "Withheld: versions are told of one origin, or of the latest release line, and not of \
                both at once."
            .to_owned();
    }
    let others = if view == View::ALL { "" } else { ", and none or as many outside this view" };
    format!("Nothing is told yet: {least} sections have to tell a version{others}.")
}

fn summary(title: &str, one: &Distribution) -> String {
    format!(
        "Versions of {title} by week, as parts of all that are told: {}. The table has every number",
        floor(one)
    )
}

fn weeks_table(title: &str, stack: &Stack) -> Markup {
    let label = format!("Weeks of {title}");
    html! {
        div.scroll.weeks id="weeks" tabindex="0" role="region" aria-label=(label) { table {
            caption.unseen { (label) ": sections that have each version" }
            thead { tr {
                th scope="col" { "Week" }
                th.number scope="col" { "n" }
                @for band in stack.bands.iter().rev() {
                    th.number scope="col" data-series=(band.label) data-sum=(sum(&band.of)) {
                        span class={ "key " (band.class) } {} (band.label)
                    }
                }
            } }
            tbody { @for column in stack.weeks.iter().rev() {
                tr data-at=(column.week) {
                    th scope="row" { (column.week) }
                    td.number { @if let Some(n) = column.n { (grouped(n)) } }
                    @if let Some(counts) = &column.counts {
                        @for count in counts.iter().rev() { td.number data-value=(count) { (grouped(*count)) } }
                    } @else {
                        td.number colspan=(stack.bands.len()) { "too few" }
                    }
                }
            } }
        } }
    }
}

/// The cells of the API that a column is the sum of.
fn sum(of: &Of) -> String {
    match of {
        Of::Values(values) => values.join("|"),
        Of::Others => "null".to_owned(),
    }
}

fn cells_table(title: &str, one: &Distribution, basis: &Basis) -> Markup {
    let week = basis.week.map_or_else(String::new, |week| week.to_string());
    let label = format!("{title} in {week}");
    html! {
        div {
            p.caption { (week) }
            div.scroll tabindex="0" role="region" aria-label=(label) { table {
                caption.unseen { (label) }
                thead { tr {
                    th scope="col" { "Version" }
                    th scope="col" { "Sections that have it" }
                    th.number scope="col" { "n" }
                } }
                tbody {
                    @for cell in one.cells.iter().rev() {
                        tr {
                            th scope="row" {
                                @if let Some(value) = &cell.cell.value { (value) }
                                @else if let Some(below) = &cell.cell.below { "others before " (below) }
                                @else if let Some(since) = &cell.cell.since { "others, none before " (since) }
                                @else { "others" }
                            }
                            td {
                                @if let Some(share) = &cell.share {
                                    strong { (percent(share.share)) } span.spread { (spread(share)) }
                                    (chart::interval(share, 1.0, None))
                                }
                            }
                            td.number { @if cell.cell.at_least { "≥ " } (grouped(cell.cell.count)) }
                        }
                    }
                    @if one.cells.is_empty() { tr { td colspan="3" { "Nothing is told yet." } } }
                }
            } }
            p.detail.under {
                @if let Some(n) = one.n { "Of " (counted(n, "section")) " that tell. One may have several versions. " }
                "A version is told once " (basis.publish_at) " sections have it, and none or as many have not."
            }
        }
    }
}
