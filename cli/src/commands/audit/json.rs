//! `audit --json`: one document on standard output, also when some binaries could not be read.
//!
//! `docs/audit.md` says what each field means; a test compares the two.

use std::collections::BTreeSet;

use headcount_report::{BuildRecord, Graph, SiteRecord};
use headcount_sender::referrers::{Crate, SiteUse};
use headcount_sender::scan::Scan;
use serde::Serialize;

use super::finding::{self, Finding, Shared, Unread};
use super::knowledge::Origin;
use crate::output;

/// Raised when a field changes its meaning or goes away.
const FORMAT: u8 = 1;

/// The whole document.
#[derive(Serialize)]
struct Audit<'a> {
    headcount: u8,
    binaries: Vec<Binary<'a>>,
    unread: Vec<Refusal>,
}

#[derive(Serialize)]
struct Binary<'a> {
    path: String,
    #[serde(flatten)]
    contents: Contents<'a>,
    shared_libraries: Vec<SharedLibrary<'a>>,
    elsewhere: &'a BTreeSet<String>,
    application: Option<&'a Graph>,
    referrers_from: ReferrersFrom,
    referrers_folder: Option<String>,
    referrers_problems: &'a [String],
}

#[derive(Serialize)]
struct SharedLibrary<'a> {
    name: &'a str,
    path: String,
    #[serde(flatten)]
    contents: Contents<'a>,
}

/// What one file holds.
#[derive(Serialize)]
struct Contents<'a> {
    libraries: Vec<Library<'a>>,
    sites: Vec<Site<'a>>,
    problems: Vec<&'a str>,
}

#[derive(Serialize)]
struct Library<'a> {
    #[serde(flatten)]
    build: &'a BuildRecord,
    dependents: Option<Vec<CrateVersion>>,
}

#[derive(Serialize)]
struct Site<'a> {
    #[serde(flatten)]
    record: &'a SiteRecord,
    referrers: Option<SiteReferrers>,
}

#[derive(Serialize)]
struct SiteReferrers {
    crates: Vec<CrateVersion>,
    library_itself: bool,
}

#[derive(Serialize)]
struct CrateVersion {
    name: String,
    version: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum ReferrersFrom {
    /// The libraries that the executable is linked from.
    Build,
    /// All libraries of its build, other programs and build scripts included.
    WholeBuild,
    /// The newest libraries in a target folder.
    Folder,
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
        headcount: FORMAT,
        binaries: findings.iter().map(Binary::of).collect(),
        unread: unread.iter().map(Refusal::of).collect(),
    };
    output::json(&audit)
}

impl<'a> Binary<'a> {
    fn of(finding: &'a Finding) -> Self {
        let mut contents = Contents::of(finding, &finding.scan);
        contents.problems.extend(finding.problems.iter().map(String::as_str));
        let (referrers_from, referrers_folder) = match &finding.origin {
            Origin::Build { crates: Some(_), .. } => (ReferrersFrom::Build, None),
            Origin::Build { crates: None, .. } => (ReferrersFrom::WholeBuild, None),
            Origin::Folder(folder) => (ReferrersFrom::Folder, Some(folder.display().to_string())),
            Origin::Unknown => (ReferrersFrom::Unknown, None),
        };
        Self {
            path: finding.path.display().to_string(),
            contents,
            shared_libraries: finding
                .shared
                .iter()
                .map(|shared| SharedLibrary::of(finding, shared))
                .collect(),
            elsewhere: &finding.elsewhere,
            application: finding.scan.application.as_ref(),
            referrers_from,
            referrers_folder,
            referrers_problems: &finding.referrers.problems,
        }
    }
}

impl<'a> SharedLibrary<'a> {
    fn of(finding: &'a Finding, Shared { name, path, scan }: &'a Shared) -> Self {
        Self { name, path: path.display().to_string(), contents: Contents::of(finding, scan) }
    }
}

impl<'a> Contents<'a> {
    fn of(finding: &'a Finding, scan: &'a Scan) -> Self {
        let library = |build: &'a BuildRecord| {
            let name = build.library.to_string();
            let krate = Crate { name, version: Some(build.version.clone()) };
            let dependents = finding.origin.dependents(&krate).map(CrateVersion::all);
            Library { build, dependents }
        };
        let sites = finding::sites(scan, true).chain(finding::sites(scan, false));
        let site = |record| Site {
            record,
            referrers: finding.site_use(record).cloned().map(SiteReferrers::of),
        };
        Self {
            libraries: scan.builds.iter().map(library).collect(),
            sites: sites.map(site).collect(),
            problems: scan.problems.iter().map(String::as_str).collect(),
        }
    }
}

impl SiteReferrers {
    fn of(site_use: SiteUse) -> Self {
        let SiteUse { crates, library_itself, .. } = site_use;
        Self { crates: CrateVersion::all(crates), library_itself }
    }
}

impl CrateVersion {
    fn all(crates: BTreeSet<Crate>) -> Vec<Self> {
        crates.into_iter().map(|Crate { name, version }| Self { name, version }).collect()
    }
}

impl Refusal {
    fn of(Unread { path, error }: &Unread) -> Self {
        Self { path: path.display().to_string(), error: format!("{error:#}") }
    }
}
