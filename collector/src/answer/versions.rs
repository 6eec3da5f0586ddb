//! Which versions of everything around a library do its users have, and which must be supported?

mod support;

use std::collections::{BTreeMap, BTreeSet};

use headcount_report::{CrateName, Origin, Week};
use serde::{Deserialize, Serialize};

pub use self::support::Support;
pub(crate) use self::support::release_order;
use super::basis::{Basis, Line, view};
use super::share::Share;
use super::tally::Tally;
use super::{parameter, weeks_back};
use crate::error::Error;
use crate::library::Library;
use crate::publish::cells::{Order, cells};
use crate::publish::{Atoms, Cell, View};
use crate::store::{Dimension, Wanted};

/// What a support policy may be asked to cover.
const COVERAGES: std::ops::RangeInclusive<f64> = 0.5..=0.9999;

/// The question as it stands in an address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    pub(crate) of: Option<Kind>,
    pub(crate) name: Option<CrateName>,
    pub(crate) coverage: Option<f64>,
    pub(crate) week: Option<Week>,
    pub(crate) weeks: Option<u32>,
    pub(crate) origin: Option<Origin>,
    pub(crate) line: Option<Line>,
}

/// Whose versions, and what a support policy should cover.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Only of this kind.
    pub of: Option<Kind>,
    /// Only of this dependency or system library.
    pub name: Option<CrateName>,
    /// The share of sections to cover.
    pub coverage: f64,
    /// Which week; the latest, if none is named.
    pub week: Option<Week>,
    /// How many weeks back the series goes.
    pub weeks: u32,
    /// Which sections.
    pub view: View,
}

impl Question {
    /// Reads what was asked.
    ///
    /// # Errors
    /// When a parameter makes no sense; says which, and what does.
    pub fn parse(asked: Asked) -> Result<Self, Error> {
        let Asked { of, name, coverage, week, weeks, origin, line } = asked;
        let coverage = coverage.unwrap_or(0.99);
        parameter("coverage is a share", &COVERAGES, &coverage)?;
        Ok(Self { of, name, coverage, week, weeks: weeks_back(weeks)?, view: view(origin, line) })
    }

    /// The sums that the answer is made from.
    #[must_use]
    pub fn wanted(&self) -> Vec<Wanted> {
        let mut wanted = Wanted::all(Tally::SECTIONS);
        let others = [Kind::Rustc, Kind::Target, Kind::Dependency, Kind::System];
        let others = others.into_iter().filter(|kind| self.of.is_none_or(|of| of == *kind));
        wanted.extend(others.map(|kind| match &self.name {
            None => Wanted::every(kind.dimension()),
            Some(name) => Wanted::versions(kind.dimension(), name),
        }));
        wanted
    }

    fn is_about(&self, subject: &Subject) -> bool {
        self.of.is_none_or(|of| of == subject.of)
            && (self.name.is_none() || self.name == subject.name)
    }
}

/// What has versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The library itself.
    Library,
    /// The compiler.
    Rustc,
    /// The target: not a version, but asked for in the same breath.
    Target,
    /// A dependency.
    Dependency,
    /// A system library.
    System,
}

impl Kind {
    fn dimension(self) -> Dimension {
        match self {
            Self::Library => Dimension::Sections,
            Self::Rustc => Dimension::Rustc,
            Self::Target => Dimension::Target,
            Self::Dependency => Dimension::Dependency,
            Self::System => Dimension::System,
        }
    }
}

impl Versions {
    /// The one thing that was asked for, as a question; or what is most often asked for, if none was.
    pub(crate) fn one(&self, asked: &Question) -> Question {
        let mut question = asked.clone();
        let mut subjects = self.subjects.iter().map(|one| &one.subject);
        let system = subjects.clone().find(|subject| subject.of == Kind::System);
        let usual = system.or_else(|| subjects.next());
        if let (None, None, Some(usual)) = (asked.of, &asked.name, usual) {
            (question.of, question.name) = (Some(usual.of), usual.name.clone());
        }
        question
    }
}

/// One thing that has versions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Subject {
    /// What it is.
    pub of: Kind,
    /// Which dependency or system library.
    pub name: Option<CrateName>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Versions {
    /// What every answer says about itself.
    #[serde(flatten)]
    pub basis: Basis,
    /// As asked.
    pub coverage: f64,
    /// The library itself, the compiler, the target, dependencies and system libraries.
    pub subjects: Vec<Distribution>,
}

/// Which versions of one thing users have.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Distribution {
    /// What it is.
    #[serde(flatten)]
    pub subject: Subject,
    /// Sections that tell a version of it; none where nothing is published. A section may tell
    /// several: a machine has many builds.
    pub n: Option<u64>,
    /// The versions, oldest first; targets by how many have them. Empty where nothing is published.
    pub cells: Vec<CellShare>,
    /// What to support; none where nothing can be said.
    pub support: Option<Support>,
    /// The same for each week with sections, oldest first, each published by itself.
    pub series: Vec<WeekCells>,
}

/// One version, and how many have it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CellShare {
    /// The version and its count.
    #[serde(flatten)]
    pub cell: Cell,
    /// The share of sections that have it; of others, which may be told several times by a section,
    /// none.
    pub share: Option<Share>,
}

/// One week of a distribution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WeekCells {
    /// The week.
    pub week: Week,
    /// Whether it still takes sections.
    pub open: bool,
    /// Sections that tell a version; none where nothing is published.
    pub n: Option<u64>,
    /// The versions; empty where nothing is published.
    pub cells: Vec<Cell>,
}

/// Answers for one week, the latest if none is named.
///
/// # Errors
/// When nobody tells versions of what was asked for.
pub fn answer(library: &Library, tally: &Tally, question: &Question) -> Result<Versions, Error> {
    let week = question.week.or_else(|| tally.latest_week());
    let mut subjects = subjects(tally);
    subjects.retain(|subject| question.is_about(subject));
    if let (true, Some(name)) = (subjects.is_empty(), &question.name) {
        let library = &library.name;
        return Err(Error::NotFound(format!(
            "nothing is known of versions of `{name}` with `{library}`"
        )));
    }
    let distribution = |subject| distribution(tally, subject, week, question.coverage);
    Ok(Versions {
        basis: Basis::of(library, tally, week, &tally.weeks()),
        coverage: question.coverage,
        subjects: subjects.into_iter().map(distribution).collect(),
    })
}

/// Everything of which enough sections tell a version in some week: what only a few have is a name
/// that only a few have.
pub(super) fn subjects(tally: &Tally) -> BTreeSet<Subject> {
    let mut subjects: BTreeSet<_> = [Kind::Library, Kind::Rustc, Kind::Target]
        .into_iter()
        .map(|of| Subject { of, name: None })
        .collect();
    for week in tally.weeks() {
        for of in [Kind::Dependency, Kind::System] {
            let words = tally.words(of.dimension(), week);
            let names = words.iter().filter(|(_, told)| tally.publication.tells(told, tally.view));
            let names = names.filter_map(|(word, _)| word.parse().ok());
            subjects.extend(names.map(|name| Subject { of, name: Some(name) }));
        }
    }
    subjects
}

fn distribution(
    tally: &Tally,
    subject: Subject,
    week: Option<Week>,
    coverage: f64,
) -> Distribution {
    let series: Vec<_> =
        tally.weeks().into_iter().map(|week| week_cells(tally, &subject, week)).collect();
    let shown = series.iter().find(|point| Some(point.week) == week);
    let (n, cells) = shown.map_or((None, &[][..]), |point| (point.n, &point.cells));
    let others: u64 = cells.iter().filter(|cell| cell.value.is_none()).map(|cell| cell.count).sum();
    let share = |cell: &Cell| cell.value.as_ref().and_then(|_| share(cell, others, n?));
    Distribution {
        support: n.and_then(|n| Support::of(subject.of == Kind::Target, cells, n, coverage)),
        cells: cells
            .iter()
            .map(|cell| CellShare { cell: cell.clone(), share: share(cell) })
            .collect(),
        n,
        subject,
        series,
    }
}

/// The share of a version. Some of the others may have it, too, if there are at least so many.
fn share(cell: &Cell, others: u64, n: u64) -> Option<Share> {
    let share = Share::of(cell.count, n)?;
    let most = if cell.at_least { (cell.count + others).min(n) } else { cell.count };
    Some(Share { high: Share::of(most, n)?.high, ..share })
}

/// Which versions of one thing users have in one week, as far as that is published.
pub(super) fn week_cells(tally: &Tally, subject: &Subject, week: Week) -> WeekCells {
    let (told, values) = values(tally, subject, week);
    let order = if subject.of == Kind::Target { Order::Counts } else { Order::Releases };
    let cells = cells(&values, &told, tally.view, tally.publication, order);
    WeekCells {
        week,
        open: tally.is_open(week),
        n: cells.as_ref().map(|_| told.of(tally.view)),
        cells: cells.unwrap_or_default(),
    }
}

/// The sections that tell a version, and those with each, oldest release first.
fn values(tally: &Tally, subject: &Subject, week: Week) -> (Atoms, Vec<(String, Atoms)>) {
    if subject.of == Kind::Library {
        let versions = tally.versions(week).into_iter();
        let values = versions.map(|(version, sections)| (version.to_string(), sections));
        return (tally.sections(week), values.collect());
    }
    let words = tally.words(subject.of.dimension(), week);
    let (told, prefix) = match &subject.name {
        None => (words.get(""), String::new()),
        Some(name) => (words.get(name.as_str()), format!("{name} ")),
    };
    let values: BTreeMap<_, _> = words
        .iter()
        .filter_map(|(word, atoms)| Some((word.strip_prefix(&prefix)?, *atoms)))
        .filter(|(value, _)| !value.is_empty())
        .map(|(value, atoms)| ((release_order(value), value), atoms))
        .collect();
    let values = values.into_iter().map(|((_, value), atoms)| (value.to_owned(), atoms));
    (told.copied().unwrap_or_default(), values.collect())
}
