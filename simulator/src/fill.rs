//! Simulated weeks in a store.

use headcount_collector::ingest::sum;
use headcount_collector::library::Site;
use headcount_collector::store::{Store, StoreError, Summed};
use headcount_report::{Manifest, Report};

use crate::year::Year;

/// Reports in one transaction.
const GROUP: usize = 1_000;

/// Registers the library of a year and adds its reports, closed weeks included, as a collector that
/// had been there would have.
///
/// # Errors
/// When the store cannot be read or written.
pub fn fill(store: &dyn Store, year: &Year) -> Result<(), StoreError> {
    let manifests = year.manifests();
    for manifest in &manifests {
        register(store, manifest)?;
    }
    let Some(first) = manifests.first() else { return Ok(()) };
    let library = store.library(&first.library)?;
    let summed = |report: &Report| Summed {
        week: report.week,
        sections: report
            .sections
            .iter()
            .map(|section| sum::sum(section, library.as_ref()).bits)
            .collect(),
    };
    let mut reports = year.reports().peekable();
    while reports.peek().is_some() {
        let group: Vec<_> = reports.by_ref().take(GROUP).collect();
        store.add(&group.iter().map(summed).collect::<Vec<_>>(), &mut |_, _| true)?;
    }
    store.fold()
}

/// Registers a manifest as the collector does.
///
/// # Errors
/// When the store cannot be read or written.
pub fn register(store: &dyn Store, manifest: &Manifest) -> Result<(), StoreError> {
    let library = store.library(&manifest.library)?;
    let is_known = |path| library.as_ref().is_some_and(|library| library.site(path).is_some());
    let new = manifest.sites.iter().filter(|(path, _)| !is_known(path));
    let new: Vec<_> =
        new.map(|(path, site)| Site { path: path.clone(), kind: site.kind }).collect();
    let first_index = library.as_ref().map_or(0, |library| library.sites().len());
    store.put_manifest(manifest, &new, first_index)
}

#[cfg(test)]
mod tests {
    use headcount_collector::answer::removal::{self, VerdictKind};
    use headcount_collector::answer::tally::Tally;
    use headcount_collector::publish::{Publication, View};
    use headcount_collector::store::MemoryStore;
    use headcount_report::Week;

    use super::*;

    #[test]
    fn a_year_can_be_asked() {
        let store = MemoryStore::new();
        let running: Week = "2026-W47".parse().unwrap();
        let name: headcount_report::CrateName = "courier".parse().unwrap();
        let year = Year::new(name.clone(), 1, running.plus(-1), 1_600).over(12);
        fill(&store, &year).unwrap();
        let library = store.library(&name).unwrap().unwrap();
        let rows = store.sums(&name, running.plus(-26)..=running, Tally::SITES).unwrap();
        let tally = Tally::of(&library, &rows, running, View::ALL, Publication::of_everything());
        let question = removal::Question::parse(removal::Asked::default()).unwrap();
        let answer = removal::answer(&library, &tally, &question).unwrap();
        let verdict = |path: &str| {
            let site = answer.sites.iter().find(|site| site.path.as_str() == path).unwrap();
            site.verdict.kind
        };
        assert_eq!(verdict("client::Client::send_blocking"), VerdictKind::NotYet);
        assert_ne!(verdict("pool::Pool::shrink"), VerdictKind::NotYet);
    }

    #[test]
    fn the_same_seed_gives_the_same_year() {
        let year = |seed| {
            let year = Year::new("courier".parse().unwrap(), seed, "2026-W47".parse().unwrap(), 20);
            year.over(4).reports().collect::<Vec<_>>()
        };
        assert_eq!(year(7), year(7));
        assert_ne!(year(7), year(8));
    }
}
