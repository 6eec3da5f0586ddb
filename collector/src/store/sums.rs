//! What goes into a store and comes out of it: bits, and how many sections had each.

use std::str::FromStr;

use headcount_report::{CrateName, Fact, Facts, Origin, PlainVersion, SectionId, Week};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// One report, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summed {
    /// The week of all its sections.
    pub week: Week,
    /// Its sections, in the order of the report.
    pub sections: Vec<Bits>,
}

/// One section on its way into the sums: what raises each counter by one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bits {
    /// Remembered until the week closes, so that a retry counts once.
    pub id: SectionId,
    /// What the section is about.
    pub subject: Subject,
    /// What was seen of its sites, by their index.
    pub sites: Vec<(u32, Facts)>,
    /// What else was seen.
    pub words: Vec<Bit>,
}

#[cfg(test)]
impl Bits {
    /// A section with these bits.
    pub(crate) fn new(
        id: SectionId,
        subject: Subject,
        bits: impl IntoIterator<Item = Bit>,
    ) -> Self {
        let mut sites = std::collections::BTreeMap::<u32, Facts>::new();
        let mut words = Vec::new();
        for bit in bits {
            match bit.site() {
                Some((site, fact)) => sites.entry(site).or_default().insert(fact),
                None => words.push(bit),
            }
        }
        Self { id, subject, sites: sites.into_iter().collect(), words }
    }
}

/// What a counter is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Subject {
    /// The library; absent when nobody registered it, since its name is then nobody's business.
    pub library: Option<CrateName>,
    /// The version; absent when no manifest has it.
    pub version: Option<PlainVersion>,
    /// Where the programs ran.
    pub origin: Origin,
}

/// One fact about one section, true or not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Bit {
    /// What kind of fact.
    pub dimension: Dimension,
    /// Of what; see [`Dimension`].
    pub value: SmolStr,
}

impl Bit {
    /// A fact of this kind about `value`.
    pub fn new(dimension: Dimension, value: impl Into<SmolStr>) -> Self {
        Self { dimension, value: value.into() }
    }

    /// The site by its index and the fact about it, if it is about a site.
    pub(super) fn site(&self) -> Option<(u32, Fact)> {
        Some((self.value.parse().ok()?, self.dimension.fact()?))
    }
}

macro_rules! dimensions {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)+) => {
        /// The kinds of facts, with what the value of such a [`Bit`] is.
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        pub enum Dimension { $($(#[$doc])* #[serde(rename = $word)] $name,)+ }

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
    /// What of a site it counts, if it counts sites.
    #[must_use]
    pub fn fact(self) -> Option<Fact> {
        Fact::ALL.into_iter().find(|fact| Self::of(*fact) == self)
    }

    /// What counts sites with this fact.
    #[must_use]
    pub fn of(fact: Fact) -> Self {
        match fact {
            Fact::Linked => Self::Linked,
            Fact::Called => Self::Called,
            Fact::Called100 => Self::Called100,
            Fact::Called10000 => Self::Called10000,
        }
    }
}

impl FromStr for Dimension {
    type Err = UnknownDimension;

    fn from_str(word: &str) -> Result<Self, UnknownDimension> {
        let known = Self::ALL.iter().copied().find(|dimension| dimension.as_str() == word);
        known.ok_or_else(|| UnknownDimension(word.to_owned()))
    }
}

/// A word that is no [`Dimension`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("dimension `{0}` is unknown")]
pub struct UnknownDimension(String);

/// What became of one report's sections.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Added {
    /// Counted now.
    pub admitted: u64,
    /// Counted before.
    pub repeated: u64,
    /// Not counted, because they were refused.
    pub refused: u64,
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
