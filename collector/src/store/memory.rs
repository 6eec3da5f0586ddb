//! A store that ends with the process: for tests and examples.

use std::collections::{BTreeMap, HashSet};
use std::num::NonZeroU32;
use std::ops::RangeInclusive;
use std::sync::{Mutex, MutexGuard, PoisonError};

use headcount_report::{CrateName, Manifest, PlainVersion, Week};

use super::counts::Counts;
use super::seen::Seen;
use super::transfer::Line;
use super::{
    Added, Bits, LibraryLine, NewToken, Store, StoreError, Subject, SumRow, Summed, TokenRow,
    Wanted,
};
use crate::library::{Library, Site};

/// A store that ends with the process: for tests and examples.
#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<Tables>);

#[derive(Debug, Default)]
struct Tables {
    libraries: BTreeMap<CrateName, Library>,
    sums: BTreeMap<Week, BTreeMap<Subject, Counts>>,
    seen: HashSet<Seen>,
    first_open: Option<Week>,
    tokens: BTreeMap<u32, NewToken>,
    last_token: u32,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    fn library(&self, name: &CrateName) -> Result<Option<Library>, StoreError> {
        Ok(self.tables().libraries.get(name).cloned())
    }

    fn libraries(&self) -> Result<Vec<LibraryLine>, StoreError> {
        let tables = self.tables();
        Ok(tables.libraries.values().filter_map(|library| tables.line(library)).collect())
    }

    fn put_manifest(
        &self,
        manifest: &Manifest,
        new_sites: &[Site],
        first_index: usize,
    ) -> Result<(), StoreError> {
        let mut tables = self.tables();
        let library = tables.library(&manifest.library);
        for (index, site) in (first_index..).zip(new_sites) {
            if library.add_site(site.clone()) != index {
                return Err(taken(index, &library.name));
            }
        }
        library.put(manifest);
        Ok(())
    }

    fn is_counted(&self, library: &CrateName, version: &PlainVersion) -> Result<bool, StoreError> {
        Ok(self.tables().sums.values().flat_map(BTreeMap::keys).any(|subject| {
            subject.library.as_ref() == Some(library) && subject.version.as_ref() == Some(version)
        }))
    }

    fn add(
        &self,
        reports: &[Summed],
        may_add: &mut dyn FnMut(usize, &Bits) -> bool,
    ) -> Result<Vec<Added>, StoreError> {
        let mut tables = self.tables();
        let reports = reports.iter().enumerate();
        Ok(reports.map(|(place, report)| tables.add(place, report, may_add)).collect())
    }

    /// Nothing to do: what is added here is in its final form.
    fn fold(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn close_before(&self, week: Week) -> Result<Week, StoreError> {
        let mut tables = self.tables();
        let first_open = tables.first_open.map_or(week, |stored| stored.max(week));
        tables.first_open = Some(first_open);
        tables.seen.retain(|seen| *seen >= Seen::first_of(first_open));
        Ok(first_open)
    }

    fn keep_weeks(&self, weeks: NonZeroU32) -> Result<(), StoreError> {
        let mut tables = self.tables();
        if let Some(last) = tables.last_week() {
            let kept = i32::try_from(weeks.get()).unwrap_or(i32::MAX);
            let first = last.plus(1_i32.saturating_sub(kept));
            tables.sums.retain(|week, _| *week >= first);
        }
        Ok(())
    }

    fn sums(
        &self,
        library: &CrateName,
        weeks: RangeInclusive<Week>,
        wanted: &[Wanted],
    ) -> Result<Vec<SumRow>, StoreError> {
        let tables = self.tables();
        let weeks = tables.sums.range(weeks);
        let subjects = weeks.flat_map(|(week, of_week)| of_week.iter().map(|of| (*week, of)));
        let subjects =
            subjects.filter(|(_, (subject, _))| subject.library.as_ref() == Some(library));
        let rows = subjects.flat_map(|(week, (subject, counts))| {
            let counts = counts.iter().filter(|(bit, _)| wanted.iter().any(|one| one.takes(bit)));
            let (version, origin) = (&subject.version, subject.origin);
            counts.map(move |(bit, count)| SumRow {
                week,
                version: version.clone(),
                origin,
                bit,
                count,
            })
        });
        Ok(rows.collect())
    }

    fn add_token(&self, token: NewToken) -> Result<u32, StoreError> {
        let mut tables = self.tables();
        tables.last_token += 1;
        let number = tables.last_token;
        tables.tokens.insert(number, token);
        Ok(number)
    }

    fn tokens(&self) -> Result<Vec<TokenRow>, StoreError> {
        let row =
            |(number, token): (&u32, &NewToken)| TokenRow { number: *number, token: token.clone() };
        Ok(self.tables().tokens.iter().map(row).collect())
    }

    fn revoke_token(&self, number: u32) -> Result<bool, StoreError> {
        Ok(self.tables().tokens.remove(&number).is_some())
    }

    fn export(
        &self,
        take: &mut dyn FnMut(Line) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.tables().lines().try_for_each(take)
    }

    fn import(
        &self,
        lines: &mut dyn Iterator<Item = Result<Line, StoreError>>,
    ) -> Result<(), StoreError> {
        let mut filled = Tables::default();
        for line in lines {
            filled.import(line?)?;
        }
        let mut tables = self.tables();
        if !tables.is_empty() {
            return Err(StoreError::NotEmpty);
        }
        *tables = filled;
        Ok(())
    }
}

impl Tables {
    fn add(
        &mut self,
        place: usize,
        report: &Summed,
        may_add: &mut dyn FnMut(usize, &Bits) -> bool,
    ) -> Added {
        let mut added = Added::default();
        for section in &report.sections {
            if self.seen.contains(&Seen::new(report.week, section.id)) {
                added.repeated += 1;
                continue;
            }
            if !may_add(place, section) {
                added.refused += 1;
                continue;
            }
            added.admitted += 1;
            self.seen.insert(Seen::new(report.week, section.id));
            self.counts(report.week, &section.subject).add_section(section);
        }
        added
    }

    /// The last week that has a section of a registered library.
    fn last_week(&self) -> Option<Week> {
        let has_section = |of_week: &BTreeMap<Subject, Counts>| {
            of_week.values().any(|counts| counts.sections() > 0)
        };
        self.sums.iter().rev().find(|(_, of_week)| has_section(of_week)).map(|(week, _)| *week)
    }

    /// Whether nothing was ever registered or counted.
    fn is_empty(&self) -> bool {
        self.libraries.is_empty()
            && self.sums.is_empty()
            && self.seen.is_empty()
            && self.last_token == 0
    }

    fn lines(&self) -> impl Iterator<Item = Line> {
        let libraries = self.libraries.values().flat_map(library_lines);
        let tokens = self.tokens.iter().map(|(number, token)| {
            let NewToken { scope, digest, created } = token.clone();
            Line::Token { number: *number, scope, sha256: digest, created }
        });
        let last_token = (self.last_token > 0).then_some(Line::LastToken(self.last_token));
        let first_week = self.first_open.map(Line::FirstWeek);
        let subjects = self.sums.iter().flat_map(|(week, of)| of.iter().map(|of| (*week, of)));
        let counters = subjects.flat_map(|(week, (subject, counts))| {
            counts.iter().map(move |(bit, count)| Line::Counter {
                week,
                subject: subject.clone(),
                bit,
                count,
            })
        });
        let sections =
            self.seen.iter().map(|seen| Line::Section { week: seen.week(), hash: seen.hash() });
        let tokens = tokens.chain(last_token).chain(first_week);
        libraries.chain(tokens).chain(counters).chain(sections)
    }

    fn import(&mut self, line: Line) -> Result<(), StoreError> {
        match line {
            Line::Site { library, site, path, kind } => {
                let library = self.library(&library);
                if library.add_site(Site { path, kind }) != site {
                    return Err(taken(site, &library.name));
                }
            }
            Line::Manifest(manifest) => self.library(&manifest.library).put(&manifest),
            Line::Token { number, scope, sha256, created } => {
                self.tokens.insert(number, NewToken { scope, digest: sha256, created });
                self.last_token = self.last_token.max(number);
            }
            Line::LastToken(number) => self.last_token = number,
            Line::FirstWeek(week) => self.first_open = Some(week),
            Line::Counter { week, subject, bit, count } => {
                self.counts(week, &subject).raise(&bit, count);
            }
            Line::Section { week, hash } => drop(self.seen.insert(Seen::of_hash(week, hash))),
            Line::HeadcountStore(_) | Line::End(_) => {}
        }
        Ok(())
    }

    fn library(&mut self, name: &CrateName) -> &mut Library {
        self.libraries.entry(name.clone()).or_insert_with(|| Library::new(name.clone()))
    }

    fn counts(&mut self, week: Week, subject: &Subject) -> &mut Counts {
        self.sums.entry(week).or_default().entry(subject.clone()).or_default()
    }

    fn line(&self, library: &Library) -> Option<LibraryLine> {
        let latest = library.versions().last()?;
        let sections = self.sums.iter().rev().map(|(week, of_week)| {
            let of_library = of_week
                .iter()
                .filter(|(subject, _)| subject.library.as_ref() == Some(&library.name));
            (*week, of_library.map(|(_, counts)| counts.sections()).sum())
        });
        let last = sections.into_iter().find(|(_, sections)| *sections > 0);
        Some(LibraryLine {
            library: library.name.clone(),
            latest_version: latest.number.clone(),
            versions: library.versions().len(),
            sites: latest.sites.len(),
            deprecated: latest.sites.values().flatten().count(),
            week: last.map(|(week, _)| week),
            sections: last.map_or(0, |(_, sections)| sections),
        })
    }
}

/// What is registered of a library, line by line.
fn library_lines(library: &Library) -> impl Iterator<Item = Line> {
    let sites = library.sites().iter().cloned().enumerate();
    let sites = sites.map(|(site, Site { path, kind })| Line::Site {
        library: library.name.clone(),
        site,
        path,
        kind,
    });
    let manifests = library.versions().iter().map(|version| library.manifest(version));
    sites.chain(manifests.map(Line::Manifest))
}

fn taken(site: usize, library: &CrateName) -> StoreError {
    StoreError::Damaged(format!("site {site} of {library} is taken"))
}
