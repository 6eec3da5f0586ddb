//! What one binary holds, with the shared libraries that it needs, and who refers to it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use headcount_report::SiteRecord;
use headcount_report::graph::Resolved;
use headcount_sender::referrers::{Referrers, SiteUse};
use headcount_sender::scan::{self, Scan, SharedLibraries};

use super::knowledge::{Knowledge, Origin};
use crate::progress::Progress;

/// One binary.
pub(super) struct Finding {
    pub(super) path: PathBuf,
    pub(super) scan: Rc<Scan>,
    /// The shared libraries of its build that it needs.
    pub(super) shared: Vec<Shared>,
    /// Names of the other shared libraries that it needs. They were not read.
    pub(super) elsewhere: BTreeSet<String>,
    /// What could not be used when its shared libraries were looked for.
    pub(super) problems: Vec<String>,
    pub(super) referrers: Referrers,
    pub(super) origin: Origin,
}

/// A shared library that a binary needs.
pub(super) struct Shared {
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) scan: Rc<Scan>,
}

/// A file that could not be read.
pub(super) struct Unread {
    pub(super) path: PathBuf,
    pub(super) error: anyhow::Error,
}

/// Reads binaries, and the shared libraries that they need: many at a time, and each file once.
pub(super) fn read(
    targets: Vec<(PathBuf, Origin)>,
    knowledge: &mut Knowledge,
) -> (Vec<Finding>, Vec<Unread>) {
    let needed: Vec<_> = targets.iter().map(|(path, _)| scan::shared_libraries(path)).collect();
    let mut scans = BTreeMap::new();
    let mut unread = Vec::new();
    let paths = distinct(&targets, &needed);
    let progress = Progress::over(paths.iter().map(PathBuf::as_path));
    let scanned = scan::files(&paths, &|bytes| progress.add(bytes));
    for (path, scan) in paths.into_iter().zip(scanned) {
        match scan {
            Ok(scan) => drop(scans.insert(path, Rc::new(scan))),
            Err(error) => unread.push(Unread { path, error: error.into() }),
        }
    }
    let findings = targets.into_iter().zip(needed).filter_map(|((path, origin), needed)| {
        Finding::new(path, origin, needed, &scans).map(|finding| finding.explained_by(knowledge))
    });
    (findings.collect(), unread)
}

/// Every file once: the binaries, and then the shared libraries.
fn distinct(targets: &[(PathBuf, Origin)], needed: &[SharedLibraries]) -> Vec<PathBuf> {
    let binaries = targets.iter().map(|(path, _)| path);
    let libraries = needed.iter().flat_map(|libraries| &libraries.found).map(|found| &found.path);
    let mut seen = BTreeSet::new();
    binaries.chain(libraries).filter(|path| seen.insert(*path)).cloned().collect()
}

impl Finding {
    /// `None` if the binary itself could not be read.
    fn new(
        path: PathBuf,
        origin: Origin,
        needed: SharedLibraries,
        scans: &BTreeMap<PathBuf, Rc<Scan>>,
    ) -> Option<Self> {
        let shared = needed.found.into_iter().filter_map(|library| {
            let scan = Rc::clone(scans.get(&library.path)?);
            Some(Shared { name: library.name, path: library.path, scan })
        });
        Some(Self {
            scan: Rc::clone(scans.get(&path)?),
            path,
            shared: shared.collect(),
            elsewhere: needed.elsewhere,
            problems: needed.problems,
            referrers: Referrers::default(),
            origin,
        })
    }

    /// Looks up who refers to its sites, if there are any.
    fn explained_by(mut self, knowledge: &mut Knowledge) -> Self {
        if self.files().any(|(_, scan)| !scan.sites.is_empty()) {
            self.referrers = knowledge.of(&self.origin);
            let graph = self.scan.application.as_ref();
            if let Some(Resolved::Packages(packages)) = graph.map(|graph| &graph.resolved) {
                self.referrers.name_by(packages);
            }
        }
        self
    }

    /// The binary, and the shared libraries that it needs.
    pub(super) fn files(&self) -> impl Iterator<Item = (&Path, &Scan)> {
        let shared = self.shared.iter().map(|shared| (shared.path.as_path(), &*shared.scan));
        std::iter::once((self.path.as_path(), &*self.scan)).chain(shared)
    }

    /// How many deprecated sites these files hold.
    pub(super) fn deprecated_count(&self) -> usize {
        let sites: BTreeSet<_> = self.files().flat_map(|(_, scan)| sites(scan, true)).collect();
        sites.len()
    }

    /// Whether something of these files could not be used.
    pub(super) fn is_partial(&self) -> bool {
        !self.problems.is_empty() || self.files().any(|(_, scan)| !scan.problems.is_empty())
    }

    /// Who refers to a site; `None` if that is not known.
    pub(super) fn site_use(&self, site: &SiteRecord) -> Option<&SiteUse> {
        self.referrers.of(site)
    }
}

/// The deprecated sites of a file, or the others.
pub(super) fn sites(scan: &Scan, are_deprecated: bool) -> impl Iterator<Item = &SiteRecord> {
    scan.sites.iter().filter(move |site| site.deprecated.is_some() == are_deprecated)
}
