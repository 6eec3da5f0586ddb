//! The draft: what a report would say. Nothing is written or sent by making one.

use std::collections::{BTreeMap, BTreeSet};

use headcount_report::build::Dependency;
use headcount_report::{
    BuildRecord, CrateName, Fact, Facts, FeatureName, PlainVersion, Report, RustcVersion, Section,
    SectionId, SitePath, SystemVersion, Target, Week, spool,
};

use crate::collector::CollectorUrl;
use crate::consent::{Consent, Withheld};
use crate::executables::Executables;
use crate::merge::{Merged, Usage};
use crate::spool::Builds;

/// What is said in a report, and what did not fit.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The report. It may have no section; then there is nothing to send.
    pub report: Report,
    /// Libraries that are over a limit of the format.
    pub over_limit: BTreeSet<String>,
}

/// No random numbers are to be had, so no section can have an id.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the system gives no random numbers for the ids of sections: {0}")]
pub struct RandomError(getrandom::Error);

/// A library version as a report names it.
type Library = (CrateName, PlainVersion);

/// What the file of a week says, without the processes that had spoken in its first `before` bytes.
#[must_use]
pub fn said_since(file: &[u8], before: u64) -> Merged {
    let before = usize::try_from(before).map_or(file.len(), |before| before.min(file.len()));
    let earlier: Merged = spool::decode(&file[..before]).lines.into_iter().collect();
    let mut merged: Merged = spool::decode(file).lines.into_iter().collect();
    merged.forget(&earlier.processes());
    merged
}

/// Whether a library may be reported at all.
///
/// # Errors
/// Says why not.
pub fn reportable(record: &BuildRecord, consent: &Consent) -> Result<PlainVersion, Withheld> {
    consent.admits(record)?;
    record.version.parse().map_err(|_| Withheld::Version)
}

impl Draft {
    /// Says what one collector would be told about a week.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn new(
        week: Week,
        merged: &Merged,
        collector: &CollectorUrl,
        consent: &Consent,
        builds: &Builds,
        executables: &mut Executables,
    ) -> Result<Self, RandomError> {
        let library = |build| library_for(builds.records.get(&build)?, collector, consent);
        let mut sections = Vec::new();
        for (library, usage) in merged.usage(library) {
            let records: Vec<_> =
                usage.builds.iter().filter_map(|build| builds.records.get(build)).collect();
            let linked = linked(&library, &usage, merged, executables);
            sections.push(section(library, &usage, &records, linked.as_ref(), consent)?);
        }
        Ok(Self::within_limits(week, sections))
    }

    /// Leaves out what the format has no room for.
    fn within_limits(week: Week, sections: Vec<Section>) -> Self {
        let fits =
            |sections: Vec<Section>| Report::decode(&Report::new(week, sections).encode()).is_ok();
        let (mut sections, mut dropped): (Vec<_>, Vec<_>) =
            sections.into_iter().partition(|section| fits(vec![section.clone()]));
        while !fits(sections.clone()) {
            dropped.extend(sections.pop());
        }
        let name = |section: &Section| format!("{} {}", section.library, section.version);
        Self { over_limit: dropped.iter().map(name).collect(), report: Report::new(week, sections) }
    }
}

/// The library version under which a build is reported to a collector, if it is.
fn library_for(
    record: &BuildRecord,
    collector: &CollectorUrl,
    consent: &Consent,
) -> Option<Library> {
    let named: CollectorUrl = record.collector.as_deref()?.parse().ok()?;
    let version = reportable(record, consent).ok()?;
    (named == *collector).then(|| (record.library.clone(), version))
}

/// The sites that the linker kept in any executable of a library's processes; `None` when one of
/// them cannot be told.
fn linked(
    (library, version): &Library,
    usage: &Usage,
    merged: &Merged,
    executables: &mut Executables,
) -> Option<BTreeSet<SitePath>> {
    let mut sites = BTreeSet::new();
    for file in merged.executables(&usage.processes)? {
        let contents = executables.contents(file)?;
        sites.extend(contents.linked(library, version.as_str())?.iter().cloned());
    }
    Some(sites)
}

/// Puts a section together, from words of the closed vocabulary only.
fn section(
    (library, version): Library,
    usage: &Usage,
    records: &[&BuildRecord],
    linked: Option<&BTreeSet<SitePath>>,
    consent: &Consent,
) -> Result<Section, RandomError> {
    let mut sites: BTreeMap<SitePath, Facts> =
        usage.counts.iter().map(|(site, count)| (site.clone(), Facts::of_count(*count))).collect();
    for site in linked.into_iter().flatten() {
        sites.entry(site.clone()).or_default().insert(Fact::Linked);
    }
    Ok(Section {
        id: random_id()?,
        library,
        version,
        origin: consent.origin,
        scanned: linked.is_some(),
        rustc: records.iter().filter_map(|one| RustcVersion::of_full(&one.rustc).ok()).collect(),
        target: records.iter().filter_map(|one| one.target.parse::<Target>().ok()).collect(),
        features: features(records),
        dependencies: dependencies(records, consent),
        system: system(records),
        sites,
    })
}

/// The features that any build enabled; `None` when one build's are not known.
fn features(records: &[&BuildRecord]) -> Option<BTreeSet<FeatureName>> {
    let mut enabled = BTreeSet::new();
    for record in records {
        let features = record.features.as_ref()?;
        let declared = features.enabled.intersection(&features.declared);
        enabled.extend(declared.filter_map(|name| name.parse().ok()));
    }
    Some(enabled)
}

/// The versions of public dependencies that the owner lets be named.
fn dependencies(
    records: &[&BuildRecord],
    consent: &Consent,
) -> BTreeMap<CrateName, BTreeSet<PlainVersion>> {
    let mut dependencies = BTreeMap::<_, BTreeSet<_>>::new();
    for (name, versions) in records.iter().filter_map(|one| one.dependencies.as_ref()).flatten() {
        for version in versions {
            if let Dependency::Public(version) = version
                && let Ok(version) = version.parse()
                && consent.names(name)
            {
                dependencies.entry(name.clone()).or_default().insert(version);
            }
        }
    }
    dependencies
}

/// The versions of system libraries that are plain ones.
fn system(records: &[&BuildRecord]) -> BTreeMap<CrateName, BTreeSet<SystemVersion>> {
    let mut system = BTreeMap::<_, BTreeSet<_>>::new();
    for (name, version) in records.iter().flat_map(|record| &record.system) {
        if let (Ok(name), Ok(version)) = (name.parse(), version.parse()) {
            system.entry(name).or_default().insert(version);
        }
    }
    system
}

fn random_id() -> Result<SectionId, RandomError> {
    let mut id = [0; 16];
    getrandom::fill(&mut id).map_err(RandomError)?;
    Ok(SectionId(id))
}
