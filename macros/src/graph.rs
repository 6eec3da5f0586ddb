//! The graph of an application, if it can be trusted.
//!
//! `headcount_build::application()` writes a file whose first lines are the application's direct
//! dependencies (`name version`), followed by an empty line and the graph as JSON. The graph counts
//! only when rustc was given just those dependencies: under `cargo install` without `--locked`, for
//! one, they are others.

use std::collections::BTreeSet;
use std::env;
use std::fs;

use proc_macro2::Span;
use syn::{Error, Result};

use crate::externs::{Arguments, Dependency};
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
    let (direct, graph) = file.split_once("\n\n").ok_or("the build script's file is cut short")?;
    if arguments.is_test {
        return Err("a test is built with dev-dependencies");
    }
    let direct: BTreeSet<&str> = direct.lines().collect();
    if agrees(&direct, arguments) {
        Ok(graph.trim_end().to_owned())
    } else {
        Err("the versions that rustc was given are not those of the lock file")
    }
}

/// Whether every dependency that rustc was given is one of `direct`, and there are as many.
fn agrees(direct: &BTreeSet<&str>, arguments: &Arguments) -> bool {
    let own = env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    let mut seen = 0;
    for one in &arguments.externs {
        match one.dependency() {
            // A program's own library is no dependency.
            Dependency::Package(package) if package.folder.as_os_str() == own.as_str() => continue,
            Dependency::Package(package) => {
                // A local package may inherit its version from its workspace.
                let line = format!("{} {}", package.name, package.version);
                let by_name = format!("{} ", package.name);
                let known = direct.contains(line.as_str())
                    || (package.version.is_empty()
                        && direct.iter().any(|line| line.starts_with(&by_name)));
                if !known {
                    return false;
                }
            }
            Dependency::Local => {}
            Dependency::Unknown => return false,
        }
        seen += 1;
    }
    seen == direct.len()
        || arguments.externs.iter().any(|one| one.dependency() == Dependency::Local)
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
