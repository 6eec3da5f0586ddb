//! The ways in which users build: in each of them the binary tells what its build linked, or that
//! it cannot be told, and never anything else.
//!
//! What is true is what cargo says that it built. The lock files beside the library, and in every
//! folder where a wrong way of asking would look, name other versions. `MATRIX=name` runs one case.

mod cases;
mod plot;

use std::collections::BTreeMap;
use std::fs;
use std::panic;
use std::path::Path;
use std::time::Instant;

use headcount_report::build::{Dependency, Source};
use headcount_report::graph::Resolved;
use headcount_report::{BuildRecord, Graph};
use headcount_tests::{cargo, success};

use plot::{Built, Plot};

/// A way to build.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) prepare: fn(&mut Plot),
    pub(crate) runs: Vec<Run>,
}

/// One call of cargo, and what the program that it makes says.
#[derive(Clone)]
pub(crate) struct Run {
    /// The folder to stand in.
    pub(crate) at: &'static str,
    pub(crate) cargo: &'static str,
    pub(crate) variables: Vec<(&'static str, &'static str)>,
    pub(crate) libraries: Vec<Library>,
    pub(crate) graph: Knowledge,
    /// Whether nothing may be compiled.
    pub(crate) is_fresh: bool,
}

/// A counted library as its build record describes it.
#[derive(Clone)]
pub(crate) struct Library {
    pub(crate) version: &'static str,
    pub(crate) source: Source,
    pub(crate) features: Vec<&'static str>,
    pub(crate) dependencies: BTreeMap<&'static str, Told>,
}

/// What is told of a dependency.
#[derive(Clone, Copy)]
pub(crate) enum Told {
    /// The one version that cargo built.
    Right,
    /// This version, one of those that cargo built.
    Version(&'static str),
    /// That it is not public, or cannot be decided.
    Other(Source),
}

/// What is told of the application's graph.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Knowledge {
    /// The packages that cargo built.
    Right,
    /// Why it is not known.
    Unknown,
}

#[test]
fn usual_builds() {
    check(cases::usual());
}

/// These compile all dependencies anew: their sources or the target folder lie elsewhere.
#[test]
#[ignore = "compiles everything six times"]
fn unusual_builds() {
    check(cases::unusual());
}

fn check(cases: Vec<Case>) {
    fetch();
    let only = std::env::var("MATRIX").ok();
    let mut failed = Vec::new();
    for case in cases.into_iter().filter(|case| only.as_ref().is_none_or(|only| only == case.name))
    {
        if panic::catch_unwind(|| case.check()).is_err() {
            failed.push(case.name);
        }
    }
    assert_eq!(failed, [""; 0]);
}

impl Case {
    fn check(&self) {
        let mut plot = Plot::new(self.name);
        (self.prepare)(&mut plot);
        plot.write();
        for run in &self.runs {
            let start = Instant::now();
            let built = plot.cargo(run.at, run.cargo, &run.variables);
            println!("{}: cargo {}: {:.1?}", self.name, run.cargo, start.elapsed());
            run.check(&built);
            plot.library_is_untouched();
        }
    }
}

/// A package that needs what `two versions` does.
const OLD: &str = "[workspace]\n[package]\nname = \"old\"\n[dependencies]\ncfg-if = \"=0.1.10\"\n";

/// Fetches what the lock files name, so that cargo has a choice without the network.
fn fetch() {
    let mut plot = Plot::new("locks");
    plot.copy("probe", "probe");
    plot.copy("app", "app");
    plot.add("Cargo.toml", "[workspace]\nmembers = [\"probe\"]\n");
    plot.add("old/Cargo.toml", OLD);
    plot.add("old/src/lib.rs", "");
    plot.rename("probe/Cargo.lock", "Cargo.lock");
    plot.write();
    for folder in ["", "app", "old"] {
        success(cargo(&plot.folder().join(folder).join("Cargo.toml")).arg("fetch"));
    }
}

impl Run {
    fn check(&self, built: &Built) {
        if self.is_fresh {
            assert!(built.compiled.is_empty(), "compiled anew: {:?}", built.compiled);
        }
        let Some(scan) = built.scan() else {
            assert!(self.libraries.is_empty(), "no program was built");
            return;
        };
        assert_eq!(scan.builds.len(), self.libraries.len(), "{:#?}", scan.builds);
        for (library, record) in self.libraries.iter().zip(&scan.builds) {
            library.check(record, built);
        }
        let graph = scan.application.expect("the program calls `application!`");
        self.graph.check(&graph, built);
    }
}

impl Library {
    fn check(&self, record: &BuildRecord, built: &Built) {
        assert_eq!(record.library.as_str(), "probe");
        assert_eq!(record.version, self.version);
        assert_eq!(record.source, self.source);
        let enabled = &record.features.as_ref().expect("features").enabled;
        assert!(enabled.iter().eq(&self.features), "{enabled:?}");
        let expected: BTreeMap<_, _> = self
            .dependencies
            .iter()
            .map(|(name, told)| (*name, vec![told.dependency(built, name)]))
            .collect();
        let recorded: BTreeMap<_, Vec<_>> = record
            .dependencies
            .iter()
            .flatten()
            .map(|(name, versions)| (name.as_str(), versions.iter().cloned().collect()))
            .collect();
        assert_eq!(recorded, expected);
    }
}

impl Told {
    fn dependency(self, built: &Built, name: &str) -> Dependency {
        let versions = built.versions(name);
        match self {
            Self::Right => {
                assert_eq!(versions.len(), 1, "{name}: {versions:?}");
                versions.first().map(|only| Dependency::Public((*only).to_owned())).expect("one")
            }
            Self::Version(version) => {
                assert!(versions.contains(version), "{name}: {versions:?}");
                Dependency::Public(version.to_owned())
            }
            Self::Other(source) => Dependency::Other(source),
        }
    }
}

impl Knowledge {
    fn check(self, graph: &Graph, built: &Built) {
        match (self, &graph.resolved) {
            (Self::Right, Resolved::Packages(packages)) => {
                let packages =
                    packages.iter().map(|package| (package.name.clone(), package.version.clone()));
                assert_eq!(packages.collect::<Vec<_>>(), Vec::from_iter(built.packages.clone()));
            }
            (Self::Unknown, Resolved::Unknown(_)) => {}
            (_, resolved) => panic!("{resolved:?}"),
        }
    }
}

impl Plot {
    /// No build writes anything into a dependency's source.
    fn library_is_untouched(&self) {
        let mut files = names(&self.folder().join("probe"));
        files.sort();
        assert_eq!(files, ["Cargo.lock", "Cargo.toml", "src"]);
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("cannot read a folder");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into()).collect()
}
