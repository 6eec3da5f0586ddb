//! The library that is to be counted, as cargo describes it.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, bail, ensure};
use cargo_metadata::{Edition, Package, Target, TargetKind};
use headcount_sender::workspace::{self, Request, Selected};
use toml_edit::DocumentMut;

/// The minor version of the oldest rustc that headcount compiles with.
const OLDEST_RUSTC: u64 = 71;

/// A library.
pub(super) struct Library {
    /// The package.
    pub(super) name: String,
    /// Its folder.
    pub(super) folder: PathBuf,
    /// Its Cargo.toml.
    pub(super) manifest: PathBuf,
    /// The Cargo.toml of its workspace; without one, its own.
    pub(super) workspace: PathBuf,
    /// The root of its library target.
    pub(super) root: PathBuf,
    /// What its author should know.
    pub(super) remark: Option<String>,
    script: Option<PathBuf>,
}

impl Library {
    /// Asks cargo. Without a package, there has to be one library only.
    pub(super) fn of(
        manifest_path: Option<PathBuf>,
        package: Option<String>,
    ) -> anyhow::Result<Self> {
        let packages = package.into_iter().collect();
        let request = Request { manifest_path, packages, ..Request::default() };
        let Selected { root, mut packages, .. } = workspace::selected(&request)?;
        ensure!(!packages.is_empty(), "this workspace has no such package");
        if packages.len() > 1 {
            packages.retain(|package| library_target(package).is_some());
        }
        let [package] = &packages[..] else {
            let names: Vec<_> = packages.iter().map(|package| package.name.as_str()).collect();
            bail!("choose a library with `--package`: {}", names.join(", "));
        };
        let name = package.name.to_string();
        let target = library_target(package).with_context(|| {
            format!("{name} has no library that programs link: headcount counts the API of one")
        })?;
        ensure!(
            target.edition != Edition::E2015,
            "{name} is of edition 2015, in which headcount's macros do not work; `cargo fix \
             --edition` brings it to 2018"
        );
        let script = package.targets.iter().find(|target| target.is_custom_build());
        Ok(Self {
            folder: package.manifest_path.parent().map(PathBuf::from).unwrap_or_default(),
            manifest: package.manifest_path.clone().into(),
            workspace: root.join("Cargo.toml"),
            root: target.src_path.clone().into(),
            remark: remark(package),
            script: script.map(|target| target.src_path.clone().into()),
            name,
        })
    }

    /// Where its build script is, or is to be.
    pub(super) fn build_script(&self) -> anyhow::Result<PathBuf> {
        if let Some(script) = &self.script {
            return Ok(script.clone());
        }
        let manifest: DocumentMut = fs::read_to_string(&self.manifest)?.parse()?;
        let build = manifest.get("package").and_then(|package| package.get("build"));
        ensure!(
            build.is_none(),
            "`{}` says `build = false`; take that out first",
            self.manifest.display()
        );
        Ok(self.folder.join("build.rs"))
    }
}

/// The library that programs link; a procedural macro's runs in rustc.
fn library_target(package: &Package) -> Option<&Target> {
    let is_linked = |kind: &TargetKind| {
        matches!(
            kind,
            TargetKind::Lib
                | TargetKind::RLib
                | TargetKind::DyLib
                | TargetKind::CDyLib
                | TargetKind::StaticLib
        )
    };
    package.targets.iter().find(|target| target.kind.iter().any(is_linked))
}

fn remark(package: &Package) -> Option<String> {
    let oldest = package.rust_version.as_ref().filter(|oldest| oldest.minor < OLDEST_RUSTC)?;
    Some(format!(
        "{} says `rust-version = \"{oldest}\"`; headcount needs 1.{OLDEST_RUSTC}",
        package.name
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_rustc_is_that_of_headcount() {
        let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../runtime/Cargo.toml");
        let manifest: DocumentMut = fs::read_to_string(manifest).unwrap().parse().unwrap();
        let oldest = manifest["package"]["rust-version"].as_str().unwrap();
        assert_eq!(oldest, format!("1.{OLDEST_RUSTC}"));
    }
}
