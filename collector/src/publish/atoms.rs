//! A count of sections, with the parts that views can tell apart.

use std::ops::{AddAssign, SubAssign};

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

    /// Whether it takes those of one origin, and of them only those of the latest line.
    #[must_use]
    pub fn is_of_both(self) -> bool {
        self.origin.is_some() && self.is_latest_line
    }
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

    /// How many there are.
    #[must_use]
    pub fn all(&self) -> u64 {
        self.of(View::ALL)
    }

    /// The parts into which a view divides them: those in it and those that are not, or all four
    /// where it is of one origin and of the latest line.
    pub(super) fn parts(&self, view: View) -> Vec<u64> {
        if view == View::ALL {
            vec![self.all()]
        } else if view.is_of_both() {
            self.0.to_vec()
        } else {
            vec![self.of(view), self.all() - self.of(view)]
        }
    }

    /// Takes some of them away, from the largest part on, and says which.
    pub(super) fn take(&mut self, mut sections: u64) -> Self {
        let mut taken = Self::default();
        while sections > 0
            && let Some(place) = (0..4).max_by_key(|place| self.0[*place])
            && self.0[place] > 0
        {
            let part = sections.min(self.0[place]);
            self.0[place] -= part;
            taken.0[place] += part;
            sections -= part;
        }
        taken
    }
}

impl AddAssign for Atoms {
    fn add_assign(&mut self, other: Self) {
        self.0.iter_mut().zip(other.0).for_each(|(sum, part)| *sum += part);
    }
}

impl SubAssign for Atoms {
    fn sub_assign(&mut self, other: Self) {
        self.0.iter_mut().zip(other.0).for_each(|(rest, part)| *rest = rest.saturating_sub(part));
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
