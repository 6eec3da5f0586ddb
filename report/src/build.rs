//! The build record: the facts of one library in one build.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::vocabulary::CrateName;

/// The facts of one library in one build. Deterministic: no time, no path, no host name.
///
/// It stays on the machine; what of it may leave is decided where a section is made, by the
/// [vocabulary](crate::vocabulary).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BuildRecord {
    /// The package.
    pub library: CrateName,
    /// Its version as cargo knows it.
    pub version: String,
    /// Where its source came from.
    pub source: Source,
    /// The collector that its author named, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collector: Option<String>,
    /// Cargo features; absent where rustc's arguments did not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub features: Option<Features>,
    /// Direct dependencies that this build linked, by package; absent where it could not be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dependencies: Option<BTreeMap<CrateName, BTreeSet<Dependency>>>,
    /// Full version of the compiler.
    pub rustc: String,
    /// Target triple.
    pub target: String,
    /// `debug` or `release`, as cargo tells build scripts.
    pub profile: String,
    /// System libraries and the versions that a build script reported.
    #[serde(default)]
    pub system: BTreeMap<String, String>,
}

/// Where a package's source came from, judged by its folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Source {
    /// Cargo's registry cache of crates.io.
    #[serde(rename = "crates.io")]
    CratesIo,
    /// A git checkout.
    #[serde(rename = "git")]
    Git,
    /// A folder of the user's: a path dependency or a workspace member.
    #[serde(rename = "local")]
    Local,
    /// Another registry, a mirror, another build system.
    #[serde(rename = "unknown")]
    Unknown,
}

/// One dependency: a public version, or why there is none.
///
/// Written as one string: `1.1.23`, `git`, `local` or `unknown`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Dependency {
    /// A version published on crates.io, as cargo knows it.
    Public(String),
    /// Not public, or undecidable.
    Other(Source),
}

impl From<String> for Dependency {
    fn from(text: String) -> Self {
        match text.as_str() {
            "git" => Self::Other(Source::Git),
            "local" => Self::Other(Source::Local),
            "unknown" => Self::Other(Source::Unknown),
            _ => Self::Public(text),
        }
    }
}

impl From<Dependency> for String {
    fn from(dependency: Dependency) -> String {
        match dependency {
            Dependency::Public(version) => version,
            Dependency::Other(source) => source.as_str().to_owned(),
        }
    }
}

impl Source {
    /// The word for it, as in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CratesIo => "crates.io",
            Self::Git => "git",
            Self::Local => "local",
            Self::Unknown => "unknown",
        }
    }
}

/// The cargo features of one library in one build.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Features {
    /// What the library offers.
    pub declared: BTreeSet<String>,
    /// What this build turned on.
    pub enabled: BTreeSet<String>,
}

impl BuildRecord {
    /// The number under which a program files this record's text in the spool: its
    /// [`sum`](crate::hash::sum). The runtime computes the same at compile time.
    #[must_use]
    pub fn hash(text: &str) -> u64 {
        crate::hash::sum(b'B', text.as_bytes()).unwrap_or(0)
    }
}
