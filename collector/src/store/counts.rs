//! How many sections about one subject had each bit.

use std::collections::BTreeMap;

use headcount_report::Fact;
use serde::{Deserialize, Serialize};
use smol_str::ToSmolStr;

use super::{Bit, Bits, Dimension};

/// How many sections about one subject, in one week, had each bit.
///
/// Two of three bits are facts about sites, so these are kept by number.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Counts {
    /// Everything but the facts about sites.
    pub(super) words: Words,
    /// The facts about sites.
    pub(super) sites: Sites,
}

/// Counters by what they count, without facts about sites.
pub(super) type Words = BTreeMap<Bit, u64>;

/// Counters of each site by its index, in the order of [`Fact::ALL`].
pub(super) type Sites = BTreeMap<u32, [u64; Fact::ALL.len()]>;

impl Counts {
    /// Adds a section.
    pub(super) fn add_section(&mut self, section: &Bits) {
        for (site, facts) in &section.sites {
            let counts = self.sites.entry(*site).or_default();
            for (count, fact) in counts.iter_mut().zip(Fact::ALL) {
                *count += u64::from(facts.contains(fact));
            }
        }
        for word in &section.words {
            *self.words.entry(word.clone()).or_default() += 1;
        }
    }

    /// Raises one counter.
    pub(super) fn raise(&mut self, bit: &Bit, by: u64) {
        match bit.site() {
            Some((site, fact)) => self.raise_site(site, fact, by),
            None => self.raise_word(bit, by),
        }
    }

    /// Raises the counter of a fact about a site.
    pub(super) fn raise_site(&mut self, site: u32, fact: Fact, by: u64) {
        let count = &mut self.sites.entry(site).or_default()[fact as usize];
        *count = count.saturating_add(by);
    }

    /// Raises the counter of anything else.
    pub(super) fn raise_word(&mut self, word: &Bit, by: u64) {
        let count = self.words.entry(word.clone()).or_default();
        *count = count.saturating_add(by);
    }

    /// Every counter that stands at more than zero.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Bit, u64)> {
        let words = self.words.iter().map(|(word, count)| (word.clone(), *count));
        words.chain(self.sites.iter().flat_map(|(site, counts)| of_site(*site, counts)))
    }

    /// How many sections there are.
    pub(super) fn sections(&self) -> u64 {
        self.words.get(&Bit::new(Dimension::Sections, "")).copied().unwrap_or_default()
    }
}

/// Every counter of a site that stands at more than zero.
pub(super) fn of_site(
    site: u32,
    counts: &[u64; Fact::ALL.len()],
) -> impl Iterator<Item = (Bit, u64)> {
    Fact::ALL
        .into_iter()
        .zip(*counts)
        .filter(|(_, count)| *count > 0)
        .map(move |(fact, count)| (Bit::new(Dimension::of(fact), site.to_smolstr()), count))
}
