//! What some reports add together: an entry of the log.
//!
//! All of it is summed and sorted: nothing in an entry tells which section or report came first.

use std::collections::BTreeMap;

use headcount_report::Week;
use serde::{Deserialize, Serialize};

use crate::store::counts::Counts;
use crate::store::{Bits, Subject};

#[cfg(test)]
mod tests;

/// What some reports add together.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Delta {
    /// By week.
    pub(super) weeks: BTreeMap<Week, OfWeek>,
}

/// What they add to one week.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct OfWeek {
    /// By how much each counter rises.
    pub(super) counts: BTreeMap<Subject, Counts>,
    /// The ids of the sections that say so, in order once [`Delta::sort`] was called.
    pub(super) ids: Vec<[u8; 16]>,
}

impl Delta {
    /// Adds a section that was not counted before.
    pub(super) fn add_section(&mut self, week: Week, section: &Bits) {
        let of_week = self.weeks.entry(week).or_default();
        of_week.ids.push(section.id.0);
        of_week.of(&section.subject).add_section(section);
    }

    /// Adds another.
    pub(super) fn add(&mut self, other: Self) {
        for (week, mut others) in other.weeks {
            let of_week = self.weeks.entry(week).or_default();
            of_week.ids.append(&mut others.ids);
            for (subject, counts) in &others.counts {
                of_week.of(subject).add(counts);
            }
        }
    }

    /// Brings the ids into the one order that tells nothing; all else is in order.
    pub(super) fn sort(&mut self) {
        for of_week in self.weeks.values_mut() {
            of_week.ids.sort_unstable();
        }
    }
}

impl OfWeek {
    /// The counters of a subject.
    pub(super) fn of(&mut self, subject: &Subject) -> &mut Counts {
        // A subject is seldom new, and only a new one is copied.
        if !self.counts.contains_key(subject) {
            self.counts.insert(subject.clone(), Counts::default());
        }
        self.counts.get_mut(subject).expect("it is there by now")
    }
}
