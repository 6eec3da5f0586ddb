//! A site, the library that it belongs to, and the slice in which all sites of a program register.

use core::sync::atomic::AtomicI32;

use linkme::distributed_slice;

use crate::record::{self, Record};

/// Where a counter stops: past that a hot function costs one read of a line that every core
/// shares.
pub(crate) const CEILING: i32 = 10_000;

/// All sites of this program, in no particular order.
///
/// Two incompatible versions of headcount can be in one program, and linkme panics at first access
/// when two slices share a name: so each has a name of its own.
#[distributed_slice]
pub static HEADCOUNT_SITES_1: [Site];

/// One counted item or place.
#[derive(Debug)]
pub struct Site {
    /// Hits left until the counter stops; see [`Site::hit`].
    pub(crate) left: AtomicI32,
    /// The path, crate included.
    path: &'static str,
    pub(crate) library: &'static Library,
    /// Where no relocation can keep the record, the slice does: an upper bound.
    #[cfg(not(headcount_reloc))]
    _record: *const u8,
}

// SAFETY: the pointer is never followed.
#[cfg(not(headcount_reloc))]
#[allow(unsafe_code)]
unsafe impl Sync for Site {}

/// A counted library, as this build has it.
#[derive(Debug)]
pub struct Library {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    /// The build record's text: JSON.
    #[cfg_attr(not(unix), allow(dead_code))]
    pub(crate) build_record: &'static [u8],
    /// Names the build record's file in the spool.
    #[cfg_attr(not(unix), allow(dead_code))]
    pub(crate) hash: u64,
}

impl Site {
    /// A site that nothing has hit yet.
    #[must_use]
    #[cfg_attr(headcount_reloc, allow(unused_variables))]
    pub const fn new<const N: usize>(
        path: &'static str,
        library: &'static Library,
        record: &'static Record<N>,
    ) -> Self {
        Self {
            left: AtomicI32::new(CEILING),
            path,
            library,
            #[cfg(not(headcount_reloc))]
            _record: core::ptr::addr_of!(*record).cast(),
        }
    }

    /// Where the site is within its library.
    pub(crate) fn path(&self) -> &'static str {
        self.path.split_once("::").map_or(self.path, |(_, path)| path)
    }
}

impl Library {
    /// The library of a build record.
    #[must_use]
    pub const fn new<const N: usize>(
        name: &'static str,
        version: &'static str,
        record: &'static Record<N>,
    ) -> Self {
        let build_record = &record.text;
        Self { name, version, build_record, hash: record::sum(record::BUILD, build_record) }
    }
}
