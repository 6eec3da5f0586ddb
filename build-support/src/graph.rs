//! The graph that cargo resolved for an application, by `cargo metadata`.
//!
//! Run from an application's own build script, where the workspace is known; a library's build
//! script would have to guess it, and every known way to guess is silently wrong somewhere.
//!
//! The file that this leaves for `headcount::application!` has three parts with empty lines between
//! them: the direct dependencies, one `name version` a line; all packages, likewise; and the graph
//! as JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::path::PathBuf;

use cargo_metadata::{
    CargoOpt, DependencyKind, Metadata, MetadataCommand, Node, Package, PackageId,
};
use serde_json::{json, Value};

/// What ends in the program.
const LINKED: &[DependencyKind] = &[DependencyKind::Normal];

/// What its build compiles.
const BUILT: &[DependencyKind] = &[DependencyKind::Normal, DependencyKind::Build];

/// Writes the graph into `OUT_DIR` and tells rustc where it is.
pub(crate) fn record() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=Cargo.toml");
    let Some(out) = env::var_os("OUT_DIR").map(PathBuf::from) else { return };
    let description = match resolve() {
        Ok(metadata) => {
            let lock = metadata.workspace_root.join("Cargo.lock");
            println!("cargo:rerun-if-changed={lock}");
            described(&metadata).unwrap_or_else(|| Description::unknown("cargo resolved no graph"))
        }
        Err(_) => Description::unknown("cargo metadata --offline --locked failed"),
    };
    let path = out.join("headcount-graph");
    if fs::write(&path, description.text()).is_ok() {
        println!("cargo:rustc-env=HEADCOUNT_GRAPH={}", path.display());
    }
}

/// What goes into the file.
struct Description {
    direct: BTreeSet<String>,
    all: BTreeSet<String>,
    graph: Value,
}

impl Description {
    fn unknown(reason: &str) -> Self {
        Self { direct: BTreeSet::new(), all: BTreeSet::new(), graph: unknown(reason) }
    }

    fn text(&self) -> String {
        let lines = |packages: &BTreeSet<String>| Vec::from_iter(packages.clone()).join("\n");
        format!("{}\n\n{}\n\n{}\n", lines(&self.direct), lines(&self.all), self.graph)
    }
}

/// Asks cargo for what it resolved: without network, and without touching the lock file.
fn resolve() -> cargo_metadata::Result<Metadata> {
    let mut arguments = vec!["--offline".to_owned(), "--locked".to_owned()];
    if let Ok(target) = env::var("TARGET") {
        arguments.extend(["--filter-platform".to_owned(), target]);
    }
    let mut command = MetadataCommand::new();
    command
        .features(CargoOpt::NoDefaultFeatures)
        .features(CargoOpt::SomeFeatures(enabled_features()))
        .other_options(arguments);
    if let Some(path) = env::var_os("CARGO_MANIFEST_PATH") {
        command.manifest_path(path);
    }
    command.exec()
}

/// This application's own enabled features, spelled as in its manifest.
fn enabled_features() -> Vec<String> {
    let features = env::var("CARGO_CFG_FEATURE").unwrap_or_default();
    features.split(',').filter(|feature| !feature.is_empty()).map(str::to_owned).collect()
}

/// Describes the package whose build script this is.
fn described(metadata: &Metadata) -> Option<Description> {
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR")?).join("Cargo.toml");
    let root = metadata.packages.iter().find(|package| package.manifest_path == manifest)?;
    let resolve = metadata.resolve.as_ref()?;
    let nodes: BTreeMap<_, _> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let packages: BTreeMap<_, _> =
        metadata.packages.iter().map(|package| (&package.id, package)).collect();

    let linked = reachable(&nodes, &root.id, LINKED, |id| {
        packages.get(id).is_some_and(|package| is_procedural_macro(package))
    });
    let built = reachable(&nodes, &root.id, BUILT, |_| false);

    let mut ordered: Vec<&Package> =
        built.iter().filter_map(|id| packages.get(id).copied()).collect();
    ordered.sort_by(|a, b| (&a.name, &a.version, &a.id).cmp(&(&b.name, &b.version, &b.id)));
    let index: BTreeMap<_, _> =
        ordered.iter().enumerate().map(|(at, package)| (&package.id, at)).collect();
    let described: Vec<_> = ordered
        .iter()
        .map(|package| {
            let dependencies: BTreeSet<_> =
                dependencies(nodes[&package.id], BUILT).filter_map(|id| index.get(id)).collect();
            json!({
                "name": package.name,
                "version": package.version.to_string(),
                "source": source(package),
                "linked": linked.contains(&package.id),
                "dependencies": dependencies,
            })
        })
        .collect();

    let line = |package: &&Package| format!("{} {}", package.name, package.version);
    let direct = dependencies(nodes[&root.id], LINKED).filter_map(|id| packages.get(id).copied());
    let graph = json!({
        "name": root.name,
        "version": root.version.to_string(),
        "packages": described,
    });
    Some(Description {
        direct: direct.map(|package| line(&package)).collect(),
        all: ordered.iter().map(line).collect(),
        graph,
    })
}

/// The dependencies of a package that are of the wanted kinds.
fn dependencies<'a>(
    node: &'a Node,
    wanted: &'static [DependencyKind],
) -> impl Iterator<Item = &'a PackageId> {
    node.deps
        .iter()
        .filter(move |dependency| {
            dependency.dep_kinds.iter().any(|kind| wanted.contains(&kind.kind))
        })
        .map(|dependency| &dependency.pkg)
}

/// The packages reached from `root`, itself included, except those that `is_cut` and what only they
/// need.
fn reachable<'a>(
    nodes: &BTreeMap<&'a PackageId, &'a Node>,
    root: &'a PackageId,
    wanted: &'static [DependencyKind],
    is_cut: impl Fn(&PackageId) -> bool,
) -> BTreeSet<&'a PackageId> {
    let mut reached = BTreeSet::new();
    let mut waiting = vec![root];
    while let Some(id) = waiting.pop() {
        if is_cut(id) || !reached.insert(id) {
            continue;
        }
        if let Some(node) = nodes.get(id) {
            waiting.extend(dependencies(node, wanted));
        }
    }
    reached
}

fn is_procedural_macro(package: &Package) -> bool {
    package.targets.iter().any(cargo_metadata::Target::is_proc_macro)
}

/// Where a package came from, in the words of a build record.
fn source(package: &Package) -> &'static str {
    match &package.source {
        None => "local",
        Some(source) if source.is_crates_io() => "crates.io",
        Some(source) if source.repr.starts_with("git+") => "git",
        Some(_) => "unknown",
    }
}

fn unknown(reason: &str) -> Value {
    let variable = |name| env::var(name).unwrap_or_default();
    json!({
        "name": variable("CARGO_PKG_NAME"),
        "version": variable("CARGO_PKG_VERSION"),
        "unknown": reason,
    })
}
