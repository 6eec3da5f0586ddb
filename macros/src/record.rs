//! The bytes of a record whose text is known here, as `headcount`'s own `const fn` makes them.
//!
//! An application's graph is too long for constant evaluation, so this crate makes its record.

const MAGIC: [u8; 12] = [0x6e, 0x97, 0x72, 0xba, 0x23, 0x7d, 0x10, 0xa9, 0xe4, 0xa7, 0x6a, 0xeb];
const FORMAT: u8 = 1;

/// The record of an application's graph.
pub(crate) fn of_graph(text: &str) -> Vec<u8> {
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes();
    let sum = check_sum(b'A', text.as_bytes()).to_le_bytes();
    [&MAGIC, &[FORMAT, b'A'][..], &length, text.as_bytes(), &sum].concat()
}

/// The check sum of kind and text, as `headcount` has it.
#[allow(clippy::cast_possible_truncation)] // both halves are in it
fn check_sum(kind: u8, text: &[u8]) -> u32 {
    let last = text.len() - 8; // a graph is longer than that
    let words = text.chunks_exact(8).chain([&text[last..]]);
    let sum = words.fold(u64::from(kind), |sum, word| {
        let word = word.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
        let product = u128::from(sum ^ word) * 0x9e37_79b9_7f4a_7c15;
        (product ^ product >> 64) as u64
    });
    (sum ^ sum >> 32) as u32
}
