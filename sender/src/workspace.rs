//! Builds a workspace with cargo, and says which files came of it.
//!
//! Cargo itself says what it built: no file name is guessed, and what an earlier build left in the
//! target folder is not mistaken for this one. Cargo shows its own progress, and the compiler's
//! messages, on standard error.

mod counting;
mod graph;
mod linked;

use std::ffi::OsString;
use std::io::{self, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use cargo_metadata::camino::Utf8PathBuf;
use cargo_metadata::{Artifact, BuildScript, Message, Package, PackageId, TargetKind};

use crate::referrers::{Crate, Rlib};
pub use counting::NotCounting;
use graph::Graph;
pub use linked::LinkedCrates;

/// What to build. The fields are cargo's options.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// `--manifest-path`.
    pub manifest_path: Option<PathBuf>,
    /// `--package`.
    pub packages: Vec<String>,
    /// `--profile`.
    pub profile: Option<String>,
    /// `--target`.
    pub target: Option<String>,
    /// `--target-dir`.
    pub target_dir: Option<PathBuf>,
    /// `--features`.
    pub features: Vec<String>,
    /// `--all-features`.
    pub all_features: bool,
    /// `--no-default-features`.
    pub no_default_features: bool,
}

/// What cargo built.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Build {
    /// The programs, and the workspace's shared libraries for other languages (`cdylib`).
    pub executables: Vec<Executable>,
    /// The libraries of all of them, of build scripts and of procedural macros.
    pub rlibs: Vec<Rlib>,
}

/// A program that cargo built, or what is as final as one: a `cdylib`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Executable {
    /// The package that it belongs to.
    pub package: Crate,
    /// The file.
    pub path: PathBuf,
    /// The crates that it is linked from; `None` where cargo did not tell.
    pub crates: Option<LinkedCrates>,
}

/// The libraries that cargo built.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Libraries {
    /// Those of the selected packages.
    pub rlibs: Vec<Rlib>,
    /// Why they hold no site, if headcount is among what they depend on and counts nothing.
    pub not_counting: Option<NotCounting>,
}

/// The packages that a request means.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Selected {
    /// The workspace's folder.
    pub root: PathBuf,
    /// The packages.
    pub packages: Vec<Package>,
}

/// What cargo said about a build.
#[derive(Default)]
struct Built {
    artifacts: Vec<Artifact>,
    scripts: Vec<BuildScript>,
}

/// Why there is no build to look at.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkspaceError {
    /// Cargo could not be run.
    #[error("cannot run cargo")]
    Run(#[source] io::Error),
    /// Cargo could not build; it has said why.
    #[error("cargo could not build this")]
    Build,
    /// Cargo could not describe the workspace.
    #[error("cargo cannot describe this workspace")]
    Describe(#[source] cargo_metadata::Error),
}

/// Builds a workspace, for its executables.
///
/// # Errors
/// When cargo cannot be run, or cannot build the workspace.
pub fn executables(request: &Request) -> Result<Build, WorkspaceError> {
    let Built { artifacts, .. } = build(cargo_build(request))?;
    let graph = Graph::resolved(request).ok();
    let executable = |artifact: &Artifact| {
        Some(Executable {
            package: package(&artifact.package_id),
            path: final_file(artifact, graph.as_ref())?,
            crates: graph.as_ref().map(|graph| graph.linked(&artifact.package_id)),
        })
    };
    Ok(Build {
        executables: artifacts.iter().filter_map(executable).collect(),
        rlibs: artifacts.iter().filter_map(rlib).collect(),
    })
}

/// The packages that cargo would build. Nothing is built, and nothing asked of the network.
///
/// # Errors
/// When cargo cannot describe the workspace.
pub fn selected(request: &Request) -> Result<Selected, WorkspaceError> {
    graph::selected(request).map_err(WorkspaceError::Describe)
}

/// Builds the libraries of the selected packages, without what depends on them, and with debug
/// information: it says where in the source a site stands.
///
/// # Errors
/// When cargo cannot be run, cannot describe the workspace, or cannot build it.
pub fn libraries(request: &Request) -> Result<Libraries, WorkspaceError> {
    let Selected { packages, .. } = selected(request)?;
    let mut command = cargo_build(request);
    let profile = request.profile.as_deref().unwrap_or("dev").to_uppercase().replace('-', "_");
    command.arg("--lib").env(format!("CARGO_PROFILE_{profile}_DEBUG"), "full");
    let built = build(command)?;
    let is_selected =
        |artifact: &&Artifact| packages.iter().any(|package| package.id == artifact.package_id);
    Ok(Libraries {
        rlibs: built.artifacts.iter().filter(is_selected).filter_map(rlib).collect(),
        not_counting: NotCounting::found(&built, &packages),
    })
}

fn cargo_build(request: &Request) -> Command {
    let mut command = Command::new(cargo());
    command.args(["build", "--message-format=json-render-diagnostics"]).args(request.arguments());
    command
}

fn build(mut command: Command) -> Result<Built, WorkspaceError> {
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(WorkspaceError::Run)?;
    let mut built = Built::default();
    if let Some(output) = child.stdout.take() {
        for message in Message::parse_stream(BufReader::new(output)) {
            match message.map_err(WorkspaceError::Run)? {
                Message::CompilerArtifact(artifact) => built.artifacts.push(artifact),
                Message::BuildScriptExecuted(script) => built.scripts.push(script),
                _ => {}
            }
        }
    }
    let status = child.wait().map_err(WorkspaceError::Run)?;
    if status.success() { Ok(built) } else { Err(WorkspaceError::Build) }
}

/// The cargo that runs us, so that a chosen toolchain stays the same.
fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// The executable, or the `cdylib` of a workspace member: those of other packages are not for use.
fn final_file(artifact: &Artifact, graph: Option<&Graph>) -> Option<PathBuf> {
    let is_member = graph.is_some_and(|graph| graph.is_member(&artifact.package_id));
    let is_cdylib = artifact.target.kind.contains(&TargetKind::CDyLib);
    let is_shared = |path: &&Utf8PathBuf| {
        path.extension().is_some_and(|extension| ["so", "dylib", "dll"].contains(&extension))
    };
    let cdylib = || artifact.filenames.iter().find(is_shared).filter(|_| is_member && is_cdylib);
    artifact.executable.as_ref().or_else(cdylib).map(PathBuf::from)
}

fn rlib(artifact: &Artifact) -> Option<Rlib> {
    let is_library = |kind| matches!(kind, &TargetKind::Lib | &TargetKind::RLib);
    let path = artifact.filenames.iter().find(|path| path.extension() == Some("rlib"))?;
    artifact
        .target
        .kind
        .iter()
        .any(is_library)
        .then(|| Rlib { krate: package(&artifact.package_id), path: path.clone().into() })
}

/// Name and version, which stand at the end of a package's id: `...#name@version`, or `#version`
/// behind a folder or repository that has the package's name.
fn package(id: &PackageId) -> Crate {
    let (place, package) = id.repr.rsplit_once('#').unwrap_or(("", &id.repr));
    let (name, version) = package.rsplit_once('@').unwrap_or_else(|| {
        let place = place.split('?').next().unwrap_or(place);
        (place.rsplit('/').next().unwrap_or(place), package)
    });
    Crate { name: name.to_owned(), version: Some(version.to_owned()) }
}

impl Request {
    /// The options as `cargo build` takes them.
    fn arguments(&self) -> Vec<OsString> {
        let mut arguments: Vec<OsString> = Vec::new();
        let mut option = |name: &str, value: OsString| arguments.extend([name.into(), value]);
        if let Some(path) = &self.manifest_path {
            option("--manifest-path", path.into());
        }
        for package in &self.packages {
            option("--package", package.into());
        }
        if let Some(profile) = &self.profile {
            option("--profile", profile.into());
        }
        if let Some(target) = &self.target {
            option("--target", target.into());
        }
        if let Some(folder) = &self.target_dir {
            option("--target-dir", folder.into());
        }
        if !self.features.is_empty() {
            option("--features", self.features.join(",").into());
        }
        arguments.extend(self.all_features.then(|| "--all-features".into()));
        arguments.extend(self.no_default_features.then(|| "--no-default-features".into()));
        arguments
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(id: &str, name: &str, version: &str) {
        let known = Crate { name: name.to_owned(), version: Some(version.to_owned()) };
        assert_eq!(package(&PackageId { repr: id.to_owned() }), known);
    }

    #[test]
    fn package_ids() {
        check("registry+https://example.org/index#serde_json@1.0.145", "serde_json", "1.0.145");
        check("path+file:///home/me/tool#0.1.0", "tool", "0.1.0");
        check("path+file:///home/me/folder#tool@0.1.0-rc.1", "tool", "0.1.0-rc.1");
        check("git+https://example.org/me/tool?branch=next#0.2.0", "tool", "0.2.0");
        check("git+https://example.org/me/many.git?rev=1#tool@0.2.0", "tool", "0.2.0");
    }
}
