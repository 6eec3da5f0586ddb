//! The bytes of a record, put together by the compiler.
//!
//! Layout, the same as in `headcount-report`: magic, format version, kind, length of the text
//! (`u32`, little-endian), the text (JSON), and a check sum (`u32`, little-endian): both halves of the
//! sum of kind and text, by exclusive or.
//!
//! A library may have thousands of sites, and the compiler's interpreter is slow, most of all at
//! calling functions: what happens for each of them is plain operators on the text as a whole, and
//! on its words of eight bytes.

#![allow(unsafe_code)] // a string literal, read as an array and as words

use core::slice;

const MAGIC: [u8; 12] = [0x6e, 0x97, 0x72, 0xba, 0x23, 0x7d, 0x10, 0xa9, 0xe4, 0xa7, 0x6a, 0xeb];
const FORMAT: u8 = 1;

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
    pub(crate) length: [u8; 4],
    pub(crate) text: [u8; N],
    sum: [u8; 4],
}

/// Eight bytes of a text, wherever they lie.
#[derive(Clone, Copy)]
#[repr(packed)]
struct Word(u64);

impl<const N: usize> Record<N> {
    /// The record with this text.
    ///
    /// # Panics
    /// At compile time, when `N` is not the text's length.
    #[must_use]
    pub const fn new(kind: u8, text: &'static str) -> Self {
        assert!(text.len() == N);
        // SAFETY: the text has `N` bytes, and bytes need no alignment.
        Self::of_bytes(kind, unsafe { *text.as_ptr().cast() })
    }

    /// The record with the text of all these parts, one after the other.
    ///
    /// # Panics
    /// At compile time, when `N` is not their [`length`].
    #[must_use]
    pub const fn joined(kind: u8, parts: &[&str]) -> Self {
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
        Self::of_bytes(kind, joined)
    }

    #[allow(clippy::cast_possible_truncation)] // no text has 4 GiB; both halves are in the sum
    const fn of_bytes(kind: u8, text: [u8; N]) -> Self {
        let length = (N as u32).to_le_bytes();
        let sum = sum(kind, &text);
        let sum = ((sum ^ sum >> 32) as u32).to_le_bytes();
        Self { magic: MAGIC, format: FORMAT, kind, length, text, sum }
    }
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

/// The sum of kind and text: little-endian words of eight bytes from its start, and then the last
/// eight bytes, each mixed in by exclusive or and a multiplication (by 2^64 over the golden ratio)
/// of whose 128 bits both halves are taken, by exclusive or.
///
/// # Panics
/// At compile time, when the text is shorter than a word.
#[allow(clippy::cast_possible_truncation)] // the high half is in it, too
pub(crate) const fn sum(kind: u8, text: &[u8]) -> u64 {
    let last = text.len() - 8;
    let start = text.as_ptr();
    // SAFETY: that many words lie in the text, and a packed struct needs no alignment.
    let words = unsafe { slice::from_raw_parts(start.cast::<Word>(), text.len() / 8) };
    // SAFETY: the text's last eight bytes.
    let last = unsafe { *start.add(last).cast::<Word>() };
    let mut sum = kind as u64;
    let mut at = 0;
    while at <= words.len() {
        let Word(word) = if at < words.len() { words[at] } else { last };
        #[cfg(target_endian = "big")]
        let word = word.swap_bytes();
        let product = (sum ^ word) as u128 * 0x9e37_79b9_7f4a_7c15;
        sum = (product ^ product >> 64) as u64;
        at += 1;
    }
    sum
}
