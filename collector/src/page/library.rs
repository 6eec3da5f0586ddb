//! One library: what is deprecated, and what is used.

use headcount_report::{Deprecation, Origin, SiteKind, Week};
use maud::{Markup, html};

use super::{chart, layout};
use crate::answer::SAMPLE;
use crate::answer::removal::{
    self, LinkedShare, Removal, SiteAnswer, SiteFigures, Verdict, VerdictKind,
};
use crate::answer::share::Share;
use crate::answer::tally::Tally;
use crate::answer::text::{counted, grouped, percent};
use crate::library::Library;
use crate::router;

/// Under these, a share in large type would look surer than it is.
const FEW_SECTIONS: u64 = 20;

/// What the form offers. Other values can be written into the address.
const THRESHOLDS: [f64; 6] = [0.001, 0.005, 0.01, 0.02, 0.05, 0.1];
const CONFIDENCES: [f64; 5] = [0.8, 0.9, 0.95, 0.99, 0.999];
const WEEKS: [f64; 6] = [1.0, 2.0, 4.0, 8.0, 12.0, 26.0];

/// The page.
pub(super) fn page(library: &Library, tally: &Tally, removal: &Removal) -> Markup {
    let main = html! {
        (title(library, tally, removal))
        (unregistered(removal))
        section aria-labelledby="deprecations" {
            div.bar {
                h2 id="deprecations" { "Can it be removed?" }
                (question(removal))
            }
            @if removal.sites.is_empty() {
                p.card { "No site of this library is deprecated." }
            }
            @if removal.sites.len() > 1 { (glance(removal)) }
            @for site in &removal.sites { (site_card(site, removal, tally.running)) }
        }
        (sites(library, tally, removal))
        p.machine { "For programs: " a href=(router::library_removal(&removal.basis.library)) { "this answer as JSON" } }
    };
    layout::document(library.name.as_str(), &main)
}

fn title(library: &Library, tally: &Tally, removal: &Removal) -> Markup {
    let latest = library.versions().last();
    html! {
        div.title {
            h1 { (library.name) }
            dl.facts {
                @if let Some(latest) = latest {
                    div { dt { "Latest release" } dd { (latest.number) } }
                }
                @if let Some(week) = removal.basis.week {
                    div { dt { "Week" } dd { (week) } }
                    div { dt { "Sections" } dd { (grouped(tally.sections(week).of(tally.view))) } }
                    div { dt { "From" } dd { (origins(removal)) } }
                } @else {
                    div { dt { "Sections" } dd { "none yet" } }
                }
            }
            p.lead { (SAMPLE) }
        }
    }
}

fn unregistered(removal: &Removal) -> Markup {
    let count = removal.basis.unregistered_sections;
    html! {
        @if count > 0 {
            p.notice role="note" {
                (counted(count, "section")) " came from versions that nobody registered; they are in \
                no figure here. " code { "cargo headcount manifest --register" } " adds a version."
            }
        }
    }
}

/// The form that asks the question in other terms.
fn question(removal: &Removal) -> Markup {
    let weeks = f64::from(removal.weeks_wanted);
    let in_a_row = |weeks: f64| format!("{weeks} in a row");
    html! {
        form.question method="get" action=(router::library_page(&removal.basis.library)) {
            (choice("threshold", "Callers at most", removal.threshold, &THRESHOLDS, percent))
            (choice("confidence", "Confidence", removal.confidence, &CONFIDENCES, percent))
            (choice("weeks", "Weeks", weeks, &WEEKS, in_a_row))
            button type="submit" { "Ask" }
        }
    }
}

/// One list of the form: the offered values, and the chosen one should it be another.
fn choice(
    name: &str,
    label: &str,
    chosen: f64,
    offered: &[f64],
    text: impl Fn(f64) -> String,
) -> Markup {
    let is_chosen = |value: f64| (value - chosen).abs() < 1e-9;
    let mut values = offered.to_vec();
    if !offered.iter().copied().any(is_chosen) {
        values.push(chosen);
        values.sort_by(f64::total_cmp);
    }
    html! {
        label {
            span { (label) }
            select name=(name) {
                @for value in values {
                    option value=(value) selected[is_chosen(value)] { (text(value)) }
                }
            }
        }
    }
}

fn site_card(site: &SiteAnswer, removal: &Removal, running: Week) -> Markup {
    let id = anchor(site);
    html! {
        article.card.site aria-labelledby=(id) {
            header {
                div {
                    h3 id=(id) { code { (site.path) } }
                    p.detail { (promise(site)) }
                    (note(site.deprecated.as_ref()))
                }
                (badge(&site.verdict))
            }
            p.verdict { (site.verdict.text) }
            (figures(site, removal))
            div.series {
                figure {
                    figcaption { (seen(site.kind)) ", by week" }
                    (chart::burn_down(site.path.as_str(), &site.series, running, removal.basis.week, removal.threshold))
                    p.detail.legend {
                        (key("dot", "share")) (key("range", "95 % interval"))
                        @if removal.basis.week.is_some_and(|week| week < running) {
                            (key("dot filling", "still filling"))
                        }
                        (key("threshold", &format!("threshold {}", percent(removal.threshold))))
                    }
                }
                (series_table(site, removal))
            }
        }
    }
}

/// One sign of a chart's legend, and what it means.
fn key(class: &str, text: &str) -> Markup {
    html! { span { span class={ "key " (class) } {} (text) } }
}

/// Where on the page a site's card is.
fn anchor(site: &SiteAnswer) -> String {
    format!("site-{}", site.path.as_str().replace(|c: char| !c.is_alphanumeric(), "-"))
}

/// The verdicts in a few lines, each a link to its card.
fn glance(removal: &Removal) -> Markup {
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

fn promise(site: &SiteAnswer) -> Markup {
    let deprecated = site.deprecated.as_ref();
    let since = deprecated.and_then(|deprecation| deprecation.since.as_deref());
    let remove_in = deprecated.and_then(|deprecation| deprecation.remove_in.as_deref());
    html! {
        (site.kind.as_str())
        @if let Some(since) = since { " · deprecated since " (since) }
        @if let Some(gone_in) = &site.gone_in {
            " · gone in " (gone_in)
        } @else if let Some(remove_in) = remove_in {
            " · to go in " (remove_in)
        }
        @if let [first, .., last] = &site.versions[..] { " · counted in " (first) " to " (last) }
        @else if let [only] = &site.versions[..] { " · counted in " (only) }
    }
}

fn note(deprecation: Option<&Deprecation>) -> Markup {
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

fn badge(verdict: &Verdict) -> Markup {
    let (class, sign, word) = match verdict.kind {
        VerdictKind::Safe => ("badge safe", "✓", "safe"),
        VerdictKind::NotYet => ("badge not-yet", "✕", "not yet"),
        VerdictKind::NotEnoughSections => ("badge not-enough", "?", "not enough sections"),
    };
    html! { p class=(class) { span aria-hidden="true" { (sign) } (word) } }
}

fn figures(site: &SiteAnswer, removal: &Removal) -> Markup {
    let linked = site.linked.map(|LinkedShare { share, .. }| share);
    let highest = [site.called, linked].into_iter().flatten().map(|share| share.high);
    let scale = chart::round_up(highest.fold(removal.threshold, f64::max));
    html! {
        div.figures {
            @if site.kind != SiteKind::Linked {
                (figure("Called", ("section", "called it"), site.called, site.n, scale, removal))
            }
            (figure("Linked", ("scanned section", "linked it"), linked, site.linked.map_or(site.n, |l| l.n), scale, removal))
        }
    }
}

/// One share in large type, with its interval, its n and where that comes from.
fn figure(
    title: &str,
    (noun, verb): (&str, &str),
    share: Option<Share>,
    n: u64,
    scale: f64,
    removal: &Removal,
) -> Markup {
    let source =
        removal.basis.week.map(|week| format!("{week}, {}, opt\u{2011}in", origins(removal)));
    html! {
        figure.share {
            figcaption { (title) }
            @if let Some(share) = share {
                p.big { (estimate(&share)) span.spread { (spread(&share)) } }
                (chart::interval(&share, scale, Some(removal.threshold)))
                p.scale aria-hidden="true" { span { "0" } span { (percent(scale)) } }
                p.detail { (grouped(share.count)) " of " (counted(share.n, noun)) " " (verb) }
            } @else {
                p.big.none { "no share" }
                p.detail { (too_few(n, removal.basis.publish_at)) }
            }
            @if let Some(source) = source { p.detail { (source) } }
        }
    }
}

/// What the weeks of a site are about.
fn seen(kind: SiteKind) -> &'static str {
    match kind {
        SiteKind::Linked => "Linked",
        SiteKind::Fn | SiteKind::Method | SiteKind::Used => "Called",
    }
}

fn series_table(site: &SiteAnswer, removal: &Removal) -> Markup {
    let label = format!("Weeks of {}", site.path);
    html! {
        div {
            div.scroll tabindex="0" role="region" aria-label=(label) { table {
                caption.unseen { (label) }
                thead {
                    tr {
                        th scope="col" { "Week" }
                        th.number scope="col" { "Sections" }
                        th.number scope="col" { (seen(site.kind)) }
                        th.number scope="col" { "Share" }
                        th.number scope="col" { "At most" }
                    }
                }
                tbody {
                    @for point in site.series.iter().rev() {
                        tr.judged[removal.weeks.contains(&point.week)] {
                            th scope="row" { (point.week) }
                            td.number { (grouped(point.n)) }
                            @let share = point.called.and_then(|called| Share::of(called, point.n));
                            @if let (Some(share), Some(bound)) = (share, point.upper_bound) {
                                td.number { (grouped(share.count)) }
                                td.number { (percent(share.share)) }
                                td.number { (percent(bound)) }
                            } @else {
                                td.number colspan="3" { (too_few(point.n, removal.basis.publish_at)) }
                            }
                        }
                    }
                    @if site.series.is_empty() {
                        tr { td colspan="5" { "No section yet." } }
                    }
                }
            } }
            p.detail.under {
                "“At most” is the one-sided bound at " (percent(removal.week_confidence))
                " confidence; the verdict rests on the weeks in bold, once they are closed."
            }
        }
    }
}

fn sites(library: &Library, tally: &Tally, removal: &Removal) -> Markup {
    let mut figures = removal::figures(library, tally, removal.basis.week);
    let called = |site: &SiteFigures| site.called.map_or(0.0, |share| share.share);
    figures.sort_by(|a, b| called(b).total_cmp(&called(a)).then_with(|| a.path.cmp(&b.path)));
    html! {
        section aria-labelledby="sites" {
            div.bar {
                h2 id="sites" { "All tracked sites" }
                @if let Some(week) = removal.basis.week {
                    p.detail { (week) ", " (origins(removal)) ", opt\u{2011}in; bars run from 0 to 100 %" }
                }
            }
            div.card.flush {
                table.wide {
                    caption.unseen { "Tracked sites with their shares" }
                    thead {
                        tr {
                            th scope="col" { "Site" }
                            th scope="col" { "Called" }
                            th scope="col" { "Linked" }
                            th.number scope="col" { "Sections" }
                        }
                    }
                    tbody { @for site in &figures { (site_row(site, removal.basis.publish_at)) } }
                }
            }
        }
    }
}

fn site_row(site: &SiteFigures, publish_at: u64) -> Markup {
    html! {
        tr {
            th scope="row" {
                code { (site.path) }
                span.detail {
                    (site.kind.as_str())
                    @if site.is_deprecated { " · deprecated" }
                    @if let Some(gone_in) = &site.gone_in { " · gone in " (gone_in) }
                }
            }
            td {
                @if site.kind == SiteKind::Linked {
                    span.detail { "not counted" }
                } @else {
                    (cell(site.called, site.n, publish_at))
                }
            }
            td { (cell(site.linked, site.n, publish_at)) }
            td.number { (grouped(site.n)) }
        }
    }
}

fn cell(share: Option<Share>, n: u64, publish_at: u64) -> Markup {
    html! {
        @if let Some(share) = share {
            strong { (estimate(&share)) }
            span.spread { (spread(&share)) }
            (chart::interval(&share, 1.0, None))
        } @else {
            span.detail { (too_few(n, publish_at)) }
        }
    }
}

/// The share itself; of few sections, how many of how many, since `100 %` of one says too much.
fn estimate(share: &Share) -> String {
    if share.n < FEW_SECTIONS {
        format!("{} of {}", share.count, share.n)
    } else {
        percent(share.share)
    }
}

fn spread(share: &Share) -> String {
    format!("{} – {}", percent(share.low), percent(share.high))
}

fn too_few(n: u64, publish_at: u64) -> String {
    if n < publish_at { format!("published from {publish_at}") } else { "none scanned".to_owned() }
}

fn origins(removal: &Removal) -> String {
    let origin = |origin: &Origin| match origin {
        Origin::Developer => "developer machines",
        Origin::Deployed => "deployed programs",
    };
    removal.basis.origins.iter().map(origin).collect::<Vec<_>>().join(" and ")
}
