//! One site or feature of a library, or its sections, week by week.

use headcount_report::{FeatureName, Origin, SiteKind, SitePath, Week};
use serde::{Deserialize, Serialize};

use super::basis::{Basis, Line, view};
use super::features::feature_share;
use super::share::Share;
use super::tally::Tally;
use super::trend::{Trend, WeekCount};
use super::weeks_back;
use crate::error::Error;
use crate::library::Library;
use crate::publish::View;
use crate::store::{Dimension, Wanted};

/// The question as it stands in an address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    site: Option<SitePath>,
    feature: Option<FeatureName>,
    weeks: Option<u32>,
    origin: Option<Origin>,
    line: Option<Line>,
}

/// Of what the weeks are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// A site or a feature; neither: the sections themselves.
    pub subject: Subject,
    /// How many weeks back.
    pub weeks: u32,
    /// Which sections.
    pub view: View,
}

/// What a series is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum Subject {
    /// All sections.
    Sections,
    /// Those that use a site.
    Site {
        /// Which.
        path: SitePath,
    },
    /// Those that have a cargo feature on.
    Feature {
        /// Which.
        feature: FeatureName,
    },
}

impl Question {
    /// Reads what was asked.
    ///
    /// # Errors
    /// When a parameter makes no sense.
    pub fn parse(asked: Asked) -> Result<Self, Error> {
        let Asked { site, feature, weeks, origin, line } = asked;
        let subject = match (site, feature) {
            (None, None) => Subject::Sections,
            (Some(path), None) => Subject::Site { path },
            (None, Some(feature)) => Subject::Feature { feature },
            (Some(_), Some(_)) => {
                let error = "ask for a site or for a feature, one at a time";
                return Err(Error::Parameter(error.to_owned()));
            }
        };
        Ok(Self { subject, weeks: weeks_back(weeks)?, view: view(origin, line) })
    }

    /// The sums that the answer is made from.
    ///
    /// # Errors
    /// When the library has no such site.
    pub fn wanted(&self, library: &Library) -> Result<Vec<Wanted>, Error> {
        let mut wanted = Wanted::all(Tally::SECTIONS);
        match &self.subject {
            Subject::Sections => {}
            Subject::Site { path } => {
                let site = library.site(path).ok_or_else(|| super::no_site(library, path))?;
                wanted.push(Wanted::every(Dimension::Scanned));
                let dimensions = [Dimension::Called, Dimension::Linked];
                wanted.extend(dimensions.map(|dimension| Wanted::one(dimension, &site)));
            }
            Subject::Feature { feature } => {
                let values = ["", feature.as_str()];
                wanted.extend(values.map(|value| Wanted::one(Dimension::Feature, value)));
            }
        }
        Ok(wanted)
    }
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Series {
    /// What every answer says about itself. Its week is the last whose share is the one to read.
    #[serde(flatten)]
    pub basis: Basis,
    /// What the series is of.
    #[serde(flatten)]
    pub subject: Subject,
    /// The weeks with sections, oldest first.
    pub points: Vec<Point>,
    /// Where the share is going, over the published weeks.
    pub trend: Option<Trend>,
}

/// One week.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Point {
    /// The week.
    pub week: Week,
    /// Whether it still takes sections.
    pub open: bool,
    /// Sections; of a site or feature, those that could have it.
    pub n: u64,
    /// The share of them that has it; none where it is not published, and none of all sections.
    pub share: Option<Share>,
}

/// Answers.
///
/// # Errors
/// When the library has no such site or feature.
pub fn answer(library: &Library, tally: &Tally, question: &Question) -> Result<Series, Error> {
    let weeks = tally.weeks();
    let point = |week, (n, share)| Point { week, open: tally.is_open(week), n, share };
    let points: Vec<Point> = match &question.subject {
        Subject::Sections => {
            let sections = |week| (tally.sections(week).of(tally.view), None);
            weeks.iter().map(|week| point(*week, sections(*week))).collect()
        }
        Subject::Site { path } => {
            let site = library.site(path).ok_or_else(|| super::no_site(library, path))?;
            weeks.iter().map(|week| point(*week, site_share(library, tally, site, *week))).collect()
        }
        Subject::Feature { feature } => {
            let mut versions = library.versions().iter();
            if !versions.any(|version| version.features.contains(feature)) {
                let library = &library.name;
                return Err(Error::NotFound(format!("`{library}` has no feature `{feature}`")));
            }
            let share = |week| {
                let feature = feature_share(library, tally, feature, week);
                (feature.n, feature.on)
            };
            weeks.iter().map(|week| point(*week, share(*week))).collect()
        }
    };
    let count = |point: &Point| {
        let Share { count, n, .. } = point.share?;
        Some(WeekCount { week: point.week, count, n })
    };
    let trend = Trend::of(&points.iter().filter_map(count).collect::<Vec<_>>());
    let basis = Basis::of(library, tally, tally.latest_week(), &weeks);
    Ok(Series { basis, subject: question.subject.clone(), points, trend })
}

fn site_share(library: &Library, tally: &Tally, site: usize, week: Week) -> (u64, Option<Share>) {
    let kind = library.sites()[site].kind;
    let count = tally.site(library, site, week).evidence(kind);
    let (tells_calls, tells_links) = tally.tells_site(library, site, week);
    let is_told = if kind == SiteKind::Linked { tells_links } else { tells_calls };
    let share = if is_told { Share::of(count.called, count.sections) } else { None };
    (count.sections, share)
}
