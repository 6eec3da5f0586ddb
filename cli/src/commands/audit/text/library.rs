//! The counted libraries of one file, and its application's graph.

use std::collections::{BTreeMap, BTreeSet};

use headcount_report::build::{Dependency, Source};
use headcount_report::graph::{Package, Resolved};
use headcount_report::{BuildRecord, CrateName, Graph, SiteRecord};
use headcount_sender::referrers::Crate;
use headcount_sender::scan::Scan;

use super::Part;
use super::block::{Block, list};
use super::deprecated::crate_name;
use crate::commands::audit::finding::sites;
use crate::output::{BOLD, DIM, count, plain};

pub(super) fn section(block: &mut Block<'_>, part: Part<'_>, build: &BuildRecord) {
    let BuildRecord { library, version, .. } = build;
    block.gap();
    block.line(format_args!("{BOLD}{library} {}{BOLD:#}", plain(version)));
    let mut block = block.within();
    block.fact("built", &made(build));
    if let Some(collector) = &build.collector {
        block.fact("collector", collector);
    }
    let features = build.features.as_ref().map(|features| list(&features.enabled));
    block.fact("features", features.as_deref().unwrap_or("unknown"));
    let dependencies = build.dependencies.as_ref().map(|all| list(versions(all)));
    block.fact("dependencies", dependencies.as_deref().unwrap_or("unknown"));
    if !build.system.is_empty() {
        let system = build.system.iter().map(|(name, version)| format!("{name} {version}"));
        block.fact("system", &list(system));
    }
    let krate = Crate { name: library.to_string(), version: Some(version.clone()) };
    if let Some(dependents) = part.finding.origin.dependents(&krate) {
        block.fact("needed by", &list(dependents.iter().map(crate_name)));
    }
    let is_of = |site: &&SiteRecord| (&site.library, &site.version) == (library, version);
    block.facts("kept", sites(part.scan, false).filter(is_of).map(|site| site.path.to_string()));
}

/// Who made a library, from what, for what.
fn made(build: &BuildRecord) -> String {
    let BuildRecord { rustc, target, profile, .. } = build;
    let source = match build.source {
        Source::CratesIo => "crates.io",
        Source::Git => "git",
        Source::Local => "a local folder",
        Source::Unknown => "an unknown source",
    };
    format!("from {source}, by rustc {rustc}, {profile}, for {target}")
}

/// Versions of the library's dependencies. That it depends on headcount goes without saying.
fn versions(
    dependencies: &BTreeMap<CrateName, BTreeSet<Dependency>>,
) -> impl Iterator<Item = String> {
    let others = dependencies.iter().filter(|(name, _)| name.as_str() != "headcount");
    others.flat_map(|(name, versions)| {
        versions.iter().map(move |version| format!("{name} {}", String::from(version.clone())))
    })
}

/// Sites whose library left no build record: a newer or an older headcount than this one made it.
pub(super) fn strays(block: &mut Block<'_>, scan: &Scan) {
    let has_build = |site: &&SiteRecord| {
        let mut builds = scan.builds.iter();
        builds.any(|build| (&build.library, &build.version) == (&site.library, &site.version))
    };
    let strays: Vec<_> = sites(scan, false).filter(|site| !has_build(site)).collect();
    if strays.is_empty() {
        return;
    }
    block.gap();
    block.line("Of libraries without a build record");
    for SiteRecord { library, version, path, .. } in strays {
        block.within().line(format_args!("{library} {}  {path}", plain(version)));
    }
}

pub(super) fn application(block: &mut Block<'_>, graph: &Graph, with_graph: bool) {
    let name = plain(&format!("{} {}", graph.name, graph.version));
    block.gap();
    block.line(format_args!("{BOLD}{name}{BOLD:#}  {DIM}the application{DIM:#}"));
    let mut block = block.within();
    let packages = match &graph.resolved {
        Resolved::Packages(packages) => packages,
        Resolved::Unknown(reason) => return block.fact("packages", &format!("unknown: {reason}")),
    };
    let linked = packages.iter().filter(|package| package.linked).count();
    let hint = if with_graph { "" } else { " (--graph lists them)" };
    let others = packages.len() - linked;
    let linked = count(linked, "is linked", "are linked");
    block.fact("packages", &format!("{linked}, {others} only for build scripts and macros{hint}"));
    for package in packages.iter().filter(|_| with_graph) {
        self::package(&mut block, package);
    }
}

fn package(block: &mut Block<'_>, package: &Package) {
    let Package { name, version, source, linked, .. } = package;
    let name = plain(&format!("{name} {version}"));
    let purpose = if *linked { "" } else { ", build only" };
    block.line(format_args!("{name}  {DIM}{}{purpose}{DIM:#}", source.as_str()));
}
