//! A count of sections, with the parts that views can tell apart.

use std::ops::AddAssign;

use headcount_report::Origin;

/// Which sections an answer is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    /// Only those of this origin.
    pub origin: Option<Origin>,
    /// Only those of versions of the latest release line.
    pub is_latest_line: bool,
}

impl View {
    /// All sections.
    pub const ALL: Self = Self { origin: None, is_latest_line: false };
}

/// A count of sections by origin and by whether their version is of the latest release line: every
/// view is a sum of some of these, and so is every difference of two views.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Atoms([u64; 4]);

impl Atoms {
    /// Counts some sections more.
    pub fn add(&mut self, origin: Origin, is_latest_line: bool, sections: u64) {
        self.0[place(origin, is_latest_line)] += sections;
    }

    /// How many of them are in a view.
    #[must_use]
    pub fn of(&self, view: View) -> u64 {
        let is_in = |origin, is_latest_line: bool| {
            view.origin.is_none_or(|wanted| wanted == origin)
                && (is_latest_line || !view.is_latest_line)
        };
        let part = |(origin, is_latest_line)| {
            if is_in(origin, is_latest_line) { self.0[place(origin, is_latest_line)] } else { 0 }
        };
        PLACES.into_iter().map(part).sum()
    }

    /// How many of all are not among `these`.
    #[must_use]
    pub fn without(&self, these: &Self) -> Self {
        Self(std::array::from_fn(|place| self.0[place].saturating_sub(these.0[place])))
    }

    pub(super) fn parts(&self) -> &[u64] {
        &self.0
    }
}

impl AddAssign<Atoms> for Atoms {
    fn add_assign(&mut self, other: Self) {
        self.0.iter_mut().zip(other.0).for_each(|(sum, part)| *sum += part);
    }
}

const PLACES: [(Origin, bool); 4] = [
    (Origin::Developer, false),
    (Origin::Developer, true),
    (Origin::Deployed, false),
    (Origin::Deployed, true),
];

fn place(origin: Origin, is_latest_line: bool) -> usize {
    let origin = match origin {
        Origin::Developer => 0,
        Origin::Deployed => 2,
    };
    origin + usize::from(is_latest_line)
}
