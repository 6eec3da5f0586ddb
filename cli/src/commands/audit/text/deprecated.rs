//! The deprecated sites of one file, and who uses them.

use headcount_report::{Deprecation, SiteRecord};
use headcount_sender::referrers::{Crate, SiteUse};

use super::Part;
use super::block::{Block, list};
use crate::commands::audit::finding::sites;
use crate::commands::audit::knowledge::Origin;
use crate::output::{BOLD, DIM, WARNING, plain};

pub(super) fn section(block: &mut Block<'_>, part: Part<'_>) {
    let Part { finding, scan, .. } = part;
    if sites(scan, true).next().is_none() {
        return;
    }
    block.gap();
    block.line(format_args!("{WARNING}Deprecated{WARNING:#}, and kept by the linker"));
    let mut block = block.within();
    for site in sites(scan, true) {
        self::site(&mut block, part, site);
    }
    for problem in &finding.referrers.problems {
        let problem = plain(problem);
        block.line(format_args!("{DIM}Who uses it is not known completely: {problem}.{DIM:#}"));
    }
}

fn site(block: &mut Block<'_>, part: Part<'_>, site: &SiteRecord) {
    let SiteRecord { library, version, path, .. } = site;
    let deprecation = site.deprecated.clone().unwrap_or_default();
    block.line(format_args!("{BOLD}{path}{BOLD:#}"));
    let mut block = block.within();
    block.fact("library", &format!("{library} {version}"));
    if let Some(dates) = dates(&deprecation) {
        block.fact("deprecated", &dates);
    }
    if let Some(note) = &deprecation.note {
        block.fact("note", note);
    }
    block.fact("used by", &users(part, site));
}

/// `since 1.2.0, to be removed in 2.0.0`
fn dates(deprecation: &Deprecation) -> Option<String> {
    let part = |words: &str, version: &Option<String>| {
        version.as_ref().map(|version| format!("{words} {version}"))
    };
    let since = part("since", &deprecation.since);
    let parts: Vec<_> =
        since.into_iter().chain(part("to be removed in", &deprecation.remove_in)).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn users(part: Part<'_>, site: &SiteRecord) -> String {
    let Some(SiteUse { crates, library_itself, .. }) = part.finding.site_use(site) else {
        return match part.finding.origin {
            Origin::Unknown => "unknown: this file does not lie in its target folder",
            _ => "unknown: the libraries of its build do not tell",
        }
        .to_owned();
    };
    let itself = library_itself.then(|| format!("{} itself", site.library));
    let names: Vec<_> = crates.iter().map(crate_name).chain(itself).collect();
    if names.is_empty() { unnamed(part, site).to_owned() } else { list(names) }
}

/// Who can use a site that the linker kept, although no library refers to it.
fn unnamed(Part { finding, is_shared, .. }: Part<'_>, site: &SiteRecord) -> &'static str {
    let library = Crate { name: site.library.to_string(), version: Some(site.version.clone()) };
    let dependents = finding.origin.dependents(&library);
    let is_program = |krate: &Crate| finding.origin.is_program(krate);
    if is_shared {
        "perhaps nobody: a shared library keeps what it exports"
    } else if dependents.is_some_and(|dependents| dependents.iter().all(is_program)) {
        "the program's own code"
    } else {
        "the program's own code, or generic or inline code of a crate that needs the library"
    }
}

/// A crate's name, with its version if that is known.
pub(super) fn crate_name(krate: &Crate) -> String {
    match &krate.version {
        Some(version) => format!("{} {version}", krate.name),
        None => krate.name.clone(),
    }
}
