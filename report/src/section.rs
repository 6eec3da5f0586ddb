//! The section: what one machine says about one library version for one week.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::fact::Facts;
use crate::serde_as_text;
use crate::vocabulary::{
    CrateName, FeatureName, PlainVersion, RustcVersion, SitePath, SystemVersion, Target,
};

/// What one machine says about one library version for one week.
///
/// It stands alone: nothing ties two sections of one machine together. A field that is absent is
/// unknown, and leaves the denominator of every answer about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    deny_unknown_fields,
    bound(serialize = "T: AsRef<str>", deserialize = "T: AsRef<str> + Ord + Deserialize<'de>")
)]
pub struct Section<T = SmolStr> {
    /// Random; the same on every retry, so that a collector counts the section once.
    pub id: SectionId,
    /// The library.
    pub library: CrateName<T>,
    /// Its version.
    pub version: PlainVersion<T>,
    /// Where the programs ran.
    pub origin: Origin,
    /// Whether every executable that was seen was scanned too, so that a missing
    /// [`Fact::Linked`](crate::Fact::Linked) means "not linked".
    pub scanned: bool,
    /// Compilers that built it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub rustc: BTreeSet<RustcVersion<T>>,
    /// Targets that it was built for.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub target: BTreeSet<Target<T>>,
    /// Cargo features that some build enabled. Empty means none, absent means unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub features: Option<BTreeSet<FeatureName<T>>>,
    /// Versions of direct, public dependencies that builds linked.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub dependencies: BTreeMap<CrateName<T>, BTreeSet<PlainVersion<T>>>,
    /// Versions of system libraries that builds linked.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub system: BTreeMap<CrateName<T>, BTreeSet<SystemVersion<T>>>,
    /// What was seen of each site. A site of which nothing was seen is left out.
    pub sites: BTreeMap<SitePath<T>, Facts>,
}

/// Where programs ran.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// On a developer's machine, through cargo.
    #[default]
    Developer,
    /// Where a user runs them, as the owner or the application said.
    Deployed,
}

impl Origin {
    /// The word for it, as in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Developer => "developer",
            Self::Deployed => "deployed",
        }
    }
}

/// Sixteen random bytes, written as 32 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SectionId(pub [u8; 16]);

/// A text that is no [`SectionId`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a section's id is 32 lower-case hexadecimal digits")]
pub struct SectionIdError;

impl FromStr for SectionId {
    type Err = SectionIdError;

    fn from_str(text: &str) -> Result<Self, SectionIdError> {
        let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if text.len() != 32 || !text.bytes().all(is_hex) {
            return Err(SectionIdError);
        }
        u128::from_str_radix(text, 16).map(|id| Self(id.to_be_bytes())).map_err(|_| SectionIdError)
    }
}

impl fmt::Display for SectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for SectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SectionId({self})")
    }
}

serde_as_text!(SectionId);
