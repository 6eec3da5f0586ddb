//! What a site record says.

use serde::{Deserialize, Serialize};

use crate::vocabulary::{CrateName, SitePath};

/// A counted item or place, as its record in the binary names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteRecord {
    /// The package that holds the site.
    pub library: CrateName,
    /// The package's version as cargo knows it, pre-release and build tags included.
    pub version: String,
    /// Where in the library: module, type, name.
    pub path: SitePath,
    /// What is counted there.
    pub kind: SiteKind,
    /// Present on a `#[deprecated_tracked]` item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<Deprecation>,
}

impl SiteRecord {
    /// Takes the crate's name off the path, up to the first `::`.
    pub(crate) fn without_crate(mut self) -> Self {
        if let Some(path) =
            self.path.as_str().split_once("::").and_then(|(_, path)| path.parse().ok())
        {
            self.path = path;
        }
        self
    }

    /// Puts a crate's name before the path.
    pub(crate) fn with_crate(mut self) -> Self {
        let krate = self.library.as_str().replace('-', "_");
        if let Ok(path) = format!("{krate}::{}", self.path).parse() {
            self.path = path;
        }
        self
    }
}

/// What is counted at a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SiteKind {
    /// A free function.
    Fn,
    /// A method or associated function.
    Method,
    /// A place inside a body: `headcount::used!`.
    Used,
    /// An item that leaves its record only: it is never said to be called.
    Linked,
}

impl SiteKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Fn, Self::Method, Self::Used, Self::Linked];

    /// The word for it, as in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fn => "fn",
            Self::Method => "method",
            Self::Used => "used",
            Self::Linked => "linked",
        }
    }
}

/// What the author said when deprecating an item.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deprecation {
    /// The version that deprecated it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// What to use instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The version in which the author means to remove it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remove_in: Option<String>,
}
