//! The crates are released together: one version, which the change log has.

use std::fs;

use anyhow::{Context, Result};
use cargo_metadata::camino::Utf8Path;
use cargo_metadata::{Metadata, MetadataCommand, Package};

/// Compares the versions with each other and with `CHANGELOG.md`.
pub(super) fn check() -> Result<Vec<String>> {
    let metadata = metadata()?;
    let packages = metadata.workspace_packages();
    let facade = packages
        .iter()
        .find(|package| package.name == "headcount")
        .context("the workspace has no crate `headcount`")?;
    let log = fs::read_to_string("CHANGELOG.md").context("cannot read `CHANGELOG.md`")?;

    let mut wrong: Vec<_> = packages
        .iter()
        .filter(|package| !is_example(package, &metadata.workspace_root))
        .filter(|package| package.version != facade.version)
        .map(|package| {
            let (name, version) = (&package.name, &package.version);
            format!("`{name}` has version {version}, `headcount` has {}", facade.version)
        })
        .collect();
    if !log.contains(&format!("\n## [{}]", facade.version)) {
        wrong.push(format!("CHANGELOG.md has no heading `## [{}]`", facade.version));
    }
    Ok(wrong)
}

/// The workspace as cargo sees it; fails when `Cargo.lock` is not up to date.
pub(super) fn metadata() -> Result<Metadata> {
    let options = ["--locked".to_owned()];
    MetadataCommand::new()
        .no_deps()
        .other_options(options)
        .exec()
        .context("cannot read the workspace")
}

/// Examples have versions of their own, as other people's crates would.
fn is_example(package: &Package, root: &Utf8Path) -> bool {
    package.manifest_path.starts_with(root.join("examples"))
}
