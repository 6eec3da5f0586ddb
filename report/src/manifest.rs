//! The manifest: all sites of one published library version.

mod changes;
mod merge;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::limits::{MAX_MANIFEST_BYTES, MAX_SITES, MAX_VALUES};
use crate::site::{Deprecation, SiteKind};
use crate::vocabulary::{CrateName, FeatureName, PlainVersion, SitePath};

pub use changes::{Changed, Changes, Reused};
pub use merge::{Contradiction, MergeError, merged};

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

#[cfg(test)]
mod tests {
    use super::*;

    /// A manifest of `counted` with sites such as `client::Client::send method`, with ` old` behind
    /// a deprecated one.
    pub(super) fn manifest(version: &str, sites: &[&str]) -> Manifest {
        let site = |text: &&str| {
            let (path, rest) = text.split_once(' ').unwrap();
            let (kind, old) = rest.split_once(' ').unwrap_or((rest, ""));
            let kind = SiteKind::ALL.into_iter().find(|known| known.as_str() == kind).unwrap();
            let since = Some("1.2.0".to_owned());
            let deprecated =
                (old == "old").then(|| Deprecation { since, ..Deprecation::default() });
            (path.parse().unwrap(), ManifestSite { kind, deprecated })
        };
        Manifest {
            headcount: 1,
            library: "counted".parse().unwrap(),
            version: version.parse().unwrap(),
            features: BTreeSet::new(),
            sites: sites.iter().map(site).collect(),
        }
    }

    #[test]
    fn decoding_undoes_encoding() {
        let manifest = manifest("1.4.2", &["a fn", "b method old"]);
        assert_eq!(Manifest::decode(&serde_json::to_vec(&manifest).unwrap()).unwrap(), manifest);
        let other = Manifest { headcount: 2, ..manifest };
        let error = Manifest::decode(&serde_json::to_vec(&other).unwrap()).unwrap_err();
        assert!(matches!(error, ManifestError::Format(2)));
    }
}
