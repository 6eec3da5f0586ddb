//! Which parts of a library matter?

use headcount_report::figure::{counted, grouped, percent, percent_at_most};
use maud::{Markup, html};

use super::frame::{Frame, Tab};
use super::parts::{estimate, spread, unregistered};
use crate::address;
use crate::answer::features::{Features, RankedFeature, RankedSite};
use crate::answer::share::Share;
use crate::answer::tally::Tally;
use crate::library::Library;
use crate::page::{chart, form};

/// The page.
pub(in crate::page) fn page(library: &Library, tally: &Tally, features: &Features) -> Markup {
    let page = Page { library, tally, features };
    let main = html! {
        (unregistered(&features.basis))
        section aria-labelledby="features" {
            div.bar {
                h2 id="features" { "What matters?" }
                form.question method="get" action=(address::features_page(&library.name)) {
                    (form::view(tally.view))
                }
            }
            (page.core())
            (page.ranked())
        }
        (page.cargo_features())
        p.machine { "For programs: " a href=(page.data()) { "this answer as JSON" } }
    };
    Frame::of(library, tally, Tab::Features).page("What matters", &main)
}

/// The first few sites, and what is known of the others.
pub(super) fn glance(library: &Library, features: &Features) -> Markup {
    html! {
        div.card.glance {
            ul { @for site in features.sites.iter().take(5) {
                li {
                    a href=(address::site_page(&library.name, &site.path)) { code { (site.path) } }
                    span.number { strong { (estimate(&site.used)) } }
                    span.number.detail { (spread(&site.used)) }
                }
            } }
            p.detail { (said(features)) }
        }
    }
}

/// The core of the API, and its other end.
fn said(features: &Features) -> String {
    let all = features.sites.len() + features.never_seen.len();
    match (features.sites.len(), features.never_seen.len()) {
        (0, _) => "Nobody was seen to use anything yet.".to_owned(),
        (_, 0) => format!("{} of {all} sites make up 80 % of all use.", features.core),
        (_, never) => format!(
            "{} of {all} sites make up 80 % of all use. {never} nobody was seen to use.",
            features.core
        ),
    }
}

struct Page<'a> {
    library: &'a Library,
    tally: &'a Tally,
    features: &'a Features,
}

impl Page<'_> {
    fn data(&self) -> String {
        let query = address::view_query(self.tally.view);
        let query = query.strip_prefix('&').unwrap_or(&query);
        format!("{}?{query}", address::library_features(&self.library.name))
    }

    fn core(&self) -> Markup {
        let features = self.features;
        let parts: Vec<f64> = features.sites.iter().map(|site| site.cumulative).collect();
        let summary = format!(
            "The part of all use by the number of sites, most used first. {} The table has every number",
            said(features)
        );
        html! {
            article.card aria-labelledby="core" {
                h3 id="core" { (said(features)) }
                div.series {
                    figure {
                        figcaption { "Part of all use, by rank" }
                        (chart::curve(&summary, &self.data(), &parts, 0.8, "ranked"))
                        p.detail { "All use is the sum of all shares: how many sites an installation uses." }
                    }
                    div {
                        (self.never_seen())
                    }
                }
            }
        }
    }

    fn never_seen(&self) -> Markup {
        html! {
            h4 { "Never seen" }
            @if self.features.never_seen.is_empty() {
                p.detail { "Every site that is told of was used by somebody." }
            } @else {
                div.scroll tabindex="0" role="region" aria-label="Sites that nobody was seen to use" { table {
                    caption.unseen { "Sites that nobody was seen to use" }
                    thead { tr { th scope="col" { "Site" } th.number scope="col" { "Sections" } th.number scope="col" { "At most" } } }
                    tbody { @for site in &self.features.never_seen { tr {
                        th.wrap scope="row" {
                            a href=(address::site_page(&self.library.name, &site.path)) { code { (site.path) } }
                            @if site.deprecated { span.detail { "deprecated" } }
                        }
                        td.number { (grouped(site.n)) }
                        td.number { (percent_at_most(site.at_most)) }
                    } } }
                } }
                p.detail.under { "“At most”: with 95 % confidence no larger share uses it." }
            }
            @if !self.features.untold.is_empty() {
                p.detail.under {
                    "Too few sections could tell of " (counted(self.features.untold.len() as u64, "site")) " more."
                }
            }
        }
    }

    fn ranked(&self) -> Markup {
        html! {
            div.card.flush { table.wide id="ranked" {
                caption.head { "Sites by share" @if let Some(week) = self.features.basis.week { " in " (week) } }
                thead { tr {
                    th.number scope="col" { "#" }
                    th scope="col" { "Site" }
                    th scope="col" { "Sections that use it" }
                    th.number scope="col" { "Linked" }
                    th.number scope="col" data-series="cumulative" { "Together" }
                } }
                tbody {
                    @for (rank, site) in (1..).zip(&self.features.sites) { (self.row(rank, site)) }
                    @if self.features.sites.is_empty() { tr { td colspan="5" { "Nothing is told yet." } } }
                }
            } }
        }
    }

    fn row(&self, rank: usize, site: &RankedSite) -> Markup {
        html! {
            tr data-at=(site.path) {
                td.number { (rank) }
                th scope="row" {
                    a href=(address::site_page(&self.library.name, &site.path)) { code { (site.path) } }
                    span.detail {
                        (site.kind.as_str())
                        @if site.deprecated { " · deprecated" }
                        @if let Some(often) = &site.called_100 { " · " (percent(often.share)) " call it 100 times a week" }
                    }
                }
                td { (share_cell(&site.used)) }
                td.number { @if let Some(linked) = &site.linked { (estimate(&linked.share)) } @else { "–" } }
                td.number data-value=(format!("{:.4}", site.cumulative)) { (percent(site.cumulative)) }
            }
        }
    }

    fn cargo_features(&self) -> Markup {
        html! {
            @if !self.features.features.is_empty() {
                section aria-labelledby="cargo" {
                    div.bar { h2 id="cargo" { "Cargo features" } }
                    div.card.flush { table.wide {
                        caption.unseen { "Cargo features with their shares" }
                        thead { tr { th scope="col" { "Feature" } th scope="col" { "On in" } th.number scope="col" { "Sections" } } }
                        tbody { @for feature in &self.features.features { (self.feature(feature)) } }
                    } }
                }
            }
        }
    }

    fn feature(&self, feature: &RankedFeature) -> Markup {
        html! {
            tr {
                th scope="row" { code { (feature.feature) } }
                td {
                    @if let Some(on) = &feature.on { (share_cell(on)) }
                    @else { span.detail { "told from " (self.features.basis.publish_at) " sections on" } }
                }
                td.number { (grouped(feature.n)) }
            }
        }
    }
}

fn share_cell(share: &Share) -> Markup {
    html! {
        strong { (estimate(share)) }
        span.spread { (spread(share)) }
        span.spread.of { (grouped(share.count)) " of " (grouped(share.n)) }
        (chart::interval(share, 1.0, None))
    }
}
