//! What is registered of the libraries that reports are about, for every thread that takes reports
//! apart.

use std::collections::{HashMap, HashSet};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use foldhash::fast::RandomState;
use headcount_report::{CrateName, Report, Section};

use super::admit::Admitted;
use super::sum::{self, Sum};
use crate::library::Library;
use crate::store::{Store, StoreError, Summed};

/// Registered libraries.
///
/// Only what the store has is kept, so that invented names cannot fill the memory.
pub(super) struct Catalogue(RwLock<Known>);

struct Known {
    /// The names of all.
    registered: HashSet<CrateName, RandomState>,
    /// What is registered, of those that a report was about.
    libraries: HashMap<CrateName, Library, RandomState>,
    /// How often something was registered.
    changes: u64,
}

/// A report, taken apart.
pub(super) struct Parts {
    pub(super) summed: Summed,
    /// What of it is unknown.
    pub(super) unknown: Admitted,
    /// Whether all that is registered of its libraries was known.
    is_sure: bool,
    changes: u64,
}

impl Catalogue {
    /// What is registered in a store to which nobody else registers anything.
    pub(super) fn new(store: &dyn Store) -> Result<Self, StoreError> {
        let registered = store.libraries()?.into_iter().map(|line| line.library).collect();
        let libraries = HashMap::default();
        Ok(Self(RwLock::new(Known { registered, libraries, changes: 0 })))
    }

    /// Takes a report apart by what is known.
    pub(super) fn take_apart<T: AsRef<str>>(&self, report: &Report<T>) -> Parts {
        let known = self.known();
        let sections = Vec::with_capacity(report.sections.len());
        let mut parts = Parts {
            summed: Summed { week: report.week, sections },
            unknown: Admitted::default(),
            is_sure: true,
            changes: known.changes,
        };
        for section in &report.sections {
            let library = known.libraries.get(section.library.as_str());
            let Sum { bits, is_known, unknown_sites } = sum::sum(section, library);
            parts.is_sure &=
                library.is_some() || !known.registered.contains(section.library.as_str());
            parts.unknown.unknown_libraries += u64::from(!is_known);
            parts.unknown.unknown_sites += unknown_sites;
            parts.summed.sections.push(bits);
        }
        parts
    }

    /// Whether nothing was missing when a report was taken apart, and nothing has been registered since.
    pub(super) fn is_current(&self, parts: &Parts) -> bool {
        parts.is_sure && parts.changes == self.known().changes
    }

    /// Has the store say what is registered of a report's libraries.
    pub(super) fn load(&self, report: &Report, store: &dyn Store) -> Result<(), StoreError> {
        for Section { library, .. } in &report.sections {
            if self.known().registered.contains(library) {
                self.library(library, store)?;
            }
        }
        Ok(())
    }

    /// What is registered of a library.
    pub(super) fn library(
        &self,
        name: &CrateName,
        store: &dyn Store,
    ) -> Result<Option<Library>, StoreError> {
        if let Some(library) = self.known().libraries.get(name) {
            return Ok(Some(library.clone()));
        }
        let library = store.library(name)?;
        if let Some(library) = &library {
            self.change(|known| known.libraries.insert(name.clone(), library.clone()));
        }
        Ok(library)
    }

    /// Keeps what is registered now.
    pub(super) fn put(&self, library: Library) {
        self.change(|known| {
            known.changes += 1;
            known.registered.insert(library.name.clone());
            known.libraries.insert(library.name.clone(), library)
        });
    }

    fn known(&self) -> RwLockReadGuard<'_, Known> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(&self, change: impl FnOnce(&mut Known) -> T) {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner));
    }
}
