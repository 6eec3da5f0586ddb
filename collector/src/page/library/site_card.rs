//! One site that may go or not: its verdict, its shares, its weeks.

use headcount_report::SiteKind;
use headcount_report::figure::{counted, grouped, percent, percent_at_most};
use maud::{Markup, html};

use super::parts::{estimate, key, note, origins, spread, too_few};
use crate::address;
use crate::answer::removal::{LinkedShare, Removal, SiteAnswer, Verdict, VerdictKind};
use crate::answer::share::Share;
use crate::answer::tally::Tally;
use crate::page::chart;

/// The card.
pub(super) fn site_card(site: &SiteAnswer, removal: &Removal, tally: &Tally) -> Markup {
    let (running, view) = (tally.running, tally.view);
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
                    (chart::burn_down(site.path.as_str(), &address::site_series(&removal.basis.library, &site.path, view), &site.series, running, removal.basis.week, removal.threshold))
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

/// Where on the page a site's card is.
pub(super) fn anchor(site: &SiteAnswer) -> String {
    format!("site-{}", site.path.as_str().replace(|c: char| !c.is_alphanumeric(), "-"))
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

pub(super) fn badge(verdict: &Verdict) -> Markup {
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
    let source = removal
        .basis
        .week
        .map(|week| format!("{week}, {}, opt\u{2011}in", origins(&removal.basis.origins)));
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
                        th.number scope="col" data-series="share" { "Share" }
                        th.number scope="col" { "At most" }
                    }
                }
                tbody {
                    @for point in site.series.iter().rev() {
                        tr.judged[removal.weeks.contains(&point.week)] data-at=(point.week) {
                            th scope="row" { (point.week) }
                            td.number { (grouped(point.n)) }
                            @let share = point.called.and_then(|called| Share::of(called, point.n));
                            @if let (Some(share), Some(bound)) = (share, point.upper_bound) {
                                td.number { (grouped(share.count)) }
                                td.number data-value=(format!("{:.4}", share.share)) { (percent(share.share)) }
                                td.number { (percent_at_most(bound)) }
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
