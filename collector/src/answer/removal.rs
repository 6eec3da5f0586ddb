//! Who is hit when a site goes, is that falling, when is it safe?

mod verdict;

use std::num::NonZeroU64;

use headcount_report::{CrateName, Deprecation, Origin, PlainVersion, SiteKind, SitePath, Week};
use serde::{Deserialize, Serialize};

pub use self::verdict::{Verdict, VerdictKind};
use super::share::{self, Share};
use super::tally::{SiteTally, Tally};
use super::{SAMPLE, WEEKS_BACK};
use crate::error::Error;
use crate::library::Library;

/// Shares down to one in 10,000 can be asked for: under that no library has the sections.
const THRESHOLDS: std::ops::RangeInclusive<f64> = 0.0001..=0.5;

/// A verdict that is wrong more often than it is right helps nobody; 1 cannot be reached.
const CONFIDENCES: std::ops::RangeInclusive<f64> = 0.5..=0.9999;

/// The question as it stands in an address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    threshold: Option<f64>,
    confidence: Option<f64>,
    weeks: Option<u32>,
    site: Option<String>,
}

/// What the author means by safe. The defaults are a place to start from, not a recommendation.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// At most this share may call the site.
    pub threshold: f64,
    /// How sure that has to be, in each week.
    pub confidence: f64,
    /// In how many weeks.
    pub weeks_wanted: u32,
    /// Sections behind a share before it is published.
    pub publish_at: u64,
    /// Which site; otherwise every deprecated one.
    pub site: Option<SitePath>,
}

impl Question {
    /// Reads what was asked.
    ///
    /// # Errors
    /// When a parameter makes no sense; says which, and what does.
    pub fn parse(asked: Asked, publish_at: NonZeroU64) -> Result<Self, Error> {
        let parameter = |message| Err(Error::Parameter(message));
        let question = Self {
            threshold: asked.threshold.unwrap_or(0.01),
            confidence: asked.confidence.unwrap_or(0.95),
            weeks_wanted: asked.weeks.unwrap_or(4),
            publish_at: publish_at.get(),
            site: asked.site.map(|path| path.parse()).transpose().map_err(
                |error: headcount_report::vocabulary::VocabularyError| {
                    Error::Parameter(error.to_string())
                },
            )?,
        };
        if !THRESHOLDS.contains(&question.threshold) {
            return parameter(format!("threshold is a share from {}", span(&THRESHOLDS)));
        }
        if !CONFIDENCES.contains(&question.confidence) {
            return parameter(format!("confidence is a chance from {}", span(&CONFIDENCES)));
        }
        if !(1..=WEEKS_BACK.unsigned_abs()).contains(&question.weeks_wanted) {
            return parameter(format!("weeks is a number from 1 to {WEEKS_BACK}"));
        }
        Ok(question)
    }
}

fn span(range: &std::ops::RangeInclusive<f64>) -> String {
    format!("{} to {}", range.start(), range.end())
}

/// The answer.
#[derive(Debug, Clone, Serialize)]
pub struct Removal {
    /// The library.
    pub library: CrateName,
    /// A share is given once this many sections stand behind it.
    pub publish_at: u64,
    /// As asked.
    pub threshold: f64,
    /// As asked.
    pub confidence: f64,
    /// As asked.
    pub weeks_wanted: u32,
    /// The week that `n` and the shares are of: one section an installation. The last of `weeks`.
    pub week: Option<Week>,
    /// The weeks that the verdict rests on, oldest first: fewer than wanted if there are no more.
    pub weeks: Vec<Week>,
    /// Where the sections of these weeks come from.
    pub origins: Vec<Origin>,
    /// Who is in the sample.
    pub sample: &'static str,
    /// Sections of versions without a manifest, in half a year. They are in no share.
    pub unregistered_sections: u64,
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
    /// The share that called it; none below `publish_at` sections, and none of a `linked` site.
    pub called: Option<Share>,
    /// The share, of scanned sections, that has it linked; none below `publish_at` of these.
    pub linked: Option<LinkedShare>,
    /// Every week with sections, oldest first, back to half a year.
    pub series: Vec<Point>,
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
    /// Sections of versions that contain the site; of a `linked` site, those that were scanned.
    pub n: u64,
    /// Those that called it (of a `linked` site, have it linked); absent below `publish_at` sections.
    pub called: Option<u64>,
    /// The share is at most this, at the confidence asked for; absent with `called`.
    pub upper_bound: Option<f64>,
}

/// Answers for the named site, or for every deprecated one.
///
/// # Errors
/// When the library has no such site.
pub fn answer(library: &Library, tally: &Tally, question: &Question) -> Result<Removal, Error> {
    let sites =
        match &question.site {
            Some(path) => vec![library.site(path).ok_or_else(|| {
                Error::NotFound(format!("`{}` has no site `{path}`", library.name))
            })?],
            None => deprecated_sites(library),
        };
    let weeks = weeks_to_judge(tally, question);
    let site = |site| site_answer(library, tally, question, &weeks, site);
    Ok(Removal {
        library: library.name.clone(),
        publish_at: question.publish_at,
        threshold: question.threshold,
        confidence: question.confidence,
        weeks_wanted: question.weeks_wanted,
        week: weeks.last().copied(),
        origins: tally.origins(&weeks),
        sample: SAMPLE,
        unregistered_sections: tally.unregistered(),
        sites: sites.into_iter().map(site).collect(),
        weeks,
    })
}

/// Sites that are deprecated in the last version that contains them, by path.
fn deprecated_sites(library: &Library) -> Vec<usize> {
    let mut sites: Vec<usize> =
        (0..library.sites().len()).filter(|site| deprecation(library, *site).is_some()).collect();
    sites.sort_by_key(|site| &library.sites()[*site].path);
    sites
}

fn deprecation(library: &Library, site: usize) -> Option<&Deprecation> {
    library.versions_with(site).last().and_then(|version| version.sites[&site].as_ref())
}

/// The most recent weeks with sections, as many as wanted, oldest first.
///
/// Weeks that are just filling would turn every verdict into "not enough" each Monday. So the
/// newest ones are passed over while they have too few sections for any verdict and an older one
/// has enough. That looks at how many sections there are, never at what they say, so it favours
/// no verdict.
fn weeks_to_judge(tally: &Tally, question: &Question) -> Vec<Week> {
    let enough = needed(question, 0);
    let mut weeks = tally.weeks();
    if weeks.iter().any(|week| tally.sections(*week) >= enough) {
        let first_open = tally.running.plus(-i32::from(headcount_report::limits::OPEN_WEEKS));
        while weeks.pop_if(|week| *week >= first_open && tally.sections(*week) < enough).is_some() {
        }
    }
    let wanted = question.weeks_wanted as usize;
    weeks.split_off(weeks.len().saturating_sub(wanted))
}

/// Sections that a week needs for a verdict, with so many calls among them.
fn needed(question: &Question, called: u64) -> u64 {
    share::sections_needed(called, question.threshold, question.confidence).max(question.publish_at)
}

fn site_answer(
    library: &Library,
    tally: &Tally,
    question: &Question,
    weeks: &[Week],
    site: usize,
) -> SiteAnswer {
    let versions: Vec<_> =
        library.versions_with(site).map(|version| version.number.clone()).collect();
    let kind = library.sites()[site].kind;
    let in_week = |week: Week| (week, tally.site(library, site, week));
    let shown = weeks.last().map_or(SiteTally::default(), |week| in_week(*week).1);
    let published = |count, n| Share::of(count, n).filter(|share| share.n >= question.publish_at);
    let called = |count, n| published(count, n).filter(|_| kind != SiteKind::Linked);
    let evidence = |week| (week, in_week(week).1.evidence(kind));
    let judged: Vec<_> = weeks.iter().copied().map(evidence).collect();
    let series: Vec<_> =
        tally.weeks().into_iter().map(|week| point(evidence(week), question)).collect();
    SiteAnswer {
        path: library.sites()[site].path.clone(),
        kind,
        deprecated: deprecation(library, site).cloned(),
        gone_in: gone_in(library, &versions),
        versions,
        n: shown.sections,
        called: called(shown.called, shown.sections),
        linked: published(shown.linked, shown.scanned)
            .map(|share| LinkedShare { n: share.n, share }),
        verdict: Verdict::of(kind, &judged, &series, question),
        series,
    }
}

fn point((week, tally): (Week, SiteTally), question: &Question) -> Point {
    let SiteTally { sections: n, called, .. } = tally;
    let is_published = n >= question.publish_at;
    let upper_bound = share::upper_bound(called, n, question.confidence);
    Point {
        week,
        n,
        called: is_published.then_some(called),
        upper_bound: is_published.then_some(upper_bound),
    }
}

/// The first registered version after the last one that contains a site.
fn gone_in(library: &Library, versions: &[PlainVersion]) -> Option<PlainVersion> {
    let last = versions.last()?.numbers();
    let mut later = library.versions().iter().map(|version| &version.number);
    later.find(|number| number.numbers() > last).cloned()
}

/// The figures of every site, for a page that lists them: no verdict, no series.
pub(crate) fn figures(
    library: &Library,
    tally: &Tally,
    week: Option<Week>,
    publish_at: u64,
) -> Vec<SiteFigures> {
    let figures = |(site, known): (usize, &crate::library::Site)| {
        let tally = week.map_or(SiteTally::default(), |week| tally.site(library, site, week));
        let published = |count, n| Share::of(count, n).filter(|share| share.n >= publish_at);
        let versions: Vec<_> =
            library.versions_with(site).map(|version| version.number.clone()).collect();
        SiteFigures {
            path: known.path.clone(),
            kind: known.kind,
            is_deprecated: deprecation(library, site).is_some(),
            gone_in: gone_in(library, &versions),
            n: tally.sections,
            called: published(tally.called, tally.sections)
                .filter(|_| known.kind != SiteKind::Linked),
            linked: published(tally.linked, tally.scanned),
        }
    };
    library.sites().iter().enumerate().map(figures).collect()
}

/// The figures of one site in one week.
#[derive(Debug, Clone)]
pub(crate) struct SiteFigures {
    pub(crate) path: SitePath,
    pub(crate) kind: SiteKind,
    pub(crate) is_deprecated: bool,
    pub(crate) gone_in: Option<PlainVersion>,
    pub(crate) n: u64,
    pub(crate) called: Option<Share>,
    pub(crate) linked: Option<Share>,
}
