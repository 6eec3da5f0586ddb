//! What is said of a site: a few facts, each seen or not.

use std::fmt;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One thing that was seen of a site. Seen or not: never how often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Fact {
    /// The linker kept it in some binary.
    #[serde(rename = "linked")]
    Linked,
    /// It was hit.
    #[serde(rename = "called")]
    Called,
    /// The machine's programs hit it at least 100 times that week.
    #[serde(rename = "called>=100")]
    Called100,
    /// At least 10,000 times.
    #[serde(rename = "called>=10000")]
    Called10000,
}

/// A set of facts, in a byte: a report has one for each site that it names.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Facts(u8);

impl Fact {
    /// All facts, in order.
    pub const ALL: [Self; 4] = [Self::Linked, Self::Called, Self::Called100, Self::Called10000];

    /// The word for it, as in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Linked => "linked",
            Self::Called => "called",
            Self::Called100 => "called>=100",
            Self::Called10000 => "called>=10000",
        }
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl Facts {
    /// The facts that a week's count gives.
    #[must_use]
    pub fn of_count(count: u64) -> Self {
        [(1, Fact::Called), (100, Fact::Called100), (10_000, Fact::Called10000)]
            .into_iter()
            .filter_map(|(least, fact)| (count >= least).then_some(fact))
            .collect()
    }

    /// Adds a fact.
    pub fn insert(&mut self, fact: Fact) {
        self.0 |= fact.bit();
    }

    /// Takes a fact away.
    pub fn remove(&mut self, fact: Fact) {
        self.0 &= !fact.bit();
    }

    /// Whether a fact is among them.
    #[must_use]
    pub fn contains(self, fact: Fact) -> bool {
        self.0 & fact.bit() != 0
    }

    /// Those that are among them, in order.
    pub fn iter(self) -> impl Iterator<Item = Fact> {
        Fact::ALL.into_iter().filter(move |fact| self.contains(*fact))
    }

    /// Whether nothing was seen.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl Extend<Fact> for Facts {
    fn extend<I: IntoIterator<Item = Fact>>(&mut self, facts: I) {
        facts.into_iter().for_each(|fact| self.insert(fact));
    }
}

impl FromIterator<Fact> for Facts {
    fn from_iter<I: IntoIterator<Item = Fact>>(facts: I) -> Self {
        let mut set = Self::default();
        set.extend(facts);
        set
    }
}

impl<const N: usize> From<[Fact; N]> for Facts {
    fn from(facts: [Fact; N]) -> Self {
        facts.into_iter().collect()
    }
}

impl fmt::Debug for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl Serialize for Facts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Facts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;

        impl<'de> Visitor<'de> for List {
            type Value = Facts;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of facts")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Facts, A::Error> {
                let mut facts = Facts::default();
                while let Some(fact) = list.next_element()? {
                    facts.insert(fact);
                }
                Ok(facts)
            }
        }

        deserializer.deserialize_seq(List)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_gives_facts() {
        let words = |count| serde_json::to_string(&Facts::of_count(count)).unwrap();
        assert_eq!(words(0), "[]");
        assert_eq!(words(99), r#"["called"]"#);
        assert_eq!(words(10_000), r#"["called","called>=100","called>=10000"]"#);
    }

    #[test]
    fn a_list_is_a_set() {
        let facts: Facts = serde_json::from_str(r#"["called", "linked", "called"]"#).unwrap();
        assert_eq!(facts, [Fact::Linked, Fact::Called].into());
        assert_eq!(format!("{facts:?}"), "{Linked, Called}");
        assert!(serde_json::from_str::<Facts>(r#"["shouted"]"#).is_err());
    }
}
