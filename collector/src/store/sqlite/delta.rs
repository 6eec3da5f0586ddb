//! What some reports add together: an entry of the log.
//!
//! All of it is summed and sorted: nothing in an entry tells which section or report came first.

mod counters;

use foldhash::fast::RandomState;
use headcount_report::{Fact, Week};
use indexmap::{IndexMap, IndexSet};
use serde::{Deserialize, Serialize};

use self::counters::{Counters, Number};
use crate::store::seen::Seen;
use crate::store::{Bit, Bits, Subject};

#[cfg(test)]
mod tests;

/// What some reports add together.
///
/// Most sections say the same few words, so each word is here once, and counters have its number.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Delta {
    words: IndexSet<Bit, RandomState>,
    counters: IndexMap<(Week, Subject), Counters, RandomState>,
    /// The sections that say so.
    pub(super) sections: Vec<Seen>,
}

/// What a counter counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counted<'delta> {
    /// Sections with a fact about a site, by its index.
    Site(u32, Fact),
    /// Sections with anything else.
    Word(&'delta Bit),
}

impl Delta {
    /// Adds a section that was not counted before.
    pub(super) fn add_section(&mut self, week: Week, seen: Seen, section: &Bits) {
        self.sections.push(seen);
        let counters = self.counters.entry((week, section.subject.clone())).or_default();
        for (site, facts) in &section.sites {
            for fact in facts.iter() {
                counters.raise(Number::of_site(*site, fact));
            }
        }
        for word in &section.words {
            counters.raise(number(&mut self.words, word));
        }
    }

    /// Adds another.
    pub(super) fn add(&mut self, mut other: Self) {
        self.sections.append(&mut other.sections);
        let numbers: Vec<Number> =
            other.words.iter().map(|word| number(&mut self.words, word)).collect();
        for (about, others) in other.counters {
            let counters = self.counters.entry(about).or_default();
            counters.raise_by(
                others
                    .iter()
                    .map(|(other, by)| (other.word().map_or(other, |word| numbers[word]), by)),
            );
        }
    }

    /// Raises one counter.
    pub(super) fn raise(&mut self, week: Week, subject: &Subject, bit: &Bit, by: u64) {
        let number = match bit.site() {
            Some((site, fact)) => Number::of_site(site, fact),
            None => number(&mut self.words, bit),
        };
        self.counters.entry((week, subject.clone())).or_default().raise_by([(number, by)]);
    }

    /// Brings all of it into the one order that tells nothing.
    pub(super) fn sort(&mut self) {
        let words: Vec<Bit> = self.words.iter().cloned().collect();
        self.words.sort_unstable();
        let numbers: Vec<Number> = words.iter().map(|word| number(&mut self.words, word)).collect();
        self.counters.sort_unstable_keys();
        for counters in self.counters.values_mut() {
            counters.renumber(&numbers);
        }
        self.sections.sort_unstable();
    }

    /// Whether each counter counts something: in bytes that somebody else wrote, one may not.
    pub(super) fn is_whole(&self) -> bool {
        let mut numbers = self.counters.values().flat_map(Counters::iter);
        numbers.all(|(number, _)| number.word().is_none_or(|word| word < self.words.len()))
    }

    /// The counters of each subject in each week: in the order of both, after [`Delta::sort`].
    pub(super) fn subjects(
        &self,
    ) -> impl Iterator<Item = (Week, &Subject, impl Iterator<Item = (Counted<'_>, u64)>)> {
        self.counters.iter().map(|((week, subject), counters)| {
            let counted = |number: Number| match number.word() {
                Some(word) => Counted::Word(&self.words[word]),
                None => Counted::Site(number.site(), number.fact()),
            };
            (*week, subject, counters.iter().map(move |(number, by)| (counted(number), by)))
        })
    }
}

/// The number of a word, which may be a new one.
fn number(words: &mut IndexSet<Bit, RandomState>, word: &Bit) -> Number {
    let number = words.get_index_of(word);
    Number::of_word(number.unwrap_or_else(|| words.insert_full(word.clone()).0))
}
