//! Which sites a library has, and which of them its tests hit.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Result, ensure};
use headcount_report::spool;
use headcount_report::{Record, SitePath};
use headcount_sender::merge::Merged;
use headcount_sender::scan;
use headcount_sender::spool::Spool;

/// The sites of an rlib.
#[derive(Debug, Default)]
pub(super) struct Sites {
    pub(super) paths: BTreeSet<SitePath>,
    /// Names that a site has which another one has too: counts of the two could not be told apart.
    pub(super) same_name: Vec<SitePath>,
}

impl Sites {
    pub(super) fn of(library: &str, rlib: &Path) -> Result<Self> {
        let records = scan::records(rlib)?;
        ensure!(records.problems.is_empty(), "its records: {}", records.problems.join("; "));
        let mut sites = Self::default();
        for record in records.records {
            if let Record::Site(site) = record
                && site.library.as_str() == library
                && !sites.paths.insert(site.path.clone())
            {
                sites.same_name.push(site.path);
            }
        }
        Ok(sites)
    }
}

/// The sites of a library that a spool speaks of.
pub(super) fn hits(library: &str, folder: &Path) -> Result<BTreeSet<SitePath>> {
    let spool = Spool::open(folder)?;
    let mut merged = Merged::default();
    for week in spool.weeks()? {
        let lines = spool::decode(&spool.read(week)?);
        ensure!(lines.unreadable == 0, "{} lines of the spool are broken", lines.unreadable);
        merged.extend(lines.lines);
    }
    let builds = spool.builds()?;
    ensure!(builds.bad == 0, "{} build records are broken", builds.bad);
    let is_it = |build| (builds.records.get(&build)?.library.as_str() == library).then_some(());
    Ok(merged.usage(is_it).remove(&()).unwrap_or_default().counts.into_keys().collect())
}
