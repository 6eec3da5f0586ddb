//! The manifest: all sites of one published library version.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::limits::{MAX_MANIFEST_BYTES, MAX_SITES, MAX_VALUES};
use crate::site::{Deprecation, SiteKind};
use crate::vocabulary::{CrateName, FeatureName, PlainVersion, SitePath};

/// All sites and features of one library version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Format version: 1.
    pub headcount: u8,
    /// The library.
    pub library: CrateName,
    /// Its version.
    pub version: PlainVersion,
    /// The cargo features that it declares.
    pub features: BTreeSet<FeatureName>,
    /// Its sites, by path.
    pub sites: BTreeMap<SitePath, ManifestSite>,
}

/// One site of a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManifestSite {
    /// What is counted.
    pub kind: SiteKind,
    /// Present when the item is deprecated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<Deprecation>,
}

/// Why bytes are not a manifest.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// Not the JSON of a manifest.
    #[error("the manifest cannot be read")]
    Json(#[from] serde_json::Error),
    /// Written by another format version.
    #[error("manifest format {0} is unknown; this headcount reads format 1")]
    Format(u8),
    /// Over a limit.
    #[error("the manifest has {count} {what}; the limit is {limit}")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// How many are allowed.
        limit: usize,
    },
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// When it is not one, or over a limit.
    pub fn decode(bytes: &[u8]) -> Result<Self, ManifestError> {
        let limit = |what, count, limit| {
            if count > limit { Err(ManifestError::TooMany { what, count, limit }) } else { Ok(()) }
        };
        limit("bytes", bytes.len(), MAX_MANIFEST_BYTES)?;
        let manifest: Self = serde_json::from_slice(bytes)?;
        if manifest.headcount != 1 {
            return Err(ManifestError::Format(manifest.headcount));
        }
        limit("sites", manifest.sites.len(), MAX_SITES)?;
        limit("features", manifest.features.len(), MAX_VALUES)?;
        Ok(manifest)
    }
}
