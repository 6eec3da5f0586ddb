//! What one binary holds, and who refers to it.

use std::path::{Path, PathBuf};

use headcount_report::SiteRecord;
use headcount_report::graph::Resolved;
use headcount_sender::referrers::{Referrers, SiteUse};
use headcount_sender::scan::{self, Scan, ScanError};

use super::knowledge::{Knowledge, Origin};
use crate::progress::Progress;

/// One binary.
pub(super) struct Finding {
    pub(super) path: PathBuf,
    pub(super) scan: Scan,
    pub(super) referrers: Referrers,
    pub(super) origin: Origin,
}

impl Finding {
    pub(super) fn read(
        path: &Path,
        origin: Origin,
        knowledge: &mut Knowledge,
        progress: &Progress,
    ) -> Result<Self, ScanError> {
        let scan = scan::file_with_progress(path, &mut |bytes| progress.add(bytes))?;
        let mut referrers =
            if scan.sites.is_empty() { Referrers::default() } else { knowledge.of(&origin) };
        if let Some(Resolved::Packages(packages)) =
            scan.application.as_ref().map(|graph| &graph.resolved)
        {
            referrers.name_by(packages);
        }
        Ok(Self { path: path.to_owned(), scan, referrers, origin })
    }

    /// The deprecated sites, or the others.
    pub(super) fn sites(&self, are_deprecated: bool) -> impl Iterator<Item = &SiteRecord> {
        self.scan.sites.iter().filter(move |site| site.deprecated.is_some() == are_deprecated)
    }

    pub(super) fn has_deprecated(&self) -> bool {
        self.sites(true).next().is_some()
    }

    /// Who refers to a site; `None` if that is not known.
    pub(super) fn site_use(&self, site: &SiteRecord) -> Option<&SiteUse> {
        self.referrers.of(site)
    }
}
