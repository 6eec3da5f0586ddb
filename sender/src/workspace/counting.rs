//! Whether headcount counts in a build, as cargo tells.

use std::collections::BTreeSet;

use cargo_metadata::{Artifact, Package, PackageId};

use super::Built;

/// What headcount's own build script says where it counts.
const COUNTING: &str = "headcount_counting";

/// The feature of headcount that takes everything out.
const DISABLED: &str = "disabled";

/// Why headcount counts nothing in a build.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotCounting {
    /// Features of a library do.
    #[error(
        "counting is off in this build: {library} turns on `headcount/disabled` by its feature {}. \
         List the sites with all other features: `{}`",
        quoted(features),
        others(other_features)
    )]
    OwnFeature {
        /// The library.
        library: String,
        /// Those of its features that are on and turn counting off.
        features: BTreeSet<String>,
        /// Those of its features that leave counting on.
        other_features: BTreeSet<String>,
    },
    /// Some package of the graph does.
    #[error(
        "counting is off in this build: a dependency turns on `headcount/disabled`. \
         `cargo tree --edges features --invert headcount` shows which; build without it"
    )]
    Feature,
    /// The cfg of packagers, or a target on which headcount cannot count.
    #[error(
        "counting is off in this build: RUSTFLAGS or cargo's configuration says `--cfg \
         headcount_disabled`, or headcount cannot count on this target. Build without that flag, \
         or with `--target` for one where it can"
    )]
    CfgOrTarget,
}

impl NotCounting {
    /// The reason, if headcount was built and every one of its build scripts said no.
    pub(super) fn found(built: &Built, selected: &[Package]) -> Option<Self> {
        let is_headcount = |id: &PackageId| super::package(id).name == "headcount";
        let mut scripts =
            built.scripts.iter().filter(|script| is_headcount(&script.package_id)).peekable();
        scripts.peek()?;
        if scripts.any(|script| script.cfgs.iter().any(|cfg| cfg == COUNTING)) {
            return None;
        }
        let mut artifacts = built.artifacts.iter();
        let is_disabled = |artifact: &Artifact| {
            is_headcount(&artifact.package_id) && artifact.features.iter().any(|on| on == DISABLED)
        };
        if !artifacts.any(is_disabled) {
            return Some(Self::CfgOrTarget);
        }
        let own = selected.iter().find_map(|package| Self::of_package(package, &built.artifacts));
        Some(own.unwrap_or(Self::Feature))
    }

    fn of_package(package: &Package, artifacts: &[Artifact]) -> Option<Self> {
        let disabling = disabling(package);
        let of_package = artifacts.iter().filter(|artifact| artifact.package_id == package.id);
        let features: BTreeSet<_> = of_package
            .flat_map(|artifact| &artifact.features)
            .filter(|feature| disabling.contains(*feature))
            .cloned()
            .collect();
        (!features.is_empty()).then(|| {
            let other = |feature: &&String| !disabling.contains(*feature);
            Self::OwnFeature {
                library: package.name.to_string(),
                features,
                other_features: package.features.keys().filter(other).cloned().collect(),
            }
        })
    }
}

/// The features of a package that turn counting off, directly or by another one of them.
fn disabling(package: &Package) -> BTreeSet<String> {
    let headcount = package.dependencies.iter().find(|dependency| dependency.name == "headcount");
    let Some(headcount) = headcount else { return BTreeSet::new() };
    let name = headcount.rename.as_ref().unwrap_or(&headcount.name);
    let mut disabling =
        BTreeSet::from([format!("{name}/{DISABLED}"), format!("{name}?/{DISABLED}")]);
    loop {
        let known = disabling.len();
        for (feature, enabled) in &package.features {
            if enabled.iter().any(|enabled| disabling.contains(enabled)) {
                disabling.insert(feature.clone());
            }
        }
        if disabling.len() == known {
            return disabling;
        }
    }
}

fn quoted(features: &BTreeSet<String>) -> String {
    features.iter().map(|feature| format!("`{feature}`")).collect::<Vec<_>>().join(", ")
}

/// The options of cargo that turn on exactly these.
fn others(features: &BTreeSet<String>) -> String {
    let mut options = vec!["--no-default-features".to_owned()];
    if !features.is_empty() {
        let names: Vec<_> = features.iter().map(String::as_str).collect();
        options.push(format!("--features {}", names.join(",")));
    }
    options.join(" ")
}
