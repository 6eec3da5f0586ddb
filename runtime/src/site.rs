//! A site, the library that it belongs to, and the slice in which all sites of a program register.

use core::sync::atomic::AtomicI32;

use linkme::distributed_slice;

use crate::record;

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
    pub(crate) path: &'static str,
    pub(crate) library: &'static Library,
    /// Where no relocation can keep the record, the slice does: an upper bound.
    #[cfg(not(headcount_reloc))]
    _record: &'static [u8],
}

/// A counted library, as this build has it.
#[derive(Debug)]
pub struct Library {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
    /// The whole build record.
    pub(crate) record: &'static [u8],
    /// Names the build record's file in the spool.
    pub(crate) hash: u64,
}

impl Site {
    /// A site that nothing has hit yet.
    #[must_use]
    #[cfg_attr(headcount_reloc, allow(unused_variables))]
    pub const fn new(path: &'static str, library: &'static Library, record: &'static [u8]) -> Self {
        Self {
            left: AtomicI32::new(CEILING),
            path,
            library,
            #[cfg(not(headcount_reloc))]
            _record: record,
        }
    }
}

impl Library {
    /// The library of a build record.
    #[must_use]
    pub const fn new(name: &'static str, version: &'static str, record: &'static [u8]) -> Self {
        Self { name, version, record, hash: record::text_hash(record) }
    }

    /// The build record's text: JSON.
    #[cfg(unix)]
    pub(crate) fn build_record(&self) -> &'static [u8] {
        record::text(self.record)
    }
}

#[cfg(test)]
mod tests {
    use core::mem::size_of;

    use super::{Library, Site};

    /// cargo puts an incompatible version beside this one into a program.
    #[test]
    fn the_slices_name_belongs_to_this_version() {
        let this = (env!("CARGO_PKG_VERSION_MAJOR"), env!("CARGO_PKG_VERSION_MINOR"));
        assert_eq!(this, ("0", "1"), "give the slice a new number");
    }

    /// What each site costs a program.
    #[test]
    #[cfg(all(target_pointer_width = "64", headcount_reloc))]
    fn a_site_is_small() {
        assert_eq!((size_of::<Site>(), size_of::<Library>()), (32, 56));
    }
}
