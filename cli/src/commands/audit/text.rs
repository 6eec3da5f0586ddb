//! What `audit` prints for a person.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display, Write};
use std::io;

use headcount_report::build::{Dependency, Source};
use headcount_report::graph::{Package, Resolved};
use headcount_report::{BuildRecord, CrateName, Deprecation, Graph, SiteRecord};
use headcount_sender::referrers::{Crate, SiteUse};

use super::finding::Finding;
use super::knowledge::Origin;
use crate::output::{self, BOLD, DIM, WARNING, count, plain};

/// What the words mean. It stands once, below everything.
const MEANING: &str = "Kept by the linker means that the code is in the file, not that it runs.";

/// Prints all binaries to standard output, and what could not be used to standard error.
pub(super) fn print(findings: &[Finding], with_graph: bool) -> anyhow::Result<()> {
    let mut text = String::new();
    for finding in findings {
        binary(&mut text, finding, with_graph)?;
        text.push('\n');
    }
    if findings.iter().any(|finding| !finding.scan.sites.is_empty()) {
        writeln!(text, "{DIM}{MEANING}{DIM:#}")?;
    }
    let bases: BTreeSet<_> = findings.iter().filter_map(basis).collect();
    for basis in bases {
        writeln!(text, "{DIM}{}{DIM:#}", output::paragraph(0, &basis))?;
    }
    match io::Write::write_all(&mut anstream::stdout(), text.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        written => written?,
    }
    findings.iter().for_each(warn);
    Ok(())
}

fn warn(finding: &Finding) {
    for problem in &finding.scan.problems {
        output::warning(format_args!("{}: {}", finding.path.display(), plain(problem)));
    }
}

fn binary(text: &mut String, finding: &Finding, with_graph: bool) -> fmt::Result {
    writeln!(text, "{BOLD}{}{BOLD:#}", plain(&finding.path.display().to_string()))?;
    writeln!(text, "  {}", summary(finding))?;
    if finding.has_deprecated() {
        writeln!(text, "\n  {WARNING}Deprecated{WARNING:#}, and kept by the linker")?;
        for site in finding.sites(true) {
            deprecated(text, finding, site)?;
        }
        for problem in &finding.referrers.problems {
            writeln!(
                text,
                "    {DIM}Who refers to it is not known completely: {}.{DIM:#}",
                plain(problem)
            )?;
        }
    }
    for build in &finding.scan.builds {
        library(text, finding, build)?;
    }
    strays(text, finding)?;
    if let Some(graph) = &finding.scan.application {
        application(text, graph, with_graph)?;
    }
    Ok(())
}

fn summary(finding: &Finding) -> String {
    let libraries = finding.scan.builds.len();
    let (deprecated, others) = (finding.sites(true).count(), finding.sites(false).count());
    if libraries + deprecated + others == 0 {
        return "no counted library: none is linked, or counting is disabled".to_owned();
    }
    let libraries = count(libraries, "counted library", "counted libraries");
    let sites = count(deprecated + others, "tracked API", "tracked APIs");
    format!("{libraries}; {sites} kept by the linker, {deprecated} of them deprecated")
}

fn deprecated(text: &mut String, finding: &Finding, site: &SiteRecord) -> fmt::Result {
    let SiteRecord { library, version, path, .. } = site;
    let deprecation = site.deprecated.clone().unwrap_or_default();
    writeln!(
        text,
        "    {BOLD}{path}{BOLD:#}  {library} {}{}",
        plain(version),
        dates(&deprecation)
    )?;
    if let Some(note) = &deprecation.note {
        writeln!(text, "      {}", plain(note))?;
    }
    writeln!(text, "      {}", referrers(finding, site))
}

/// `, deprecated since 1.2.0, to be removed in 2.0.0`
fn dates(deprecation: &Deprecation) -> String {
    let part = |words: &str, version: &Option<String>| {
        version.as_ref().map_or_else(String::new, |version| format!(", {words} {}", plain(version)))
    };
    part("deprecated since", &deprecation.since) + &part("to be removed in", &deprecation.remove_in)
}

fn referrers(finding: &Finding, site: &SiteRecord) -> String {
    match finding.site_use(site) {
        None => "who refers to it is not known".to_owned(),
        Some(SiteUse { crates, library_itself, .. }) => {
            let mut names: Vec<_> = crates.iter().map(crate_name).collect();
            if *library_itself {
                names.push(format!("{} itself", site.library));
            }
            if names.is_empty() {
                "no library refers to it: the program's own code does, or generic code in it"
                    .to_owned()
            } else {
                format!("{} to it", refer(&names))
            }
        }
    }
}

/// `a 1.0.0 refers`, `a 1.0.0 and b 2.0.0 refer`
fn refer(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => format!("{BOLD}{one}{BOLD:#} refers"),
        [first @ .., last] => {
            format!("{BOLD}{}{BOLD:#} and {BOLD}{last}{BOLD:#} refer", first.join(", "))
        }
    }
}

fn crate_name(krate: &Crate) -> String {
    match &krate.version {
        Some(version) => format!("{} {}", plain(&krate.name), plain(version)),
        None => plain(&krate.name),
    }
}

/// One sentence, where it matters: from where it is known who refers to what.
fn basis(finding: &Finding) -> Option<String> {
    let sentence = match &finding.origin {
        Origin::Build(Some(_)) => {
            "Who refers to it is what the libraries of this build tell; the program's own code may \
             refer to it too."
                .to_owned()
        }
        Origin::Build(None) => {
            "Who refers to it is what all libraries of this build tell, those of build scripts \
             included; the program's own code may refer to it too."
                .to_owned()
        }
        Origin::Folder(folder) => format!(
            "Who refers to it is what the newest libraries in {} tell; the program's own code may \
             refer to it too.",
            plain(&folder.display().to_string())
        ),
        Origin::Unknown => {
            "Without its target folder a binary does not tell who refers to what.".to_owned()
        }
    };
    finding.has_deprecated().then_some(sentence)
}

fn library(text: &mut String, finding: &Finding, build: &BuildRecord) -> fmt::Result {
    let BuildRecord { library, version, .. } = build;
    writeln!(text, "\n  {BOLD}{library} {}{BOLD:#}  {DIM}{}{DIM:#}", plain(version), made(build))?;
    if let Some(collector) = &build.collector {
        fact(text, "collector", plain(collector))?;
    }
    match &build.features {
        Some(features) => fact(text, "features", list(&features.enabled)),
        None => fact(text, "features", "unknown"),
    }?;
    match &build.dependencies {
        Some(dependencies) => fact(text, "dependencies", list(versions(dependencies))),
        None => fact(text, "dependencies", "unknown"),
    }?;
    if !build.system.is_empty() {
        let system = build.system.iter().map(|(name, version)| format!("{name} {version}"));
        fact(text, "system", list(system))?;
    }
    let is_of = |site: &&SiteRecord| (&site.library, &site.version) == (library, version);
    sites(text, finding.sites(false).filter(is_of))
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
    plain(&format!("from {source}, by rustc {rustc}, {profile}, for {target}"))
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

fn list(items: impl IntoIterator<Item = impl Display>) -> String {
    let items: Vec<_> = items.into_iter().map(|item| plain(&item.to_string())).collect();
    if items.is_empty() { "none".to_owned() } else { items.join(", ") }
}

fn fact(text: &mut String, name: &str, value: impl Display) -> fmt::Result {
    writeln!(text, "    {DIM}{name:<13}{DIM:#} {value}")
}

/// One line each: the path, and what it is unless it is a function.
fn sites<'a>(text: &mut String, sites: impl Iterator<Item = &'a SiteRecord>) -> fmt::Result {
    for (index, site) in sites.enumerate() {
        let name = if index == 0 { "kept" } else { "" };
        fact(text, name, &site.path)?;
    }
    Ok(())
}

/// Sites whose library left no build record: a newer or an older headcount than this one made it.
fn strays(text: &mut String, finding: &Finding) -> fmt::Result {
    let has_build = |site: &SiteRecord| {
        let builds = &finding.scan.builds;
        builds
            .iter()
            .any(|build| (&build.library, &build.version) == (&site.library, &site.version))
    };
    for site in finding.sites(false).filter(|site| !has_build(site)) {
        writeln!(text, "    {} {}  {}", site.library, plain(&site.version), site.path)?;
    }
    Ok(())
}

fn application(text: &mut String, graph: &Graph, with_graph: bool) -> fmt::Result {
    let name = plain(&format!("{} {}", graph.name, graph.version));
    let packages = match &graph.resolved {
        Resolved::Packages(packages) => packages,
        Resolved::Unknown(reason) => {
            return writeln!(text, "\n  {BOLD}{name}{BOLD:#}  packages unknown: {}", plain(reason));
        }
    };
    let linked = packages.iter().filter(|package| package.linked).count();
    let linked_packages = count(linked, "package", "packages");
    let others = packages.len() - linked;
    let hint = if with_graph { "" } else { " (--graph lists them)" };
    writeln!(
        text,
        "\n  {BOLD}{name}{BOLD:#}  built from {linked_packages}, and {others} for build scripts \
         and macros{DIM}{hint}{DIM:#}"
    )?;
    for package in packages.iter().filter(|_| with_graph) {
        self::package(text, package)?;
    }
    Ok(())
}

fn package(text: &mut String, package: &Package) -> fmt::Result {
    let Package { name, version, source, linked, .. } = package;
    let name = plain(&format!("{name} {version}"));
    let purpose = if *linked { "" } else { ", build only" };
    writeln!(text, "    {name}  {DIM}{}{purpose}{DIM:#}", source.as_str())
}
