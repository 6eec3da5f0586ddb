//! Sums of bits: all that a collector keeps.

use std::ops::RangeInclusive;

use headcount_report::{CrateName, Manifest, Origin, PlainVersion, SectionId, Week};
use jiff::Timestamp;

use crate::library::{Library, Site};

#[cfg(test)]
mod conformance;
mod lock;
mod memory;
mod sqlite;

pub use lock::Lock;
pub use memory::MemoryStore;
pub use sqlite::SqliteStore;

/// Keeps what authors register and the sums of what machines report.
///
/// All stores pass one conformance suite. Methods block; one thread at a time writes.
pub trait Store: Send + Sync + 'static {
    /// All that is registered of one library.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn library(&self, name: &CrateName) -> Result<Option<Library>, StoreError>;

    /// A line for every registered library, by name.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn libraries(&self) -> Result<Vec<LibraryLine>, StoreError>;

    /// Keeps a manifest in place of any of the same version, and the sites that it adds to its
    /// library: the first of them gets the index `first_index`.
    ///
    /// # Errors
    /// When it cannot be made durable.
    fn put_manifest(
        &self,
        manifest: &Manifest,
        new_sites: &[Site],
        first_index: usize,
    ) -> Result<(), StoreError>;

    /// Whether a section of this version has been counted.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn is_counted(&self, library: &CrateName, version: &PlainVersion) -> Result<bool, StoreError>;

    /// Adds the sections of a few reports, each section once, in one transaction. When it returns,
    /// the sums are durable.
    ///
    /// # Errors
    /// When they cannot be made durable; then nothing was added.
    fn add(&self, reports: &[Summed]) -> Result<Vec<Added>, StoreError>;

    /// Closes the weeks before `week` and forgets their section ids. Returns the first open week:
    /// a later one if a later one was named before, since a closed week never opens again.
    ///
    /// # Errors
    /// When it cannot be made durable.
    fn close_before(&self, week: Week) -> Result<Week, StoreError>;

    /// The sums of one library in some weeks, ordered by week.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn sums(
        &self,
        library: &CrateName,
        weeks: RangeInclusive<Week>,
        dimensions: &[Dimension],
    ) -> Result<Vec<SumRow>, StoreError>;

    /// Keeps the digest of a new token and returns its number.
    ///
    /// # Errors
    /// When it cannot be made durable.
    fn add_token(&self, token: NewToken) -> Result<u32, StoreError>;

    /// The tokens that have not been revoked, by number.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn tokens(&self) -> Result<Vec<TokenRow>, StoreError>;

    /// Forgets a token; says whether there was one of that number.
    ///
    /// # Errors
    /// When it cannot be made durable.
    fn revoke_token(&self, number: u32) -> Result<bool, StoreError>;
}

/// One report, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summed {
    /// The week of all its sections.
    pub week: Week,
    /// Its sections, in the order of the report.
    pub sections: Vec<Bits>,
}

/// One section on its way into the sums: the counters that it raises by one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bits {
    /// Remembered until the week closes, so that a retry counts once.
    pub id: SectionId,
    /// What the section is about.
    pub subject: Subject,
    /// What was seen.
    pub bits: Vec<Bit>,
}

/// What a counter is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    /// The library; absent when nobody registered it, since its name is then nobody's business.
    pub library: Option<CrateName>,
    /// The version; absent when no manifest has it.
    pub version: Option<PlainVersion>,
    /// Where the programs ran.
    pub origin: Origin,
}

/// One fact about one section, true or not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bit {
    /// What kind of fact.
    pub dimension: Dimension,
    /// Of what; see [`Dimension`].
    pub value: String,
}

macro_rules! dimensions {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)+) => {
        /// The kinds of facts, with what the value of such a [`Bit`] is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Dimension { $($(#[$doc])* $name,)+ }

        impl Dimension {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The word for it, as in the store.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }
        }
    };
}

dimensions! {
    /// There is such a section. No value.
    Sections = "sections",
    /// It was scanned: what it does not call linked was not linked. No value.
    Scanned = "scanned",
    /// A scanned section has the site linked. The site's index.
    Linked = "linked",
    /// It called the site. The site's index.
    Called = "called",
    /// It called the site at least 100 times. The site's index.
    Called100 = "called>=100",
    /// It called the site at least 10,000 times. The site's index.
    Called10000 = "called>=10000",
    /// It names a compiler. `major.minor`; empty: it names any.
    Rustc = "rustc",
    /// It names a target. The triple; empty: it names any.
    Target = "target",
    /// It has a cargo feature on. The feature; empty: it tells its features.
    Feature = "feature",
    /// It links a dependency. `name version`; only `name`: it tells this one's version.
    Dependency = "dependency",
    /// It links a system library. `name version`; only `name`: it tells this one's version.
    System = "system",
    /// It has a site that its version's manifest has not. No value.
    UnknownSites = "unknown sites",
    /// No manifest has its version: nothing else of it was counted. No value.
    UnknownVersion = "unknown version",
    /// Nobody registered its library: nothing else of it was counted. No value.
    UnknownLibrary = "unknown library",
}

impl Dimension {
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|dimension| dimension.as_str() == word)
    }
}

/// What became of one report's sections.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Added {
    /// Counted now.
    pub admitted: u64,
    /// Counted before.
    pub repeated: u64,
}

/// One counter and what it stands at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SumRow {
    /// The week.
    pub week: Week,
    /// The version; absent for [`Dimension::UnknownVersion`].
    pub version: Option<PlainVersion>,
    /// Where the programs ran.
    pub origin: Origin,
    /// What is counted.
    pub bit: Bit,
    /// How many sections said so.
    pub count: u64,
}

/// One library in the list of all.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct LibraryLine {
    /// Its name.
    pub library: CrateName,
    /// The latest registered release.
    pub latest_version: PlainVersion,
    /// Registered versions.
    pub versions: usize,
    /// Sites of the latest.
    pub sites: usize,
    /// Those of them that are deprecated.
    pub deprecated: usize,
    /// The last week with a section.
    pub week: Option<Week>,
    /// How many sections that week has.
    pub sections: u64,
}

/// A token to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// The one library that it may register.
    pub library: CrateName,
    /// SHA-256 of the token.
    pub digest: [u8; 32],
    /// When it was made.
    pub created: Timestamp,
}

/// A token that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// By which it is revoked. Never given twice.
    pub number: u32,
    /// The rest.
    pub token: NewToken,
}

/// Why a store cannot do its work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another collector serves this store.
    #[error("another collector is serving `{path}` (it holds `{path}.lock`); stop it first")]
    InUse {
        /// The store.
        path: String,
    },
    /// A database, but not one of ours.
    #[error("`{path}` is the database of another program, not a headcount store")]
    Foreign {
        /// The file.
        path: String,
    },
    /// A store of another version of headcount.
    #[error("`{path}` has store schema {found}; this collector reads and writes schema {expected}")]
    Schema {
        /// The store.
        path: String,
        /// Its schema.
        found: i64,
        /// Ours.
        expected: i64,
    },
    /// A value in it that no collector writes.
    #[error("the store is damaged: {0}")]
    Damaged(String),
    /// SQLite refused.
    #[error("cannot {doing} the store")]
    Sqlite {
        /// What was tried.
        doing: &'static str,
        /// Why not.
        source: rusqlite::Error,
    },
    /// The system refused.
    #[error("cannot {doing}")]
    Io {
        /// What was tried.
        doing: String,
        /// Why not.
        source: std::io::Error,
    },
}
