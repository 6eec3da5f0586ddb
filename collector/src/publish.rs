//! What may be told: the layer between the sums and the answers.
//!
//! Every figure that leaves the collector passes here. Let `k` be [`Publication::at_least`].
//!
//! * **Sites and features** are words of a manifest, so a count of them names nobody's own choice of
//!   words. What sections say of one is told once `k` of them could say it ([`Publication::tells`]).
//! * **Versions, targets, compilers** are open-valued: a rare one may be somebody's alone. A value
//!   is told only with `k` sections that have it and none or `k` that have not; the others are
//!   folded together, and their sum is again none or at least `k` ([`cells`]).
//! * **Views**: the sections of one origin, or of the latest release line, are told apart only where
//!   each of the parts into which they divide all of them ([`Atoms`]) is none or at least `k`. Of the
//!   values a view tells no more than leaves open, for each, that it is none or at least `k` in every
//!   part (`side.rs`). So no subtraction of one view from another leaves a smaller group.
//! * The **operator** may see everything: that is `k` = 1.
//!
//! `docs/statistics.md` says what remains.

mod atoms;
#[cfg(test)]
mod attacker;
pub mod cells;
mod rows;
mod side;
mod viewer;

use std::num::NonZeroU64;

pub use atoms::{Atoms, View};
pub use cells::Cell;

/// How many sections have to stand behind what is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Publication(NonZeroU64);

impl Publication {
    /// Tells what `at_least` sections stand behind.
    #[must_use]
    pub fn from(at_least: NonZeroU64) -> Self {
        Self(at_least)
    }

    /// Tells everything: for the operator's eyes.
    #[must_use]
    pub fn of_everything() -> Self {
        Self(NonZeroU64::MIN)
    }

    /// The number itself.
    #[must_use]
    pub fn at_least(self) -> u64 {
        self.0.get()
    }

    /// Whether what `sections` say of a site or a feature is told in a view.
    #[must_use]
    pub fn tells(self, sections: &Atoms, view: View) -> bool {
        let is_few = |part: &u64| (1..self.at_least()).contains(part);
        sections.of(view) >= self.at_least() && !sections.parts(view).iter().any(is_few)
    }
}

#[cfg(test)]
mod tests {
    use headcount_report::Origin;

    use super::*;

    #[test]
    fn the_latest_line_needs_no_four_parts() {
        let publication = Publication::from(NonZeroU64::new(20).unwrap());
        let mut sections = Atoms::default();
        for (origin, is_latest_line, count) in [
            (Origin::Developer, true, 300),
            (Origin::Developer, false, 40),
            (Origin::Deployed, true, 60),
            (Origin::Deployed, false, 5),
        ] {
            sections.add(origin, is_latest_line, count);
        }
        let told = [(None, true), (Some(Origin::Deployed), false), (Some(Origin::Deployed), true)]
            .map(|(origin, is_latest_line)| View { origin, is_latest_line })
            .map(|view| publication.tells(&sections, view));
        assert_eq!(told, [true, true, false]);
    }

    #[test]
    fn a_view_is_told_where_no_difference_of_views_is_small() {
        let publication = Publication::from(NonZeroU64::new(20).unwrap());
        let developers = View { origin: Some(Origin::Developer), ..View::ALL };
        let sections = |developer, deployed| {
            let mut atoms = Atoms::default();
            atoms.add(Origin::Developer, true, developer);
            atoms.add(Origin::Deployed, true, deployed);
            atoms
        };
        for (developer, deployed, all, view) in [
            (100, 0, true, true),
            (100, 20, true, true),
            (100, 19, true, false), // all less developers would be 19
            (19, 100, true, false),
            (10, 10, true, false),
            (10, 9, false, false),
            (0, 0, false, false),
        ] {
            let sections = sections(developer, deployed);
            let told = [View::ALL, developers].map(|view| publication.tells(&sections, view));
            assert_eq!(told, [all, view], "{developer} and {deployed}");
            let operators = Publication::of_everything();
            assert_eq!(operators.tells(&sections, developers), developer > 0);
        }
    }
}
