//! Which sums somebody wants to read.

use std::ops::RangeInclusive;

use headcount_report::CrateName;

use super::{Bit, Dimension};

/// The sums of one dimension: of all its values, or of some that are neighbours in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// What kind of facts.
    pub dimension: Dimension,
    /// Of what, from the first value to the last, in the order of their bytes.
    pub values: RangeInclusive<String>,
}

impl Wanted {
    /// All sums of some dimensions.
    #[must_use]
    pub fn all(dimensions: &[Dimension]) -> Vec<Self> {
        dimensions.iter().map(|dimension| Self::every(*dimension)).collect()
    }

    /// The sums of every value.
    #[must_use]
    pub fn every(dimension: Dimension) -> Self {
        Self { dimension, values: String::new()..=char::MAX.to_string() }
    }

    /// The sums of one value.
    #[must_use]
    pub fn one(dimension: Dimension, value: &(impl ToString + ?Sized)) -> Self {
        Self { dimension, values: value.to_string()..=value.to_string() }
    }

    /// The sums of one dependency or system library: of the name alone, and with each version.
    #[must_use]
    pub fn versions(dimension: Dimension, name: &CrateName) -> Self {
        // A space comes before `!`, and whatever else a longer name goes on with comes after it.
        Self { dimension, values: name.to_string()..=format!("{name}!") }
    }

    /// Whether the sums of a bit are among these.
    #[must_use]
    pub fn takes(&self, bit: &Bit) -> bool {
        self.dimension == bit.dimension
            && (self.values.start().as_str()..=self.values.end().as_str())
                .contains(&bit.value.as_str())
    }
}
