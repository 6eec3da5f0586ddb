//! Sums of bits: all that a collector keeps.

use std::num::NonZeroU32;
use std::ops::RangeInclusive;

use headcount_report::{CrateName, Manifest, PlainVersion, Week};
use jiff::Timestamp;

use self::transfer::Line;
use crate::library::{Library, Site};
use crate::token::Scope;

#[cfg(test)]
mod conformance;
mod counts;
mod error;
mod lock;
mod memory;
mod seen;
mod sqlite;
mod sums;
pub mod transfer;
mod wanted;

pub use error::StoreError;
pub use lock::Lock;
pub use memory::MemoryStore;
pub use sqlite::SqliteStore;
pub use sums::{Added, Bit, Bits, Dimension, Subject, SumRow, Summed};
pub use wanted::Wanted;

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
    /// they are durable and in every answer.
    ///
    /// `may_add` is asked about each section that was not counted before, with the place of its
    /// report; what it refuses leaves no trace.
    ///
    /// # Errors
    /// When they cannot be made durable; then nothing was added.
    fn add(
        &self,
        reports: &[Summed],
        may_add: &mut dyn FnMut(usize, &Bits) -> bool,
    ) -> Result<Vec<Added>, StoreError>;

    /// Brings what was added into its final form. Whoever writes calls this before anything else,
    /// and then every few seconds.
    ///
    /// # Errors
    /// When it cannot be made durable; then nothing was lost.
    fn fold(&self) -> Result<(), StoreError>;

    /// Closes the weeks before `week` and forgets their section ids. Returns the first open week:
    /// a later one if a later one was named before, since a closed week never opens again.
    ///
    /// # Errors
    /// When it cannot be made durable.
    fn close_before(&self, week: Week) -> Result<Week, StoreError>;

    /// Deletes the sums of all weeks but the last `weeks`, counted from the last one that has any:
    /// a clock that runs ahead deletes nothing.
    ///
    /// # Errors
    /// When it cannot be made durable.
    fn keep_weeks(&self, weeks: NonZeroU32) -> Result<(), StoreError>;

    /// The sums of one library in some weeks, in no order, as they stood at one moment. What is wanted
    /// twice comes twice.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn sums(
        &self,
        library: &CrateName,
        weeks: RangeInclusive<Week>,
        wanted: &[Wanted],
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

    /// Hands over everything that is kept, as it stands now, without the first and the last line
    /// of an export.
    ///
    /// # Errors
    /// When the store cannot be read, or with what `take` returns.
    fn export(
        &self,
        take: &mut dyn FnMut(Line) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>;

    /// Keeps everything that another store handed over, if nothing was ever registered or counted
    /// here: wholly or not at all.
    ///
    /// # Errors
    /// When there is something here, it cannot be made durable, or with what `lines` yields.
    fn import(
        &self,
        lines: &mut dyn Iterator<Item = Result<Line, StoreError>>,
    ) -> Result<(), StoreError>;
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
    /// What it is for.
    pub scope: Scope,
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
