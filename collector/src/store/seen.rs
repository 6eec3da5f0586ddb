//! What is remembered of a section that was counted.

use headcount_report::{SectionId, Week};
use serde::{Deserialize, Serialize};

/// The week and a hash of the id of a section that was counted, in one number.
///
/// Of each section of the open weeks, a collector has one in memory. The hash has 52 bits: in a week of
/// ten million sections, the chance that any one is taken for another is one in ninety.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct Seen(i64);

/// Bits of the hash. The others are a week's number, which lasts until 2065.
const HASH_BITS: u32 = 52;

/// The bits of the hash.
const MASK: u64 = (1 << HASH_BITS) - 1;

/// 2^64 over the golden ratio, which mixes well: Knuth, The Art of Computer Programming, 6.4.
const GOLDEN: u128 = 0x9e37_79b9_7f4a_7c15;

impl Seen {
    /// A section of a week.
    pub(super) fn new(week: Week, id: SectionId) -> Self {
        Self::first_of(week).with(id)
    }

    /// A section of the same week.
    pub(super) fn with(self, id: SectionId) -> Self {
        let id = u128::from_be_bytes(id.0);
        // An id is random, so any of its bits would do. But nobody has to rely on that.
        let mixed = id ^ (id >> 64).wrapping_mul(GOLDEN);
        self.with_hash(u64::try_from(mixed & u128::from(MASK)).unwrap_or_default())
    }

    /// A section of a week by its [`hash`](Self::hash).
    pub(super) fn of_hash(week: Week, hash: u64) -> Self {
        Self::first_of(week).with_hash(hash)
    }

    /// The least of a week.
    pub(super) fn first_of(week: Week) -> Self {
        Self(i64::from(first_week().until(week)) << HASH_BITS)
    }

    /// The week.
    pub(super) fn week(self) -> Week {
        first_week().plus(i32::try_from(self.0 >> HASH_BITS).unwrap_or_default())
    }

    /// The hash of its id.
    pub(super) fn hash(self) -> u64 {
        self.0.cast_unsigned() & MASK
    }

    fn with_hash(self, hash: u64) -> Self {
        Self(self.0 >> HASH_BITS << HASH_BITS | (hash & MASK).cast_signed())
    }
}

/// Its number is 0.
fn first_week() -> Week {
    Week::containing(jiff::civil::date(2026, 1, 1))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn week_and_hash_come_back() {
        let id = "0123456789abcdef0123456789abcdef".parse().unwrap();
        for week in ["2025-W52", "2026-W01", "2026-W47", "2064-W52"] {
            let week = week.parse().unwrap();
            let seen = Seen::new(week, id);
            assert_eq!(seen.week(), week);
            assert_eq!(Seen::of_hash(week, seen.hash()), seen);
            assert_eq!(Seen::of_hash(week, seen.hash() | !MASK), seen);
        }
    }

    #[test]
    fn every_half_of_an_id_counts() {
        let week = "2026-W47".parse().unwrap();
        let ids = (1..100_u128).flat_map(|id| [id, id << 64, id << 100, id << 64 | id]);
        let seen: HashSet<_> = ids.map(|id| Seen::new(week, SectionId(id.to_be_bytes()))).collect();
        assert_eq!(seen.len(), 4 * 99);
    }

    #[test]
    fn weeks_are_in_order() {
        let week: Week = "2030-W01".parse().unwrap();
        let [least, most] = [0, (1 << HASH_BITS) - 1].map(|hash| Seen::of_hash(week, hash));
        assert_eq!(Seen::first_of(week), least);
        assert!(least < most && most < Seen::first_of(week.plus(1)));
    }
}
