//! What one binary holds, and who refers to it.

use std::path::{Path, PathBuf};

use headcount_report::SiteRecord;
use headcount_sender::referrers::{self, Deps, Referrers, Rlib, SiteUse};
use headcount_sender::scan::{self, Scan, ScanError};

use super::progress::Progress;

/// One binary.
pub(super) struct Finding {
    pub(super) path: PathBuf,
    pub(super) scan: Scan,
    pub(super) referrers: Referrers,
    pub(super) known: Known,
}

/// Where it is known from who refers to a site.
pub(super) enum Known {
    /// The build that was made just now.
    Build {
        /// Its libraries.
        rlibs: Vec<Rlib>,
        /// Whether those are only the ones that this executable is linked from.
        rlibs_are_its_own: bool,
    },
    /// The target folder around the binary.
    Deps(Deps),
    /// It is not known.
    Nothing,
}

impl Finding {
    pub(super) fn read(path: &Path, known: Known, progress: &Progress) -> Result<Self, ScanError> {
        let scan = scan::file_with_progress(path, &mut |bytes| progress.add(bytes))?;
        let has_sites = !scan.sites.is_empty();
        let referrers = known.rlibs().filter(|_| has_sites).map(referrers::find);
        Ok(Self { path: path.to_owned(), scan, referrers: referrers.unwrap_or_default(), known })
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
        self.referrers.sites.get(site)
    }
}

impl Known {
    fn rlibs(&self) -> Option<&[Rlib]> {
        match self {
            Self::Build { rlibs, .. } => Some(rlibs),
            Self::Deps(deps) => Some(&deps.rlibs),
            Self::Nothing => None,
        }
    }
}
