//! The sums of one library, ready to be asked.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use headcount_report::limits::OPEN_WEEKS;
use headcount_report::{Origin, PlainVersion, SiteKind, Week};

use crate::library::{Library, Version};
use crate::publish::{Atoms, Publication, View};
use crate::store::{Dimension, SumRow};

/// The sums of one library over some weeks, and who asks for which of them.
#[derive(Debug, Clone)]
pub struct Tally {
    /// The week that was running when the sums were read.
    pub running: Week,
    /// Which sections the answer is about.
    pub view: View,
    /// What of them may be told.
    pub publication: Publication,
    weeks: BTreeMap<Week, WeekTally>,
    unregistered: u64,
}

/// One week of one library.
#[derive(Debug, Clone, Default)]
struct WeekTally {
    versions: HashMap<PlainVersion, VersionTally>,
    origins: BTreeSet<Origin>,
}

/// One week of one library version.
#[derive(Debug, Clone, Default)]
struct VersionTally {
    sections: Atoms,
    /// By the index of the site.
    sites: HashMap<(Dimension, usize), Atoms>,
    /// By whatever else the value is.
    words: HashMap<Dimension, HashMap<String, Atoms>>,
}

/// How many sections could have a site in a week, and how many had it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SiteTally {
    /// Sections of versions that contain the site.
    pub sections: u64,
    /// Those of them that called it.
    pub called: u64,
    /// Those that called it at least 100 times.
    pub called_100: u64,
    /// Those that called it at least 10,000 times.
    pub called_10000: u64,
    /// Sections of such versions that were scanned.
    pub scanned: u64,
    /// Those of them that have it linked.
    pub linked: u64,
}

impl SiteTally {
    /// What a verdict on a site of this kind rests on, in the fields for calls.
    ///
    /// An item of which only the record is kept is never said to be called. Whoever has it linked
    /// counts as hit by its removal.
    #[must_use]
    pub fn evidence(self, kind: SiteKind) -> Self {
        match kind {
            SiteKind::Linked => Self { sections: self.scanned, called: self.linked, ..self },
            SiteKind::Fn | SiteKind::Method | SiteKind::Used => self,
        }
    }
}

impl Tally {
    /// The dimensions of all sections, which every answer about weeks is made from.
    pub(super) const SECTIONS: &[Dimension] = &[Dimension::Sections, Dimension::UnknownVersion];

    /// Takes up some rows of a library.
    #[must_use]
    pub fn of(
        library: &Library,
        rows: &[SumRow],
        running: Week,
        view: View,
        publication: Publication,
    ) -> Self {
        let weeks = BTreeMap::new();
        let mut tally = Self { running, view, publication, weeks, unregistered: 0 };
        for row in rows {
            match &row.version {
                None => tally.unregistered += row.count,
                Some(version) => {
                    let is_latest_line = library.is_in_latest_line(version);
                    tally.weeks.entry(row.week).or_default().take(version, is_latest_line, row);
                }
            }
        }
        tally
    }

    /// Weeks that have a section in the view, oldest first.
    #[must_use]
    pub fn weeks(&self) -> Vec<Week> {
        let weeks = self.weeks.keys().copied();
        weeks.filter(|week| self.sections(*week).of(self.view) > 0).collect()
    }

    /// Whether a week still takes sections. What is told of it may change.
    #[must_use]
    pub fn is_open(&self, week: Week) -> bool {
        week >= self.running.plus(-i32::from(OPEN_WEEKS))
    }

    /// The latest week of which shares are told, and of which most of the sections are in: the
    /// running one only if there is no other, and weeks with too few only if all are such.
    #[must_use]
    pub fn latest_week(&self) -> Option<Week> {
        let weeks = self.weeks();
        let is_told = |week: &&Week| self.publication.tells(&self.sections(**week), self.view);
        let mut told = weeks.iter().rev().filter(is_told);
        let ended = told.clone().find(|week| **week < self.running);
        ended.or_else(|| told.next()).or(weeks.last()).copied()
    }

    /// Sections of all versions in one week.
    #[must_use]
    pub fn sections(&self, week: Week) -> Atoms {
        let versions = self.weeks.get(&week).into_iter().flat_map(|week| week.versions.values());
        versions.fold(Atoms::default(), |mut sum, version| {
            sum += version.sections;
            sum
        })
    }

    /// Sections of each version in one week, oldest release first.
    #[must_use]
    pub fn versions(&self, week: Week) -> Vec<(PlainVersion, Atoms)> {
        let Some(week) = self.weeks.get(&week) else { return Vec::new() };
        let sections =
            |(number, tally): (&PlainVersion, &VersionTally)| (number.clone(), tally.sections);
        let mut versions: Vec<_> = week.versions.iter().map(sections).collect();
        versions.sort_by_key(|(number, _)| number.numbers());
        versions
    }

    /// Sections of versions that no manifest has. They are in no share.
    #[must_use]
    pub fn unregistered(&self) -> u64 {
        self.unregistered
    }

    /// Origins of the sections of some weeks, as far as the view takes them.
    #[must_use]
    pub fn origins(&self, weeks: &[Week]) -> Vec<Origin> {
        let weeks = weeks.iter().filter_map(|week| self.weeks.get(week));
        let origins: BTreeSet<_> = weeks.flat_map(|week| &week.origins).copied().collect();
        let is_in_view = |origin: &Origin| self.view.origin.is_none_or(|wanted| wanted == *origin);
        origins.into_iter().filter(is_in_view).collect()
    }

    /// One site in one week: over the versions that contain it, so that its share does not change
    /// when users move on to a version without it.
    ///
    /// Exact, whatever may be told of it: [`tells_site`](Self::tells_site) says what may.
    #[must_use]
    pub fn site(&self, library: &Library, site: usize, week: Week) -> SiteTally {
        let mut tally = SiteTally::default();
        for version in self.versions_with(library, site, week) {
            let count = |dimension| {
                version.sites.get(&(dimension, site)).map_or(0, |atoms| atoms.of(self.view))
            };
            tally.sections += version.sections.of(self.view);
            tally.called += count(Dimension::Called);
            tally.called_100 += count(Dimension::Called100);
            tally.called_10000 += count(Dimension::Called10000);
            tally.scanned += version.word(Dimension::Scanned, "").of(self.view);
            tally.linked += count(Dimension::Linked);
        }
        tally
    }

    /// Whether it may be told what sections say of a site in a week: of calls, and of links.
    #[must_use]
    pub fn tells_site(&self, library: &Library, site: usize, week: Week) -> (bool, bool) {
        let (mut sections, mut scanned) = (Atoms::default(), Atoms::default());
        for version in self.versions_with(library, site, week) {
            sections += version.sections;
            scanned += version.word(Dimension::Scanned, "");
        }
        let tells = |atoms| self.publication.tells(atoms, self.view);
        (tells(&sections), tells(&scanned))
    }

    /// A cargo feature in one week: sections of versions that declare it and tell their features,
    /// and those of them that have it on.
    #[must_use]
    pub fn feature(&self, versions: &[&Version], feature: &str, week: Week) -> (Atoms, Atoms) {
        let (mut told, mut on) = (Atoms::default(), Atoms::default());
        let Some(week) = self.weeks.get(&week) else { return (told, on) };
        for version in versions.iter().filter_map(|version| week.versions.get(&version.number)) {
            told += version.word(Dimension::Feature, "");
            on += version.word(Dimension::Feature, feature);
        }
        (told, on)
    }

    /// Every value of a dimension in one week, all versions together.
    #[must_use]
    pub fn words(&self, dimension: Dimension, week: Week) -> BTreeMap<&str, Atoms> {
        let mut words = BTreeMap::<&str, Atoms>::new();
        let versions = self.weeks.get(&week).into_iter().flat_map(|week| week.versions.values());
        for (word, atoms) in versions.filter_map(|version| version.words.get(&dimension)).flatten()
        {
            *words.entry(word).or_default() += *atoms;
        }
        words
    }

    fn versions_with(
        &self,
        library: &Library,
        site: usize,
        week: Week,
    ) -> impl Iterator<Item = &VersionTally> {
        let week = self.weeks.get(&week);
        let versions = library.versions_with(site);
        versions.filter_map(move |Version { number, .. }| week?.versions.get(number))
    }
}

impl WeekTally {
    fn take(&mut self, version: &PlainVersion, is_latest_line: bool, row: &SumRow) {
        self.origins.insert(row.origin);
        let tally = self.versions.entry(version.clone()).or_default();
        let value = &row.bit.value;
        let atoms = match row.bit.dimension {
            Dimension::Sections => &mut tally.sections,
            dimension @ (Dimension::Called
            | Dimension::Called100
            | Dimension::Called10000
            | Dimension::Linked) => {
                let Ok(site) = value.parse() else { return };
                tally.sites.entry((dimension, site)).or_default()
            }
            dimension => {
                tally.words.entry(dimension).or_default().entry(value.to_string()).or_default()
            }
        };
        atoms.add(row.origin, is_latest_line, row.count);
    }
}

impl VersionTally {
    fn word(&self, dimension: Dimension, word: &str) -> Atoms {
        let words = self.words.get(&dimension);
        words.and_then(|words| words.get(word)).copied().unwrap_or_default()
    }
}
