//! Which packages an executable is linked from, as cargo resolves them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;

use cargo_metadata::{CargoOpt, DependencyKind, Metadata, MetadataCommand, Node, PackageId};

use super::{LinkedCrates, Request, Selected, cargo};

/// The resolved dependencies of a workspace, without those of build scripts, procedural macros and
/// tests: an rlib that only these use is in no executable.
pub(super) struct Graph {
    members: BTreeSet<PackageId>,
    linked: BTreeMap<PackageId, Vec<PackageId>>,
}

impl Graph {
    /// Asks cargo, without the network: all that a build needs is there once it is done.
    pub(super) fn resolved(request: &Request) -> cargo_metadata::Result<Self> {
        let mut command = metadata(request);
        let mut options = vec!["--offline".to_owned()];
        if let Some(target) = request.target.clone().or_else(host) {
            options.extend(["--filter-platform".to_owned(), target]);
        }
        Ok(Self::of(&command.other_options(options).exec()?))
    }

    fn of(metadata: &Metadata) -> Self {
        let macros: BTreeSet<_> = metadata
            .packages
            .iter()
            .filter(|package| package.targets.iter().any(cargo_metadata::Target::is_proc_macro))
            .map(|package| &package.id)
            .collect();
        let nodes = metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
        let linked = nodes.map(|node| (node.id.clone(), linked(node, &macros))).collect();
        Self { members: metadata.workspace_members.iter().cloned().collect(), linked }
    }

    /// Whether a package is one of the workspace's own.
    pub(super) fn is_member(&self, package: &PackageId) -> bool {
        self.members.contains(package)
    }

    /// The package and all that its executables are linked from.
    pub(super) fn linked(&self, package: &PackageId) -> LinkedCrates {
        let mut linked = LinkedCrates::default();
        let mut open = vec![package];
        while let Some(package) = open.pop() {
            let dependencies = self.linked.get(package).map_or(&[][..], Vec::as_slice);
            if linked.add(super::package(package), dependencies.iter().map(super::package)) {
                open.extend(dependencies);
            }
        }
        linked
    }
}

/// The packages whose rlibs are linked wherever this one's is.
fn linked(node: &Node, macros: &BTreeSet<&PackageId>) -> Vec<PackageId> {
    let is_normal = |dependency: &&cargo_metadata::NodeDep| {
        dependency.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal)
    };
    let packages = node.deps.iter().filter(is_normal).map(|dependency| &dependency.pkg);
    packages.filter(|package| !macros.contains(package)).cloned().collect()
}

/// The workspace's packages that cargo would build for this request. Asks nothing of the network.
pub(super) fn selected(request: &Request) -> cargo_metadata::Result<Selected> {
    let mut metadata = metadata(request).no_deps().exec()?;
    let root = metadata.workspace_root.clone();
    let of_folder = nearest_manifest(request).filter(|path| *path != root.join("Cargo.toml"));
    let default = metadata.workspace_default_members.to_vec();
    metadata.packages.retain(|package| match &of_folder {
        _ if !request.packages.is_empty() => request.packages.contains(&package.name),
        Some(manifest) => package.manifest_path == *manifest,
        None => default.contains(&package.id),
    });
    Ok(Selected { root: root.into(), packages: metadata.packages })
}

/// The manifest of the package or workspace that cargo takes the current folder for.
fn nearest_manifest(request: &Request) -> Option<PathBuf> {
    let mut command = Command::new(cargo());
    command.args(["locate-project", "--message-format", "plain"]);
    if let Some(path) = &request.manifest_path {
        command.arg("--manifest-path").arg(path);
    }
    let output = command.output().ok().filter(|output| output.status.success())?;
    String::from_utf8(output.stdout).ok().map(|path| path.trim_end().into())
}

fn metadata(request: &Request) -> MetadataCommand {
    let mut command = MetadataCommand::new();
    command.cargo_path(cargo());
    if let Some(path) = &request.manifest_path {
        command.manifest_path(path);
    }
    if request.all_features {
        command.features(CargoOpt::AllFeatures);
    }
    if request.no_default_features {
        command.features(CargoOpt::NoDefaultFeatures);
    }
    if !request.features.is_empty() {
        command.features(CargoOpt::SomeFeatures(request.features.clone()));
    }
    command
}

/// The target that cargo builds for when none is asked for.
fn host() -> Option<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("-vV").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned)
}
