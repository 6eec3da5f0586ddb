//! What is registered of the libraries that reports are about, for every thread that takes reports
//! apart.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use headcount_report::{CrateName, Report, Section};

use super::admit::Admitted;
use super::sum::{self, Sum};
use crate::error::Error;
use crate::library::Library;
use crate::store::{Store, StoreError, Summed};

/// Registered libraries, as far as a report was about them.
///
/// Only what the store has is kept, so that invented names cannot fill the memory.
#[derive(Default)]
pub(super) struct Catalogue(RwLock<Known>);

#[derive(Default)]
struct Known {
    libraries: HashMap<CrateName, Library>,
    /// How often something was registered.
    changes: u64,
}

/// A report, taken apart.
pub(super) struct Parts {
    pub(super) summed: Summed,
    /// What of it is unknown.
    pub(super) unknown: Admitted,
    /// Whether all its libraries are in the catalogue: of one that is not, the store may know.
    is_sure: bool,
    changes: u64,
}

impl Catalogue {
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
            parts.is_sure &= library.is_some();
            parts.unknown.unknown_libraries += u64::from(!is_known);
            parts.unknown.unknown_sites += unknown_sites;
            parts.summed.sections.push(bits);
        }
        parts
    }

    /// The same parts if nothing was missing and nothing has been registered since; or else those by
    /// all that is registered now, which needs the store.
    pub(super) fn renew(
        &self,
        parts: Parts,
        report: &[u8],
        store: &dyn Store,
    ) -> Result<Parts, Error> {
        if parts.is_sure && parts.changes == self.known().changes {
            return Ok(parts);
        }
        let report = Report::decode(report)?;
        for Section { library, .. } in &report.sections {
            if !self.known().libraries.contains_key(library) {
                self.library(library, store)?;
            }
        }
        Ok(self.take_apart(&report))
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
