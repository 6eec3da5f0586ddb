//! Counters by number.

use headcount_report::Fact;
use serde::{Deserialize, Serialize, Serializer};

/// What a counter of some delta counts: a fact about a site, or a word of that delta.
///
/// Even numbers are facts about sites, odd ones words: so both are small, and take a byte or two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Number(u32);

impl Number {
    /// A fact about the site with this index.
    pub(super) fn of_site(site: u32, fact: Fact) -> Self {
        Self(site << 3 | (fact as u32) << 1)
    }

    /// The word with this index. There is no delta with two thousand million words.
    pub(super) fn of_word(word: usize) -> Self {
        Self(u32::try_from(word).unwrap_or(u32::MAX) << 1 | 1)
    }

    /// The index of the word, if it is one.
    pub(super) fn word(self) -> Option<usize> {
        (self.0 & 1 == 1).then_some((self.0 >> 1) as usize)
    }

    /// The index of the site, if it is no word.
    pub(super) fn site(self) -> u32 {
        self.0 >> 3
    }

    /// The fact about the site, if it is no word.
    pub(super) fn fact(self) -> Fact {
        Fact::ALL[(self.0 >> 1 & 3) as usize]
    }
}

/// Counters of one subject.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Vec<(Number, u64)>")]
pub(super) struct Counters {
    /// In order up to `summed`, and behind that as they were raised.
    counts: Vec<(Number, u64)>,
    summed: usize,
    /// Raised by one each, and waiting to be counted.
    raised: Vec<Number>,
}

/// So many counters may wait to be summed, whatever is summed already.
const FEW: usize = 256;

impl Counters {
    /// Raises one by one.
    pub(super) fn raise(&mut self, number: Number) {
        self.raised.push(number);
    }

    /// Raises some.
    pub(super) fn raise_by(&mut self, counts: impl IntoIterator<Item = (Number, u64)>) {
        self.counts.extend(counts);
        // Each time half of them are new, so that each is moved a few times at most.
        if self.counts.len() > 2 * self.summed + FEW {
            self.sum();
        }
    }

    /// Gives the words other numbers, and brings all counters into order, each once.
    pub(super) fn renumber(&mut self, words: &[Number]) {
        let numbers = self.counts.iter_mut().map(|(number, _)| number);
        for number in numbers.chain(&mut self.raised) {
            if let Some(word) = number.word() {
                *number = words[word];
            }
        }
        self.raised.sort_unstable();
        let raised = self.raised.chunk_by(|one, next| one == next);
        self.counts.extend(raised.map(|same| (same[0], same.len() as u64)));
        self.raised.clear();
        self.sum();
    }

    /// What each is raised by, once all is in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Number, u64)> {
        self.counts.iter().copied()
    }

    fn sum(&mut self) {
        // A stable sort, which finds what is in order already.
        self.counts.sort_by_key(|(number, _)| *number);
        self.counts.dedup_by(|(next, by), (number, count)| {
            let is_same = next == number;
            if is_same {
                *count = count.saturating_add(*by);
            }
            is_same
        });
        self.summed = self.counts.len();
    }
}

impl From<Vec<(Number, u64)>> for Counters {
    fn from(counts: Vec<(Number, u64)>) -> Self {
        Self { summed: counts.len(), counts, raised: Vec::new() }
    }
}

impl Serialize for Counters {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.counts.serialize(serializer)
    }
}
