//! Who is hit when a site goes, is that falling, when is it safe?

mod evidence;
mod verdict;

use headcount_report::{Deprecation, Origin, PlainVersion, SiteKind, SitePath, Week};
use serde::{Deserialize, Serialize};

use self::evidence::Evidence;
pub use self::verdict::{Verdict, VerdictKind};
use super::basis::{Basis, Line, view};
use super::share::Share;
use super::tally::{SiteTally, Tally};
use super::trend::{Trend, WeekCount};
use super::{WEEKS_BACK, parameter};
use crate::error::Error;
use crate::library::Library;
use crate::publish::View;
use crate::store::{Dimension, Wanted};

/// Shares down to one in 10,000 can be asked for: under that no library has the sections.
const THRESHOLDS: std::ops::RangeInclusive<f64> = 0.0001..=0.5;

/// A verdict that is wrong more often than it is right helps nobody; 1 cannot be reached.
const CONFIDENCES: std::ops::RangeInclusive<f64> = 0.5..=0.9999;

/// How many weeks close in the year over which a confidence is promised.
const WEEKS_A_YEAR: u32 = 52;

/// The question as it stands in an address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    pub(crate) threshold: Option<f64>,
    pub(crate) confidence: Option<f64>,
    pub(crate) weeks: Option<u32>,
    pub(crate) site: Option<SitePath>,
    pub(crate) origin: Option<Origin>,
    pub(crate) line: Option<Line>,
}

/// What the author means by safe. The defaults are a place to start from, not a recommendation.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// At most this share may call the site.
    pub threshold: f64,
    /// How sure that has to be, over a year in which somebody looks again and again.
    pub confidence: f64,
    /// In how many weeks.
    pub weeks_wanted: u32,
    /// Which site; otherwise every deprecated one.
    pub site: Option<SitePath>,
    /// Which sections.
    pub view: View,
}

impl Question {
    /// Reads what was asked.
    ///
    /// # Errors
    /// When a parameter makes no sense; says which, and what does.
    pub fn parse(asked: Asked) -> Result<Self, Error> {
        let question = Self {
            threshold: asked.threshold.unwrap_or(0.01),
            confidence: asked.confidence.unwrap_or(0.95),
            weeks_wanted: asked.weeks.unwrap_or(4),
            site: asked.site,
            view: view(asked.origin, asked.line),
        };
        parameter("threshold is a share", &THRESHOLDS, &question.threshold)?;
        parameter("confidence is a chance", &CONFIDENCES, &question.confidence)?;
        parameter("weeks is a number", &(1..=WEEKS_BACK), &question.weeks_wanted)?;
        Ok(question)
    }

    /// How sure each week has to be, so that all verdicts of a year together are as sure as asked.
    ///
    /// Somebody who looks every week has as many chances to see a false "safe" as weeks close in a
    /// year. How often the same machines stand behind them is not known, so each chance is taken for
    /// one more (C. E. Bonferroni's inequality). But a verdict takes `weeks_wanted` weeks in a row to
    /// agree, and any such row holds one of every `weeks_wanted`-th week: only those are chances.
    /// Weeks are judged once they are closed, so looking more often gives no further chance.
    #[must_use]
    pub fn week_confidence(&self) -> f64 {
        let chances = WEEKS_A_YEAR.div_ceil(self.weeks_wanted);
        1.0 - (1.0 - self.confidence) / f64::from(chances)
    }
}

/// The answer.
#[derive(Debug, Clone, Serialize)]
pub struct Removal {
    /// What every answer says about itself.
    #[serde(flatten)]
    pub basis: Basis,
    /// As asked.
    pub threshold: f64,
    /// As asked.
    pub confidence: f64,
    /// How sure each week has to be for that.
    pub week_confidence: f64,
    /// As asked.
    pub weeks_wanted: u32,
    /// The closed weeks that the verdict rests on, oldest first: fewer than wanted if there are no
    /// more.
    pub weeks: Vec<Week>,
    /// The sites.
    pub sites: Vec<SiteAnswer>,
}

/// The answer for one site.
#[derive(Debug, Clone, Serialize)]
pub struct SiteAnswer {
    /// Where it is.
    pub path: SitePath,
    /// What is counted.
    pub kind: SiteKind,
    /// What its author said in the last version that contains it.
    pub deprecated: Option<Deprecation>,
    /// The versions that contain it: their sections are the denominator.
    pub versions: Vec<PlainVersion>,
    /// The first version after those, where it is gone.
    pub gone_in: Option<PlainVersion>,
    /// Sections of these versions.
    pub n: u64,
    /// The share that called it; none where it is not published, and none of a `linked` site.
    pub called: Option<Share>,
    /// The share, of scanned sections, that has it linked; none where it is not published.
    pub linked: Option<LinkedShare>,
    /// Every week with sections, oldest first, back to half a year.
    pub series: Vec<Point>,
    /// Where its share is going, over the published weeks.
    pub trend: Option<Trend>,
    /// Can it go?
    pub verdict: Verdict,
}

/// A share among scanned sections.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LinkedShare {
    /// Sections of the site's versions that were scanned.
    pub n: u64,
    /// Those that have the site linked.
    #[serde(flatten)]
    pub share: Share,
}

/// One week of a site.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Point {
    /// The week.
    pub week: Week,
    /// Whether it still takes sections.
    pub open: bool,
    /// Sections of versions that contain the site; of a `linked` site, those that were scanned.
    pub n: u64,
    /// Those that called it (of a `linked` site, have it linked); absent where it is not published.
    pub called: Option<u64>,
    /// The share is at most this, at the confidence that each week needs; absent with `called`.
    pub upper_bound: Option<f64>,
}

/// The sums that the answer is made from.
///
/// # Errors
/// When the library has no such site.
pub fn wanted(library: &Library, question: &Question) -> Result<Vec<Wanted>, Error> {
    let mut wanted = Wanted::all(Tally::SECTIONS);
    wanted.push(Wanted::every(Dimension::Scanned));
    let sites = sites(library, question)?.into_iter();
    wanted.extend(sites.flat_map(|site| {
        [Dimension::Called, Dimension::Linked].map(|dimension| Wanted::one(dimension, &site))
    }));
    Ok(wanted)
}

/// Answers for the named site, or for every deprecated one.
///
/// # Errors
/// When the library has no such site.
pub fn answer(library: &Library, tally: &Tally, question: &Question) -> Result<Removal, Error> {
    let sites = sites(library, question)?;
    let weeks = weeks_to_judge(tally, question);
    let week = tally.latest_week();
    let looked_at: Vec<Week> = weeks.iter().copied().chain(week).collect();
    let site = |site| site_answer(library, tally, question, (week, &weeks), site);
    Ok(Removal {
        basis: Basis::of(library, tally, week, &looked_at),
        threshold: question.threshold,
        confidence: question.confidence,
        week_confidence: question.week_confidence(),
        weeks_wanted: question.weeks_wanted,
        sites: sites.into_iter().map(site).collect(),
        weeks,
    })
}

fn sites(library: &Library, question: &Question) -> Result<Vec<usize>, Error> {
    match &question.site {
        Some(path) => Ok(vec![library.site(path).ok_or_else(|| super::no_site(library, path))?]),
        None => Ok(deprecated_sites(library)),
    }
}

/// Sites that are deprecated in the last version that contains them, by path.
fn deprecated_sites(library: &Library) -> Vec<usize> {
    let mut sites: Vec<usize> =
        (0..library.sites().len()).filter(|site| deprecation(library, *site).is_some()).collect();
    sites.sort_by_key(|site| &library.sites()[*site].path);
    sites
}

pub(super) fn deprecation(library: &Library, site: usize) -> Option<&Deprecation> {
    library.versions_with(site).last().and_then(|version| version.sites[&site].as_ref())
}

/// The most recent closed weeks with sections, as many as wanted, oldest first.
///
/// Closed weeks only: a week that fills is another week each time somebody looks, and would give a
/// wrong verdict another chance each time.
fn weeks_to_judge(tally: &Tally, question: &Question) -> Vec<Week> {
    let mut weeks = tally.weeks();
    weeks.retain(|week| !tally.is_open(*week));
    weeks.split_off(weeks.len().saturating_sub(question.weeks_wanted as usize))
}

fn site_answer(
    library: &Library,
    tally: &Tally,
    question: &Question,
    (week, judged): (Option<Week>, &[Week]),
    site: usize,
) -> SiteAnswer {
    let kind = library.sites()[site].kind;
    let SiteFigures { path, gone_in, versions, n, called, linked, .. } =
        figures_of(library, tally, week, site);
    let evidence: Vec<_> = tally
        .weeks()
        .into_iter()
        .map(|week| Evidence::of(library, tally, site, week, judged))
        .collect();
    let series: Vec<_> = evidence.iter().map(|week| week.point(question)).collect();
    let counts: Vec<_> = evidence
        .iter()
        .filter(|week| week.is_told)
        .map(|week| WeekCount { week: week.week, count: week.called, n: week.sections })
        .collect();
    let trend = Trend::of(&counts);
    let verdict = match versions.last().zip(library.latest_line()) {
        Some((last, line)) if tally.view.is_latest_line && !library.is_in_latest_line(last) => {
            Verdict::gone(&line, last)
        }
        _ => Verdict::of(kind, &evidence, trend, tally.publication, question),
    };
    SiteAnswer {
        path,
        kind,
        deprecated: deprecation(library, site).cloned(),
        versions,
        gone_in,
        n,
        called,
        linked: linked.map(|share| LinkedShare { n: share.n, share }),
        series,
        trend,
        verdict,
    }
}

/// The first registered version after the last one that contains a site.
pub(super) fn gone_in(library: &Library, versions: &[PlainVersion]) -> Option<PlainVersion> {
    let last = versions.last()?.numbers();
    let mut later = library.versions().iter().map(|version| &version.number);
    later.find(|number| number.numbers() > last).cloned()
}

/// The figures of every site, for a page that lists them: no verdict, no series.
pub(crate) fn figures(library: &Library, tally: &Tally, week: Option<Week>) -> Vec<SiteFigures> {
    (0..library.sites().len()).map(|site| figures_of(library, tally, week, site)).collect()
}

fn figures_of(library: &Library, tally: &Tally, week: Option<Week>, site: usize) -> SiteFigures {
    let crate::library::Site { path, kind } = library.sites()[site].clone();
    let count = week.map_or(SiteTally::default(), |week| tally.site(library, site, week));
    let (tells_calls, tells_links) =
        week.map_or((false, false), |week| tally.tells_site(library, site, week));
    let versions: Vec<_> =
        library.versions_with(site).map(|version| version.number.clone()).collect();
    let told = |is_told, count, n| if is_told { Share::of(count, n) } else { None };
    SiteFigures {
        path,
        kind,
        is_deprecated: deprecation(library, site).is_some(),
        gone_in: gone_in(library, &versions),
        versions,
        n: count.sections,
        called: told(tells_calls && kind != SiteKind::Linked, count.called, count.sections),
        called_100: told(tells_calls && kind != SiteKind::Linked, count.called_100, count.sections),
        linked: told(tells_links, count.linked, count.scanned),
    }
}

/// The figures of one site in one week.
#[derive(Debug, Clone)]
pub(crate) struct SiteFigures {
    pub(crate) path: SitePath,
    pub(crate) kind: SiteKind,
    pub(crate) is_deprecated: bool,
    pub(crate) gone_in: Option<PlainVersion>,
    pub(crate) versions: Vec<PlainVersion>,
    pub(crate) n: u64,
    pub(crate) called: Option<Share>,
    pub(crate) called_100: Option<Share>,
    pub(crate) linked: Option<Share>,
}
