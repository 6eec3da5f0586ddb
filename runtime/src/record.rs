//! The bytes of a record, put together by the compiler.
//!
//! Layout, the same as in `headcount-report`: magic, format version, kind, length of the text
//! (`u32`, little-endian), the text (JSON), and a check sum (`u32`, little-endian): both halves of the
//! sum of kind and text, by exclusive or.
//!
//! A library may have thousands of sites, and the compiler's interpreter is slow: what happens for
//! each of them copies the text as a whole and sums it in words of eight bytes.

#![allow(unsafe_code)] // a string literal, read as an array and as words

const MAGIC: [u8; 12] = [0x6e, 0x97, 0x72, 0xba, 0x23, 0x7d, 0x10, 0xa9, 0xe4, 0xa7, 0x6a, 0xeb];
const FORMAT: u8 = 1;

/// Longest path of a site with its crate, in bytes: it has to fit into a line of the spool.
const MAX_PATH_BYTES: usize = 256;

/// The kind of a site's record.
pub const SITE: u8 = b'S';

/// The kind of a build record.
pub const BUILD: u8 = b'B';

/// A record with a text of `N` bytes.
#[repr(C)]
pub struct Record<const N: usize> {
    magic: [u8; MAGIC.len()],
    format: u8,
    kind: u8,
    length: [u8; 4],
    pub(crate) text: [u8; N],
    sum: [u8; 4],
}

impl<const N: usize> Record<N> {
    /// The record with this text.
    #[must_use]
    #[allow(clippy::cast_possible_truncation)] // no text has 4 GiB; both halves are in the sum
    pub const fn new(kind: u8, text: [u8; N]) -> Self {
        let length = (N as u32).to_le_bytes();
        let sum = sum(kind, &text);
        let sum = ((sum ^ sum >> 32) as u32).to_le_bytes();
        Self { magic: MAGIC, format: FORMAT, kind, length, text, sum }
    }
}

/// The path of a site, crate included.
///
/// # Panics
/// At compile time, when it is too long.
#[must_use]
pub const fn checked(path: &'static str) -> &'static str {
    assert!(
        path.len() <= MAX_PATH_BYTES,
        "a site's path, crate included, is at most 256 bytes: give it a shorter `name`"
    );
    path
}

/// The bytes of a text, as an array.
///
/// # Panics
/// At compile time, when `N` is not the text's length.
#[must_use]
pub const fn bytes<const N: usize>(text: &'static str) -> [u8; N] {
    assert!(N == text.len());
    // SAFETY: the text has `N` bytes, and bytes need no alignment.
    unsafe { *text.as_ptr().cast::<[u8; N]>() }
}

/// The length in bytes of all parts together.
#[must_use]
pub const fn length(parts: &[&str]) -> usize {
    let mut length = 0;
    let mut part = 0;
    while part < parts.len() {
        length += parts[part].len();
        part += 1;
    }
    length
}

/// All parts, one after the other.
///
/// # Panics
/// At compile time, when `N` is not their [`length`].
#[must_use]
pub const fn joined<const N: usize>(parts: &[&str]) -> [u8; N] {
    let mut joined = [0; N];
    let mut end = 0;
    let mut part = 0;
    while part < parts.len() {
        let bytes = parts[part].as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            joined[end] = bytes[at];
            end += 1;
            at += 1;
        }
        part += 1;
    }
    assert!(end == N);
    joined
}

/// The sum of kind and text: little-endian words of eight bytes, the last one ending with the text,
/// each mixed in by exclusive or, an odd factor (2^64 over the golden ratio) and a rotation.
///
/// # Panics
/// At compile time, when the text is shorter than a word.
pub(crate) const fn sum(kind: u8, text: &[u8]) -> u64 {
    assert!(text.len() >= 8);
    let last = text.len() - 8;
    let mut sum = kind as u64;
    let mut at = 0;
    loop {
        // SAFETY: `at` is at most `last`, so the word lies in the text.
        let word = unsafe { text.as_ptr().add(at).cast::<u64>().read_unaligned() };
        sum = (sum ^ u64::from_le(word)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
        if at == last {
            return sum;
        }
        at = if at + 8 < last { at + 8 } else { last };
    }
}
