//! The graph of an application, if it can be trusted.
//!
//! `headcount_build::application()` writes a file whose first lines are the application's direct
//! dependencies (`name version`); after an empty line come all packages, and after another the graph
//! as JSON. The graph counts only when rustc was given just those dependencies, and loads only those
//! packages: under `cargo install` without `--locked`, for one, they are others.
//!
//! rustc does not load what only build scripts and procedural macros use. For such a package the
//! graph is refused when only other versions of it were compiled into the target folder.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;

use proc_macro2::Span;
use syn::{Error, Result};

use crate::externs::{Arguments, Dependency, Package};
use crate::json;

/// The JSON of the graph, or of the reason why it is not known.
pub(crate) fn of_this_crate() -> Result<String> {
    let arguments = Arguments::of_this_rustc();
    if !arguments.is_test
        && !arguments.crate_types.is_empty()
        && !arguments.crate_types.contains("bin")
    {
        return Err(Error::new(
            Span::call_site(),
            "`application!` stands in the `main` of a program: a library cannot speak for one",
        ));
    }
    Ok(trusted(&arguments).unwrap_or_else(unknown))
}

fn trusted(arguments: &Arguments) -> std::result::Result<String, &'static str> {
    let path = env::var_os("HEADCOUNT_GRAPH")
        .ok_or("no build script calls headcount_build::application()")?;
    let file = fs::read_to_string(path).map_err(|_| "the build script's file is gone")?;
    let mut parts = file.splitn(3, "\n\n");
    let mut part = || parts.next().ok_or("the build script's file is cut short");
    let (direct, all, graph) = (packages(part()?), packages(part()?), part()?);
    if arguments.is_test {
        return Err("a test is built with dev-dependencies");
    }
    let is_unknown = all.is_empty();
    if is_unknown || (agrees(&direct, arguments) && is_of_this_build(&all, arguments)) {
        Ok(graph.trim_end().to_owned())
    } else {
        Err("the versions that rustc was given are not those of the lock file")
    }
}

/// Names and versions, by the crate's usual name.
type Packages<'a> = BTreeMap<String, BTreeSet<&'a str>>;

/// Reads lines of `name version`.
fn packages(lines: &str) -> Packages<'_> {
    let mut packages = Packages::new();
    for (name, version) in lines.lines().filter_map(|line| line.split_once(' ')) {
        packages.entry(name.replace('-', "_")).or_default().insert(version);
    }
    packages
}

/// Whether a package is among others. A local one may inherit its version from its workspace.
fn contains(packages: &Packages<'_>, package: &Package) -> bool {
    packages.get(&package.name.replace('-', "_")).is_some_and(|versions| {
        package.version.is_empty() || versions.contains(package.version.as_str())
    })
}

/// Whether every dependency that rustc was given is one of `direct`, and there are as many.
fn agrees(direct: &Packages<'_>, arguments: &Arguments) -> bool {
    let own = env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    let mut seen = 0;
    let mut is_counted = true;
    for one in &arguments.externs {
        match one.dependency() {
            // A program's own library is no dependency.
            Dependency::Package(package) if package.folder.as_os_str() == own.as_str() => continue,
            Dependency::Package(package) if contains(direct, &package) => {}
            Dependency::Local => is_counted = false,
            Dependency::Package(_) | Dependency::Unknown => return false,
        }
        seen += 1;
    }
    !is_counted || seen == direct.values().map(BTreeSet::len).sum::<usize>()
}

/// Whether everything that rustc loads is in the graph, and nothing contradicts the rest of it.
fn is_of_this_build(all: &Packages<'_>, arguments: &Arguments) -> bool {
    let Some(loaded) = arguments.loaded() else { return false };
    let mut unseen: BTreeSet<String> = all.keys().cloned().collect();
    for one in &loaded {
        match one.dependency() {
            Dependency::Package(package) if contains(all, &package) => {}
            Dependency::Local => {}
            Dependency::Package(_) | Dependency::Unknown => return false,
        }
        one.crate_name().map(|name| unseen.remove(name));
    }
    let mut compiled = BTreeMap::<_, bool>::new();
    for one in arguments.lying_about(&unseen) {
        if let Dependency::Package(package) = one.dependency() {
            *compiled.entry(package.name.clone()).or_default() |= contains(all, &package);
        }
    }
    compiled.values().all(|is_in_graph| *is_in_graph)
}

fn unknown(reason: &'static str) -> String {
    let variable = |name| json::string(&env::var(name).unwrap_or_default());
    format!(
        "{{\"name\":{},\"version\":{},\"unknown\":{}}}",
        variable("CARGO_PKG_NAME"),
        variable("CARGO_PKG_VERSION"),
        json::string(reason)
    )
}
