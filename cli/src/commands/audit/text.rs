//! What `audit` prints for a person.

mod block;
mod deprecated;
mod library;

use std::collections::BTreeSet;
use std::io;

use headcount_sender::scan::Scan;

use super::finding::{Finding, Shared, sites};
use super::knowledge::Origin;
use crate::output::{self, BOLD, DIM, count, plain};
use block::{Block, list};

/// What the words mean. It stands once, below everything.
const MEANING: &str = "Kept by the linker means that the code is in the file, not that it runs.";

/// For whom an address surprises.
const COLLECTORS: &str = "A collector is named by the library's author. Nothing is sent to it \
                          unless you allow that: `cargo headcount status`.";

/// One file of a finding.
#[derive(Clone, Copy)]
struct Part<'a> {
    finding: &'a Finding,
    scan: &'a Scan,
    /// Whether it is one of the shared libraries that the binary needs.
    is_shared: bool,
}

/// Prints all binaries to standard output, and what could not be used to standard error.
pub(super) fn print(findings: &[Finding], with_graph: bool) -> anyhow::Result<()> {
    let mut text = String::new();
    for finding in findings {
        binary(&mut Block::new(&mut text), finding, with_graph);
        text.push('\n');
    }
    for note in notes(findings) {
        Block::new(&mut text).line(format_args!("{DIM}{}{DIM:#}", output::paragraph(0, &note)));
    }
    match io::Write::write_all(&mut anstream::stdout(), text.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        written => written?,
    }
    findings.iter().for_each(warn);
    Ok(())
}

fn warn(finding: &Finding) {
    let own = finding.problems.iter().map(|problem| (&*finding.path, problem));
    let files = finding
        .files()
        .flat_map(|(path, scan)| scan.problems.iter().map(move |problem| (path, problem)));
    for (path, problem) in files.chain(own) {
        output::warning(format_args!("{}: {}", output::path(path), plain(problem)));
    }
}

fn binary(block: &mut Block<'_>, finding: &Finding, with_graph: bool) {
    block.line(format_args!("{BOLD}{}{BOLD:#}", output::path(&finding.path)));
    let mut block = block.within();
    contents(&mut block, Part { finding, scan: &finding.scan, is_shared: false });
    if let Some(graph) = &finding.scan.application {
        library::application(&mut block, graph, with_graph);
    }
    let (silent, telling): (Vec<_>, Vec<_>) =
        finding.shared.iter().partition(|shared| is_empty(&shared.scan));
    for Shared { path, scan, .. } in telling {
        block.gap();
        let what = "a shared library that it needs";
        block.line(format_args!("{BOLD}{}{BOLD:#}  {DIM}{what}{DIM:#}", output::path(path)));
        contents(&mut block.within(), Part { finding, scan, is_shared: true });
    }
    let silent = silent.into_iter().map(|shared| &shared.name);
    needed(&mut block, "It also needs, without a counted library in them", silent);
    needed(&mut block, "Not read, because they are not of its build", &finding.elsewhere);
}

fn needed<'a>(block: &mut Block<'_>, what: &str, names: impl IntoIterator<Item = &'a String>) {
    let names: Vec<_> = names.into_iter().map(|name| plain(name)).collect();
    if !names.is_empty() {
        block.gap();
        block.paragraph(&format!("{what}: {}", list(names)));
    }
}

fn contents(block: &mut Block<'_>, part: Part<'_>) {
    block.line(summary(part));
    deprecated::section(block, part);
    for build in &part.scan.builds {
        library::section(block, part, build);
    }
    library::strays(block, part.scan);
}

fn summary(Part { finding, scan, .. }: Part<'_>) -> String {
    if is_empty(scan) {
        let is_all = finding.shared.iter().all(|shared| is_empty(&shared.scan));
        let why =
            if is_all { ": none is linked, or counting is disabled" } else { " in it itself" };
        return format!("no counted library{why}");
    }
    let (deprecated, others) = (sites(scan, true).count(), sites(scan, false).count());
    let libraries = count(scan.builds.len(), "counted library", "counted libraries");
    let sites = count(deprecated + others, "tracked API", "tracked APIs");
    format!("{libraries}; {sites} kept by the linker, {deprecated} of them deprecated")
}

fn is_empty(scan: &Scan) -> bool {
    scan.builds.is_empty() && scan.sites.is_empty()
}

/// What stands below everything, where it matters.
fn notes(findings: &[Finding]) -> Vec<String> {
    let has = |part: fn(&Scan) -> bool| {
        findings.iter().any(|finding| finding.files().any(|(_, scan)| part(scan)))
    };
    let mut notes = Vec::new();
    notes.extend(has(|scan| !scan.sites.is_empty()).then(|| MEANING.to_owned()));
    let bases: BTreeSet<_> = findings.iter().filter_map(basis).collect();
    notes.extend(bases);
    let names_collector = |scan: &Scan| scan.builds.iter().any(|build| build.collector.is_some());
    notes.extend(has(names_collector).then(|| COLLECTORS.to_owned()));
    notes
}

/// One sentence: from where it is known who uses what.
fn basis(finding: &Finding) -> Option<String> {
    let told_by = match &finding.origin {
        Origin::Build { crates: Some(_), .. } => "the libraries of this build tell".to_owned(),
        Origin::Build { crates: None, .. } => {
            "all libraries of this build tell, those of build scripts included".to_owned()
        }
        Origin::Folder(folder) => format!("the newest libraries in {} tell", output::path(folder)),
        Origin::Unknown => {
            let sentence = "A binary outside of its target folder does not tell who uses what.";
            return (finding.deprecated_count() > 0).then(|| sentence.to_owned());
        }
    };
    (finding.deprecated_count() > 0)
        .then(|| format!("Used by: what {told_by}; the program's own code may use it too."))
}
