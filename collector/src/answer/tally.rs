//! The sums of one library, ready to be asked.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use headcount_report::{Origin, PlainVersion, SiteKind, Week};

use crate::library::{Library, Version};
use crate::store::{Dimension, SumRow};

/// The sums of one library over some weeks, all origins together.
#[derive(Debug, Clone)]
pub struct Tally {
    /// The week that was running when the sums were read.
    pub running: Week,
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
    sections: u64,
    scanned: u64,
    called: HashMap<usize, u64>,
    linked: HashMap<usize, u64>,
}

/// How many sections could have a site in a week, and how many had it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SiteTally {
    /// Sections of versions that contain the site.
    pub sections: u64,
    /// Those of them that called it.
    pub called: u64,
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
    /// The dimensions that it is made from.
    pub const DIMENSIONS: &[Dimension] = &[
        Dimension::Sections,
        Dimension::Scanned,
        Dimension::Called,
        Dimension::Linked,
        Dimension::UnknownVersion,
    ];

    /// Takes up the rows of those dimensions.
    #[must_use]
    pub fn of(running: Week, rows: &[SumRow]) -> Self {
        let mut tally = Self { running, weeks: BTreeMap::new(), unregistered: 0 };
        for row in rows {
            match &row.version {
                None => tally.unregistered += row.count,
                Some(version) => tally.weeks.entry(row.week).or_default().take(version, row),
            }
        }
        tally
    }

    /// Weeks that have a section, oldest first.
    #[must_use]
    pub fn weeks(&self) -> Vec<Week> {
        self.weeks.keys().copied().collect()
    }

    /// Sections of all versions in one week.
    #[must_use]
    pub fn sections(&self, week: Week) -> u64 {
        self.weeks
            .get(&week)
            .map_or(0, |week| week.versions.values().map(|version| version.sections).sum())
    }

    /// Sections of versions that no manifest has. They are in no share.
    #[must_use]
    pub fn unregistered(&self) -> u64 {
        self.unregistered
    }

    /// Origins of the sections of some weeks.
    #[must_use]
    pub fn origins(&self, weeks: &[Week]) -> Vec<Origin> {
        let weeks = weeks.iter().filter_map(|week| self.weeks.get(week));
        weeks.flat_map(|week| &week.origins).copied().collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// One site in one week: over the versions that contain it, so that its share does not change
    /// when users move on to a version without it.
    #[must_use]
    pub fn site(&self, library: &Library, site: usize, week: Week) -> SiteTally {
        let Some(week) = self.weeks.get(&week) else { return SiteTally::default() };
        let tallies = library
            .versions_with(site)
            .filter_map(|Version { number, .. }| week.versions.get(number));
        tallies.fold(SiteTally::default(), |sum, version| SiteTally {
            sections: sum.sections + version.sections,
            called: sum.called + version.called.get(&site).unwrap_or(&0),
            scanned: sum.scanned + version.scanned,
            linked: sum.linked + version.linked.get(&site).unwrap_or(&0),
        })
    }
}

impl WeekTally {
    fn take(&mut self, version: &PlainVersion, row: &SumRow) {
        self.origins.insert(row.origin);
        let tally = self.versions.entry(version.clone()).or_default();
        let by_site = match row.bit.dimension {
            Dimension::Sections => return tally.sections += row.count,
            Dimension::Scanned => return tally.scanned += row.count,
            Dimension::Called => &mut tally.called,
            Dimension::Linked => &mut tally.linked,
            _ => return,
        };
        if let Ok(site) = row.bit.value.parse() {
            *by_site.entry(site).or_default() += row.count;
        }
    }
}
