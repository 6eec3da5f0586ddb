//! A site, and the list of those that were hit.

#![allow(unsafe_code)] // sites of different lengths, behind one type of pointer

use core::ptr::{self, addr_of, NonNull};
use core::sync::atomic::{AtomicI32, AtomicPtr, AtomicU32, Ordering};
use core::{iter, slice, str};

use crate::record::{self, Record};

/// Where a counter stops: past that a hot function costs one read of a line that every core
/// shares.
pub(crate) const CEILING: i32 = 10_000;

/// Longest path of a site with its crate, in bytes: it has to fit into a line of the spool.
const MAX_PATH_BYTES: usize = 256;

/// The last site that was hit for the first time; those before it follow by `next`.
static LATEST: AtomicPtr<Site<0>> = AtomicPtr::new(ptr::null_mut());

/// One counted item or place, with a record whose text has `N` bytes.
///
/// A static that nothing but the counted code refers to: the linker keeps it, and the record in it,
/// exactly as long as that code. It holds no address that would have to be set when a program
/// starts.
#[repr(C)]
pub struct Site<const N: usize> {
    pub(crate) head: Head,
    record: Record<N>,
}

/// What every site begins with, whatever the length of its text.
pub(crate) struct Head {
    /// Hits left until the counter stops; see [`Site::hit`].
    pub(crate) left: AtomicI32,
    /// Hits before the counter began anew, as a reporter has it do each week.
    pub(crate) earlier: AtomicU32,
    next: AtomicPtr<Site<0>>,
}

impl<const N: usize> Site<N> {
    /// A site that nothing has hit yet. The text is that of its record, and has `around_path` bytes
    /// besides the path.
    ///
    /// # Panics
    /// At compile time, when the path is too long, or `N` is not the text's length.
    #[must_use]
    pub const fn new(text: &'static str, around_path: usize) -> Self {
        assert!(
            N - around_path <= MAX_PATH_BYTES,
            "a site's path, crate included, is at most 256 bytes: give it a shorter `name`"
        );
        let (left, earlier) = (AtomicI32::new(CEILING), AtomicU32::new(0));
        let next = AtomicPtr::new(ptr::null_mut());
        let head = Head { left, earlier, next };
        Self { head, record: Record::new(record::SITE, text) }
    }
}

/// A site of whatever length: a pointer that is good for all of it.
#[derive(Clone, Copy)]
pub(crate) struct AnySite(NonNull<Site<0>>);

impl AnySite {
    #[inline(always)]
    #[allow(clippy::inline_always)] // no instruction
    pub(crate) fn new<const N: usize>(site: &'static Site<N>) -> Self {
        Self(NonNull::from(site).cast())
    }

    pub(crate) fn head(self) -> &'static Head {
        // SAFETY: it came from a static site, all of which begin with a head.
        unsafe { &self.0.as_ref().head }
    }

    /// The package that holds the site, its version, and where the site is within it.
    ///
    /// The record's text begins with `{"library":"..","version":"..","path":".."`, and nothing in
    /// these needs an escape.
    pub(crate) fn names(self) -> (&'static str, &'static str, &'static str) {
        let mut names = self.text().split('"').skip(3).step_by(4);
        let mut name = || names.next().unwrap_or_default();
        let (library, version, path) = (name(), name(), name());
        (library, version, path.split_once("::").map_or(path, |(_, path)| path))
    }

    /// Puts the site into the list. Once, by whoever hit it first.
    pub(crate) fn enlist(self) {
        // Release: who finds the site finds the one behind it.
        let _ = LATEST.fetch_update(Ordering::Release, Ordering::Relaxed, |latest| {
            self.head().next.store(latest, Ordering::Relaxed);
            Some(self.0.as_ptr())
        });
    }

    /// All sites that were hit so far, the latest first.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let latest = NonNull::new(LATEST.load(Ordering::Acquire)).map(Self);
        iter::successors(latest, |site| {
            NonNull::new(site.head().next.load(Ordering::Relaxed)).map(Self)
        })
    }

    /// The text of the site's record.
    fn text(self) -> &'static str {
        // SAFETY: the text lies at one place in all sites, and was copied from a `str` of this
        // length. The pointer came from a static site with the whole text in it.
        unsafe {
            let record = addr_of!((*self.0.as_ptr()).record);
            let length = u32::from_le_bytes((*record).length) as usize;
            let start = addr_of!((*record).text).cast::<u8>();
            str::from_utf8_unchecked(slice::from_raw_parts(start, length))
        }
    }
}

/// A counted library, as this build has it.
#[derive(Debug)]
pub struct Library {
    /// The build record's text: JSON.
    #[cfg_attr(not(headcount_recording), allow(dead_code))]
    pub(crate) build_record: &'static [u8],
    /// Names the build record's file in the spool.
    #[cfg_attr(not(headcount_recording), allow(dead_code))]
    pub(crate) hash: u64,
}

impl Library {
    /// The library of a build record.
    #[must_use]
    pub const fn new<const N: usize>(record: &'static Record<N>) -> Self {
        let build_record = &record.text;
        Self { build_record, hash: record::sum(record::BUILD, build_record) }
    }
}
