//! A year into a store, past the network: what a collector would have in it that had run all year.

use std::collections::HashMap;

use headcount_collector::ingest::sum;
use headcount_collector::library::{Library, Site};
use headcount_collector::store::{Store, StoreError, Summed};
use headcount_report::limits::OPEN_WEEKS;
use headcount_report::{CrateName, Manifest, Report, Week};

use crate::year::Year;

/// Reports that go into one transaction, as with a collector that has much to do.
const GROUP: usize = 128;

/// Registers a year's library and adds its reports, each week in the week after it.
///
/// Reports are taken apart by the collector's own code. Closed weeks take none by HTTP, so a year
/// cannot come that way; what else is left out is the limit of a network, and so the flood.
///
/// # Errors
/// When the store refuses.
pub fn fill(store: &dyn Store, year: &Year) -> Result<(), StoreError> {
    for manifest in year.manifests() {
        register(store, &manifest)?;
    }
    for week in year.weeks() {
        fill_week(store, year, week)?;
    }
    store.fold()
}

/// Adds the reports about one week, in the week after it.
///
/// # Errors
/// When the store refuses.
pub fn fill_week(store: &dyn Store, year: &Year, week: Week) -> Result<(), StoreError> {
    let running = week.plus(1);
    store.close_before(running.plus(-i32::from(OPEN_WEEKS)))?;
    let mut libraries = HashMap::new();
    let mut group = Vec::with_capacity(GROUP);
    for report in year.reports(week) {
        group.push(summed(store, &mut libraries, &report)?);
        if group.len() == GROUP {
            store.add(&group, &mut |_, _| true)?;
            group.clear();
        }
    }
    if !group.is_empty() {
        store.add(&group, &mut |_, _| true)?;
    }
    Ok(())
}

/// Registers one version of a library.
///
/// # Errors
/// When the store refuses.
pub fn register(store: &dyn Store, manifest: &Manifest) -> Result<(), StoreError> {
    let known = store.library(&manifest.library)?;
    let known = known.unwrap_or_else(|| Library::new(manifest.library.clone()));
    let new_sites = manifest.sites.iter().filter(|(path, _)| known.site(path).is_none());
    let new_sites: Vec<_> =
        new_sites.map(|(path, site)| Site { path: path.clone(), kind: site.kind }).collect();
    store.put_manifest(manifest, &new_sites, known.sites().len())
}

/// A report taken apart, with what is registered.
fn summed(
    store: &dyn Store,
    libraries: &mut HashMap<CrateName, Option<Library>>,
    report: &Report,
) -> Result<Summed, StoreError> {
    let mut sections = Vec::with_capacity(report.sections.len());
    for section in &report.sections {
        if !libraries.contains_key(&section.library) {
            libraries.insert(section.library.clone(), store.library(&section.library)?);
        }
        let library = libraries.get(&section.library).and_then(Option::as_ref);
        sections.push(sum::sum(section, library).bits);
    }
    Ok(Summed { week: report.week, sections })
}
