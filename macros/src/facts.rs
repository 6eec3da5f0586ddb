//! What a library's build record says, as far as rustc's arguments tell.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::path::PathBuf;

use crate::args::Library;
use crate::externs::{Arguments, Dependency, Extern, Source};
use crate::json;

/// The facts of the crate that is being compiled, as the beginning of its build record; `headcount`
/// adds compiler, target, profile and system.
pub(crate) fn of_this_crate(library: &Library) -> String {
    let (name, version) = identity();
    let folder = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let source = folder.map_or(Source::Unknown, |folder| Source::of(&folder));
    let arguments = Arguments::of_this_rustc();

    let mut fields = vec![
        format!("\"library\":{}", json::string(&name)),
        format!("\"version\":{}", json::string(&version)),
        format!("\"source\":{}", json::string(source.as_str())),
    ];
    if let Some(collector) = &library.collector {
        fields.push(format!("\"collector\":{}", json::string(&collector.value())));
    }
    if let Some(declared) = &arguments.declared_features {
        fields.push(format!(
            "\"features\":{{\"declared\":{},\"enabled\":{}}}",
            json::strings(declared),
            json::strings(&arguments.enabled_features),
        ));
    }
    if let Some(dependencies) = dependencies(&arguments, library.dependencies.as_deref()) {
        let dependencies: Vec<_> = dependencies
            .iter()
            .map(|(name, versions)| format!("{}:{}", json::string(name), json::strings(versions)))
            .collect();
        fields.push(format!("\"dependencies\":{{{}}}", dependencies.join(",")));
    }
    format!("{{{},", fields.join(","))
}

/// Name and version of the package that is being compiled.
pub(crate) fn identity() -> (String, String) {
    let variable = |name: &str| env::var(name).ok();
    let unknown = || "unknown".to_owned();
    let name = variable("CARGO_PKG_NAME").or_else(|| variable("CARGO_CRATE_NAME"));
    (name.unwrap_or_else(unknown), variable("CARGO_PKG_VERSION").unwrap_or_else(unknown))
}

/// The direct dependencies that the author wants, with their versions where these are public.
///
/// `None` where it cannot be told: a test's externs hold dev-dependencies, another build system's
/// tell nothing.
fn dependencies(
    arguments: &Arguments,
    wanted: Option<&[String]>,
) -> Option<BTreeMap<String, BTreeSet<String>>> {
    if arguments.is_test || arguments.externs.is_empty() {
        return None;
    }
    let mut dependencies = BTreeMap::<_, BTreeSet<_>>::new();
    for one in &arguments.externs {
        let (name, version) = match one.dependency() {
            Dependency::Package(package) => match package.source {
                Source::CratesIo => (package.name, package.version),
                source => (package.name, source.as_str().to_owned()),
            },
            Dependency::Local => (named(one, wanted), Source::Local.as_str().to_owned()),
            Dependency::Unknown => (named(one, wanted), Source::Unknown.as_str().to_owned()),
        };
        if wanted.map_or(true, |wanted| wanted.contains(&name)) {
            dependencies.entry(name).or_default().insert(version);
        }
    }
    Some(dependencies)
}

/// The name of a package whose manifest was not found: its crate's, which the author may spell with
/// hyphens. The name in the source would be one that the author may have chosen.
fn named(one: &Extern, wanted: Option<&[String]>) -> String {
    let name = one.crate_name().unwrap_or(&one.name);
    let mut wanted = wanted.into_iter().flatten();
    wanted.find(|wanted| wanted.replace('-', "_") == name).map_or(name, |wanted| wanted).to_owned()
}
