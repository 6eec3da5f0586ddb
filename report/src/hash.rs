//! The sum that a compiler computes on the other side, in a `const fn`; and one for names of files.

/// The sum of a record's kind and text: little-endian words of eight bytes, the last one ending with
/// the text, each mixed in by exclusive or, an odd factor (2^64 over the golden ratio) and a rotation.
/// `None` for a text that is shorter than a word, which no record has.
///
/// Words, because the other side is computed by the compiler's interpreter, for each of thousands
/// of sites.
#[must_use]
pub fn sum(kind: u8, text: &[u8]) -> Option<u64> {
    let last = text.len().checked_sub(8)?;
    let words = (0..last).step_by(8).chain([last]);
    Some(words.fold(u64::from(kind), |sum, at| {
        let word = text[at..at + 8].iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
        (sum ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
    }))
}

/// The check sum of a record: both halves of its [`sum`], by exclusive or.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "both halves are in it")]
pub fn check_sum(kind: u8, text: &[u8]) -> Option<u32> {
    sum(kind, text).map(|sum| (sum ^ sum >> 32) as u32)
}

/// FNV-1a, 64 bits (<http://www.isthe.com/chongo/tech/comp/fnv/>): for names of files.
#[must_use]
pub fn fnv1a_64(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_summed() {
        let text: Vec<u8> = (0..29).collect();
        let sum = check_sum(b'S', &text);
        assert!(sum.is_some());
        assert_ne!(check_sum(b'B', &text), sum);
        for at in 0..text.len() {
            let mut other = text.clone();
            other[at] ^= 1;
            assert_ne!(check_sum(b'S', &other), sum, "byte {at}");
        }
        assert_eq!(check_sum(b'S', &text[..7]), None);
    }

    /// Published values: <http://www.isthe.com/chongo/src/fnv/test_fnv.c>.
    #[test]
    fn published_values() {
        assert_eq!(fnv1a_64(b"foobar"), 0x8594_4171_f739_67e8);
    }
}
