//! How many sections one network may add to the sums of one library.
//!
//! Held in memory only, by digests whose salt is thrown away with the first report of each day (UTC):
//! afterwards nobody can ask whether some network was here, this process included.

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::num::NonZeroU32;

use foldhash::quality::RandomState;
use headcount_report::{CrateName, Week};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::prefix::Prefix;
use crate::store::StoreError;

/// Networks, libraries and weeks that are told apart, at most: about 32 MiB. One more, and the day
/// starts afresh: whoever has that many networks is not bounded by any of them.
const MAX_ENTRIES: usize = 1 << 20;

/// What each network has taken of its quota today.
pub(crate) struct Quota {
    per_prefix: NonZeroU32,
    day: i64,
    salt: [u8; 32],
    /// By a network, its week and a library, all in one number.
    taken: HashMap<u64, u32, RandomState>,
    numbers: RandomState,
}

/// A network that reports about a week.
#[derive(Clone, Copy)]
pub(crate) struct Network(u64);

/// One section's part of a quota.
pub(crate) struct Taken(u64);

impl Quota {
    /// Nothing is taken yet.
    ///
    /// # Errors
    /// When the system has no random bits.
    pub(crate) fn new(per_prefix: NonZeroU32, now: Timestamp) -> Result<Self, StoreError> {
        let (taken, numbers) = (HashMap::default(), RandomState::default());
        Ok(Self { per_prefix, day: day(now), salt: salt()?, taken, numbers })
    }

    /// Begins a new day if there is one: nothing is taken, and the old salt is gone.
    ///
    /// # Errors
    /// When a new day begins and the system has no random bits.
    pub(crate) fn turn(&mut self, now: Timestamp) -> Result<(), StoreError> {
        if self.day != day(now) || self.taken.len() >= MAX_ENTRIES {
            *self = Self::new(self.per_prefix, now)?;
        }
        Ok(())
    }

    /// The network, as it is known until this day ends.
    pub(crate) fn network(&self, prefix: Prefix, week: Week) -> Network {
        let digest = Sha256::new()
            .chain_update(self.salt)
            .chain_update(prefix.octets())
            .chain_update(week.to_string())
            .finalize();
        Network(digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    /// Takes one section from a network's quota, unless there is none left.
    ///
    /// Libraries that nobody registered share one.
    pub(crate) fn take(&mut self, network: Network, library: Option<&CrateName>) -> Option<Taken> {
        let number = self.numbers.hash_one((network.0, library));
        let taken = self.taken.entry(number).or_default();
        if *taken == self.per_prefix.get() {
            return None;
        }
        *taken += 1;
        Some(Taken(number))
    }

    /// Gives back what was taken for sections that could not be counted after all.
    pub(crate) fn give_back(&mut self, sections: Vec<Taken>) {
        for Taken(number) in sections {
            if let Some(taken) = self.taken.get_mut(&number) {
                *taken = taken.saturating_sub(1);
            }
        }
    }

    /// How many networks, libraries and weeks it tells apart now.
    #[cfg(test)]
    pub(crate) fn entries(&self) -> usize {
        self.taken.len()
    }
}

fn day(now: Timestamp) -> i64 {
    now.as_second().div_euclid(24 * 60 * 60)
}

fn salt() -> Result<[u8; 32], StoreError> {
    let mut salt = [0; 32];
    getrandom::fill(&mut salt).map_err(|error| StoreError::Io {
        doing: "take random bits from the system".to_owned(),
        source: std::io::Error::other(error),
    })?;
    Ok(salt)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::prefix::Prefix;

    const PER_PREFIX: NonZeroU32 = NonZeroU32::new(3).unwrap();

    /// How many of some sections are admitted.
    fn admitted(quota: &mut Quota, address: &str, library: &str, week: &str, at: &str) -> usize {
        let prefix = Prefix::of(address.parse().unwrap());
        let library: Option<CrateName> = library.parse().ok();
        quota.turn(at.parse().unwrap()).unwrap();
        let network = quota.network(prefix, week.parse().unwrap());
        let take = |_: &i32| quota.take(network, library.as_ref()).is_some();
        (0..1_000).filter(take).count()
    }

    #[test]
    fn each_network_has_its_own_for_each_library_week_and_day() {
        let (morning, evening) = ("2026-11-22T00:00:00Z", "2026-11-22T23:59:59Z");
        let mut quota = Quota::new(PER_PREFIX, morning.parse().unwrap()).unwrap();
        let first = quota.salt;
        for (address, library, week, at, expected) in [
            ("203.0.113.1", "counted", "2026-W47", morning, 3),
            ("203.0.113.2", "counted", "2026-W47", evening, 0),
            ("203.0.114.1", "counted", "2026-W47", evening, 3),
            ("203.0.113.1", "other", "2026-W47", evening, 3),
            ("203.0.113.1", "", "2026-W47", evening, 3),
            ("203.0.113.1", "counted", "2026-W46", evening, 3),
            ("203.0.113.1", "counted", "2026-W47", "2026-11-23T00:00:00Z", 3),
        ] {
            assert_eq!(
                admitted(&mut quota, address, library, week, at),
                expected,
                "{address} {at}"
            );
        }
        assert_ne!(quota.salt, first);
        assert_eq!(quota.taken.len(), 1, "yesterday's are forgotten");
    }

    #[test]
    fn what_was_given_back_can_be_taken_again() {
        let mut quota = Quota::new(PER_PREFIX, Timestamp::UNIX_EPOCH).unwrap();
        let prefix = Prefix::of("203.0.113.1".parse().unwrap());
        let network = quota.network(prefix, "2026-W47".parse().unwrap());
        let take = |quota: &mut Quota| quota.take(network, None);
        let taken: Vec<Taken> = std::iter::from_fn(|| take(&mut quota)).collect();
        assert_eq!(taken.len(), 3);
        quota.give_back(taken);
        assert_eq!(std::iter::from_fn(|| take(&mut quota)).count(), 3);
    }
}
