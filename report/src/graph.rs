//! The resolved graph of an application, as its own build script recorded it.

use serde::{Deserialize, Serialize};

use crate::build::Source;

/// What an application's binary says about the build that made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub struct Graph {
    /// Name of the application's package.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The packages, or why they are not known.
    #[serde(flatten)]
    pub resolved: Resolved,
}

/// The packages of a build, or why they are not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Resolved {
    /// Every package that the application's target builds, sorted by name and version.
    Packages(Vec<Package>),
    /// One sentence: why the graph was not recorded.
    Unknown(String),
}

/// One package of an application's build.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// Name.
    pub name: String,
    /// Version.
    pub version: String,
    /// Where it came from.
    pub source: Source,
    /// `false` for what only build scripts and procedural macros use.
    pub linked: bool,
    /// Indices, in this list, of the packages that it depends on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<usize>,
}

/// A graph's fields. What serde's `flatten` would do, without a copy of the whole that takes sixteen
/// times the memory of its text.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    name: String,
    version: String,
    packages: Option<Vec<Package>>,
    unknown: Option<String>,
}

impl TryFrom<Fields> for Graph {
    type Error = &'static str;

    fn try_from(fields: Fields) -> Result<Self, &'static str> {
        let Fields { name, version, packages, unknown } = fields;
        let resolved = match (packages, unknown) {
            (Some(packages), None) => Resolved::Packages(packages),
            (None, Some(reason)) => Resolved::Unknown(reason),
            _ => return Err("a graph has either `packages` or `unknown`"),
        };
        Ok(Self { name, version, resolved })
    }
}
