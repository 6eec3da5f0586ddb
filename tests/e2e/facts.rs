//! The version facts in a binary are those of the build that made it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};
use headcount_report::build::Dependency;
use headcount_report::graph::Resolved;
use headcount_report::{BuildRecord, Graph};
use headcount_tests::{build, headcount, root};

fn metadata(manifest: &Path) -> Metadata {
    let mut command = MetadataCommand::new();
    command.manifest_path(manifest).other_options([
        "--locked".to_owned(),
        "--filter-platform".to_owned(),
        "x86_64-unknown-linux-gnu".to_owned(),
    ]);
    command.exec().unwrap()
}

/// The versions of the counted library's direct dependencies, as a lock file has them.
fn locked_dependencies(metadata: &Metadata) -> BTreeMap<String, String> {
    let named = |name: &str| {
        metadata.packages.iter().filter(|package| package.name.as_str() == name).collect::<Vec<_>>()
    };
    let [library] = named("counted-library")[..] else { panic!("one counted library") };
    let direct = library.dependencies.iter().filter(|dependency| {
        dependency.kind == DependencyKind::Normal && dependency.path.is_none()
    });
    direct
        .map(|dependency| {
            let [package] = named(&dependency.name)[..] else { panic!("{}", dependency.name) };
            (dependency.name.clone(), package.version.to_string())
        })
        .collect()
}

/// Every package of a lock file that the target builds, except for tests.
fn locked_packages(metadata: &Metadata) -> BTreeSet<(String, String)> {
    let resolve = metadata.resolve.as_ref().unwrap();
    let mut reached = BTreeSet::new();
    let mut waiting = vec![resolve.root.clone().unwrap()];
    while let Some(id) = waiting.pop() {
        if !reached.insert(id.clone()) {
            continue;
        }
        for dependency in &resolve[&id].deps {
            let is_for_tests =
                dependency.dep_kinds.iter().all(|kind| kind.kind == DependencyKind::Development);
            if !is_for_tests {
                waiting.push(dependency.pkg.clone());
            }
        }
    }
    let packages = metadata.packages.iter().filter(|package| reached.contains(&package.id));
    packages.map(|package| (package.name.to_string(), package.version.to_string())).collect()
}

#[test]
fn versions_and_graph_are_those_of_the_applications_lock_file() {
    let folder = root().join("examples/application");
    let program = build(&folder, "application", &["--locked"], "application-facts");
    let audit = headcount(&["audit".as_ref(), "--json".as_ref(), program.as_os_str()]);
    let binary = &audit["binaries"][0];
    let mut libraries = binary["libraries"].clone();
    for library in libraries.as_array_mut().unwrap() {
        // What audit adds to the build record.
        library.as_object_mut().unwrap().remove("dependents").unwrap();
    }
    let libraries: Vec<BuildRecord> = serde_json::from_value(libraries).unwrap();
    let graph: Graph = serde_json::from_value(binary["application"].clone()).unwrap();
    let application = metadata(&folder.join("Cargo.toml"));

    let [record] = &libraries[..] else { panic!("one counted library: {libraries:?}") };
    let recorded: BTreeMap<_, _> = record
        .dependencies
        .iter()
        .flatten()
        .filter_map(|(name, versions)| match versions.iter().collect::<Vec<_>>()[..] {
            [Dependency::Public(version)] => Some((name.to_string(), version.clone())),
            _ => None,
        })
        .collect();
    let locked = locked_dependencies(&application);
    assert_eq!(recorded, locked);
    assert!(recorded.len() >= 4);
    // What the library alone would resolve is something else, throughout.
    let alone = locked_dependencies(&metadata(&root().join("Cargo.toml")));
    for (name, version) in &recorded {
        assert_ne!(alone[name], *version, "{name}");
    }

    let Resolved::Packages(packages) = graph.resolved else { panic!("{graph:?}") };
    let recorded: BTreeSet<_> =
        packages.into_iter().map(|package| (package.name, package.version)).collect();
    assert_eq!(recorded, locked_packages(&application));
}
