//! The sum that a compiler computes on the other side, in a `const fn`; and one for names of files.

/// The sum of a record's kind and text: little-endian words of eight bytes from its start, and then
/// the last eight bytes, each mixed in by exclusive or and a multiplication (by 2^64 over the golden
/// ratio) of whose 128 bits both halves are taken, by exclusive or. `None` for a text that is
/// shorter than a word, which no record has.
///
/// Words and plain operators, because the other side is computed by the compiler's interpreter, for
/// each of thousands of sites.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "the high half is in it, too")]
pub fn sum(kind: u8, text: &[u8]) -> Option<u64> {
    let last = text.last_chunk::<8>()?;
    let words = text.as_chunks::<8>().0.iter().chain([last]);
    Some(words.fold(u64::from(kind), |sum, word| {
        let word = u64::from_le_bytes(*word);
        let product = u128::from(sum ^ word) * 0x9e37_79b9_7f4a_7c15;
        (product ^ product >> 64) as u64
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
