//! What some reports add together: an entry of the log.
//!
//! All of it is summed and sorted: nothing in an entry tells which section or report came first.

use std::collections::BTreeMap;

use headcount_report::Week;
use serde::{Deserialize, Serialize};

use crate::store::counts::Counts;
use crate::store::seen::Seen;
use crate::store::{Bits, Subject};

#[cfg(test)]
mod tests;

/// What some reports add together.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Delta {
    /// By how much each counter rises.
    pub(super) counts: BTreeMap<Week, BTreeMap<Subject, Counts>>,
    /// The sections that say so, in order once [`Delta::sort`] was called.
    pub(super) sections: Vec<Seen>,
}

impl Delta {
    /// Adds a section that was not counted before.
    pub(super) fn add_section(&mut self, week: Week, section: &Bits) {
        self.sections.push(Seen::new(week, section.id));
        self.of(week, &section.subject).add_section(section);
    }

    /// Adds another.
    pub(super) fn add(&mut self, mut other: Self) {
        self.sections.append(&mut other.sections);
        for (week, subjects) in &other.counts {
            for (subject, counts) in subjects {
                self.of(*week, subject).add(counts);
            }
        }
    }

    /// The counters of a subject.
    pub(super) fn of(&mut self, week: Week, subject: &Subject) -> &mut Counts {
        let subjects = self.counts.entry(week).or_default();
        // A subject is seldom new, and only a new one is copied.
        if !subjects.contains_key(subject) {
            subjects.insert(subject.clone(), Counts::default());
        }
        subjects.get_mut(subject).expect("it is there by now")
    }

    /// Brings the sections into the one order that tells nothing; all else is in order.
    pub(super) fn sort(&mut self) {
        self.sections.sort_unstable();
    }
}
