//! `audit --json`: one document on standard output, also when some binaries could not be read.

use std::collections::BTreeSet;

use headcount_report::{BuildRecord, Graph, SiteRecord};
use headcount_sender::referrers::{Crate, SiteUse};
use serde::Serialize;

use super::Unread;
use super::finding::Finding;
use super::knowledge::Origin;
use crate::output;

/// The whole document.
#[derive(Serialize)]
struct Audit<'a> {
    /// Format version.
    headcount: u8,
    binaries: Vec<Binary<'a>>,
    unread: Vec<Refusal>,
}

#[derive(Serialize)]
struct Binary<'a> {
    path: String,
    libraries: &'a [BuildRecord],
    /// Sites that the linker kept, the deprecated ones first.
    sites: Vec<Site<'a>>,
    /// The application's graph; null where its binary holds none.
    application: Option<&'a Graph>,
    /// Where it is known from who refers to the sites.
    referrers_from: ReferrersFrom,
    /// What could not be used: one sentence each.
    problems: Vec<&'a str>,
}

#[derive(Serialize)]
struct Site<'a> {
    #[serde(flatten)]
    record: &'a SiteRecord,
    /// Null if it is not known.
    referrers: Option<SiteReferrers<'a>>,
}

#[derive(Serialize)]
struct SiteReferrers<'a> {
    crates: BTreeSet<CrateVersion<'a>>,
    library_itself: bool,
}

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct CrateVersion<'a> {
    name: &'a str,
    version: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum ReferrersFrom {
    /// The libraries that the executable is linked from.
    Build,
    /// All libraries of its build, other programs and build scripts included.
    WholeBuild,
    /// The newest libraries in this folder.
    Folder(String),
    /// Nowhere.
    Unknown,
}

#[derive(Serialize)]
struct Refusal {
    path: String,
    error: String,
}

pub(super) fn print(findings: &[Finding], unread: &[Unread]) -> anyhow::Result<()> {
    let audit = Audit {
        headcount: 1,
        binaries: findings.iter().map(Binary::of).collect(),
        unread: unread.iter().map(Refusal::of).collect(),
    };
    output::json(&audit)
}

impl<'a> Binary<'a> {
    fn of(finding: &'a Finding) -> Self {
        let sites = finding.sites(true).chain(finding.sites(false));
        let problems = finding.scan.problems.iter().chain(&finding.referrers.problems);
        Self {
            path: finding.path.display().to_string(),
            libraries: &finding.scan.builds,
            sites: sites.map(|record| Site::of(record, finding.site_use(record))).collect(),
            application: finding.scan.application.as_ref(),
            referrers_from: ReferrersFrom::of(&finding.origin),
            problems: problems.map(String::as_str).collect(),
        }
    }
}

impl<'a> Site<'a> {
    fn of(record: &'a SiteRecord, site_use: Option<&'a SiteUse>) -> Self {
        let referrers = site_use.map(|site_use| SiteReferrers {
            crates: site_use.crates.iter().map(CrateVersion::of).collect(),
            library_itself: site_use.library_itself,
        });
        Self { record, referrers }
    }
}

impl<'a> CrateVersion<'a> {
    fn of(krate: &'a Crate) -> Self {
        Self { name: &krate.name, version: krate.version.as_deref() }
    }
}

impl ReferrersFrom {
    fn of(origin: &Origin) -> Self {
        match origin {
            Origin::Build(Some(_)) => Self::Build,
            Origin::Build(None) => Self::WholeBuild,
            Origin::Folder(folder) => Self::Folder(folder.display().to_string()),
            Origin::Unknown => Self::Unknown,
        }
    }
}

impl Refusal {
    fn of(Unread { path, error }: &Unread) -> Self {
        Self { path: path.display().to_string(), error: format!("{error:#}") }
    }
}
