//! Which part of the API serves most users, and which nobody?

use std::collections::BTreeSet;

use headcount_report::{FeatureName, Origin, PlainVersion, SiteKind, SitePath, Week};
use serde::{Deserialize, Serialize};

use super::basis::{Basis, Line};
use super::removal::{self, LinkedShare, SiteFigures};
use super::share::{self, Share};
use super::tally::Tally;
use crate::library::Library;
use crate::store::Dimension;

/// The dimensions that the answer is made from.
pub(super) const DIMENSIONS: &[Dimension] = &[
    Dimension::Sections,
    Dimension::Scanned,
    Dimension::Called,
    Dimension::Called100,
    Dimension::Linked,
    Dimension::Feature,
    Dimension::UnknownVersion,
];

/// The part of all use that the core of an API makes up.
const CORE: f64 = 0.8;

/// How sure it is that no more than [`NeverSeen::at_most`] use a site.
const CONFIDENCE: f64 = 0.95;

/// The question as it stands in an address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// Which week; the latest, if none is named.
    pub week: Option<Week>,
    /// Only sections of this origin.
    pub origin: Option<Origin>,
    /// Only sections of this release line.
    pub line: Option<Line>,
}

/// The answer: the sites and cargo features of the latest registered version.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Features {
    /// What every answer says about itself.
    #[serde(flatten)]
    pub basis: Basis,
    /// The latest registered version.
    pub version: Option<PlainVersion>,
    /// Sections of all versions in the week.
    pub sections: u64,
    /// Sites that somebody was seen to use, by share, most used first.
    pub sites: Vec<RankedSite>,
    /// How many of these, from the first on, make up 80 % of all use.
    pub core: usize,
    /// Sites that nobody was seen to use, by path.
    pub never_seen: Vec<NeverSeen>,
    /// Sites of which too few sections could tell, by path: nothing is known of them.
    pub untold: Vec<SitePath>,
    /// The cargo features that the version declares, most used first; those that are not published
    /// come last.
    pub features: Vec<RankedFeature>,
}

/// A site and how many use it: call it, or for a `linked` site, have it linked.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RankedSite {
    /// Where it is.
    pub path: SitePath,
    /// What is counted.
    pub kind: SiteKind,
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// Sections that could use it: of versions that contain it; of a `linked` site, those of them
    /// that were scanned.
    pub n: u64,
    /// The share of them that use it.
    pub used: Share,
    /// The share of them that called it at least 100 times in the week.
    pub called_100: Option<Share>,
    /// The share, of scanned sections, that has it linked.
    pub linked: Option<LinkedShare>,
    /// The part of all use that this site and those before it make up, from 0 to 1. Use is the sum
    /// of the shares of all sites: how many sites an installation uses.
    pub cumulative: f64,
}

/// A site that nobody was seen to use.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NeverSeen {
    /// Where it is.
    pub path: SitePath,
    /// What is counted.
    pub kind: SiteKind,
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// Sections that could have used it.
    pub n: u64,
    /// With 95 % confidence no larger share uses it.
    pub at_most: f64,
    /// The share, of scanned sections, that has it linked all the same.
    pub linked: Option<LinkedShare>,
}

/// A cargo feature and how many have it on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RankedFeature {
    /// Its name.
    pub feature: FeatureName,
    /// Sections of versions that declare it and that tell their features.
    pub n: u64,
    /// The share of them that has it on; none where that is not published.
    pub on: Option<Share>,
}

/// Answers for one week, the latest if none is named.
#[must_use]
pub fn answer(library: &Library, tally: &Tally, week: Option<Week>) -> Features {
    let week = week.or_else(|| tally.latest_week());
    let weeks: Vec<Week> = week.into_iter().collect();
    let latest = library.versions().last();
    let known: BTreeSet<&SitePath> = latest
        .iter()
        .flat_map(|version| version.sites.keys())
        .map(|site| &library.sites()[*site].path)
        .collect();
    let mut figures = removal::figures(library, tally, week);
    figures.retain(|site| known.contains(&site.path));
    figures.sort_by(|a, b| a.path.cmp(&b.path));

    let mut sites: Vec<RankedSite> = figures.iter().filter_map(ranked).collect();
    sites.sort_by(|a, b| b.used.share.total_cmp(&a.used.share));
    let core = cumulate(&mut sites);
    let untold = figures.iter().filter(|site| evidence(site).is_none());
    Features {
        basis: Basis::of(library, tally, week, &weeks),
        version: latest.map(|version| version.number.clone()),
        sections: week.map_or(0, |week| tally.sections(week).of(tally.view)),
        sites,
        core,
        never_seen: figures.iter().filter_map(never_seen).collect(),
        untold: untold.map(|site| site.path.clone()).collect(),
        features: week.map(|week| ranked_features(library, tally, week)).unwrap_or_default(),
    }
}

/// What says that a site is used.
fn evidence(site: &SiteFigures) -> Option<Share> {
    if site.kind == SiteKind::Linked { site.linked } else { site.called }
}

fn ranked(site: &SiteFigures) -> Option<RankedSite> {
    let used = evidence(site).filter(|used| used.count > 0)?;
    Some(RankedSite {
        path: site.path.clone(),
        kind: site.kind,
        deprecated: site.is_deprecated,
        n: used.n,
        used,
        called_100: site.called_100,
        linked: linked(site),
        cumulative: 0.0,
    })
}

fn never_seen(site: &SiteFigures) -> Option<NeverSeen> {
    let used = evidence(site).filter(|used| used.count == 0)?;
    Some(NeverSeen {
        path: site.path.clone(),
        kind: site.kind,
        deprecated: site.is_deprecated,
        n: used.n,
        at_most: share::upper_bound(0, used.n, CONFIDENCE),
        linked: linked(site),
    })
}

fn linked(site: &SiteFigures) -> Option<LinkedShare> {
    site.linked.map(|share| LinkedShare { n: share.n, share })
}

/// Adds the shares up, and says how many sites make up the core.
fn cumulate(sites: &mut [RankedSite]) -> usize {
    let all: f64 = sites.iter().map(|site| site.used.share).sum();
    let mut sum = 0.0;
    for site in &mut *sites {
        sum += site.used.share;
        site.cumulative = (sum / all).min(1.0);
    }
    let before = sites.iter().take_while(|site| site.cumulative < CORE).count();
    (before + 1).min(sites.len())
}

fn ranked_features(library: &Library, tally: &Tally, week: Week) -> Vec<RankedFeature> {
    let declared = library.versions().last().map(|version| &version.features);
    let mut features: Vec<_> = declared
        .into_iter()
        .flatten()
        .map(|feature| feature_share(library, tally, feature, week))
        .collect();
    let share = |feature: &RankedFeature| feature.on.map_or(-1.0, |on| on.share);
    features.sort_by(|a, b| share(b).total_cmp(&share(a)));
    features
}

/// The share of a feature in one week, among the versions that declare it.
pub(super) fn feature_share(
    library: &Library,
    tally: &Tally,
    feature: &FeatureName,
    week: Week,
) -> RankedFeature {
    let versions: Vec<_> =
        library.versions().iter().filter(|version| version.features.contains(feature)).collect();
    let (told, on) = tally.feature(&versions, feature.as_str(), week);
    let (n, count) = (told.of(tally.view), on.of(tally.view));
    let is_told = tally.publication.tells(&told, tally.view);
    let on = if is_told { Share::of(count, n) } else { None };
    RankedFeature { feature: feature.clone(), n, on }
}
