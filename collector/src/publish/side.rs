//! What one view shows of each value, beside what all sections together show.
//!
//! A view divides the sections in two: one side is shown, and the other is what a reader gets by
//! subtracting it from all. A value is *whole* where those that have it and those that have not are
//! none or enough on both sides. A whole value is shown as it is. Of any other less is shown, so
//! that from all figures together it could as well be whole: enough of its sections could lie on
//! the other side, with as many hidden ones of other values on this.

use headcount_report::Origin;

use super::rows::Row;
use super::{Atoms, View};

/// What is shown of one row in a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shown {
    /// So many sections at least.
    pub(super) count: u64,
    /// Whether there are no more.
    pub(super) is_exact: bool,
}

/// What a view of one origin, or of the latest line, shows of each row; none where even the sum of
/// all rows would tell of few, as it can where sections say several values.
pub(super) fn shown(rows: &[Row], told: &Atoms, view: View, least: u64) -> Option<Vec<Shown>> {
    let sides = Sides { view, is_front: is_front(told, view) };
    let told = sides.of(told);
    let mut entries: Vec<Entry> = rows
        .iter()
        .map(|row| {
            let has = sides.of(&row.shown);
            Entry::new(has, Some(told.less(has)), least)
        })
        .collect();
    // What is hidden of all sections is one row more, of which nothing is shown.
    let mut others = Atoms::default();
    for row in rows {
        others += row.hidden();
    }
    let others = Entry { shown: 0, is_exact: false, ..Entry::new(sides.of(&others), None, least) };
    entries.push(others);
    if !(Table { entries: &mut entries, least }).settle() {
        return None;
    }
    entries.pop();
    let shown = entries.iter().map(|entry| Shown {
        count: match (sides.is_front, entry.is_exact) {
            (true, _) => entry.shown,
            (false, true) => entry.has.back,
            (false, false) => 0,
        },
        is_exact: entry.is_exact,
    });
    Some(shown.collect())
}

/// Of two origins, the one with more sections is in front. The latest line always is: what is at its
/// back is no view.
fn is_front(told: &Atoms, view: View) -> bool {
    let (sections, rest) = (told.of(view), told.all() - told.of(view));
    let is_more = match view.origin {
        Some(Origin::Deployed) => sections > rest,
        _ => sections >= rest,
    };
    view.is_latest_line || is_more
}

/// The side that shows what it can, and the other, which does not show at all what is not whole.
struct Sides {
    view: View,
    is_front: bool,
}

impl Sides {
    fn of(&self, atoms: &Atoms) -> Split {
        let (view, rest) = (atoms.of(self.view), atoms.all() - atoms.of(self.view));
        if self.is_front {
            Split { front: view, back: rest }
        } else {
            Split { front: rest, back: view }
        }
    }
}

/// A count on both sides.
#[derive(Debug, Clone, Copy)]
struct Split {
    front: u64,
    back: u64,
}

impl Split {
    fn less(self, other: Self) -> Self {
        Self {
            front: self.front.saturating_sub(other.front),
            back: self.back.saturating_sub(other.back),
        }
    }
}

/// One row.
#[derive(Debug, Clone)]
struct Entry {
    has: Split,
    /// Sections in front that have not what these have.
    has_not: u64,
    /// So many of its sections have to be able to lie at the back instead.
    to_spare: u64,
    /// How many are shown in front; at the back, all or none.
    shown: u64,
    is_exact: bool,
}

impl Entry {
    /// An entry of sections that have something; others have not, if that can be told.
    fn new(has: Split, has_not: Option<Split>, least: u64) -> Self {
        let is_few = |sections: u64| (1..least).contains(&sections);
        let missing = |sections| if is_few(sections) { least - sections } else { 0 };
        // Whatever others are, enough have them not.
        let has_not = has_not.unwrap_or(Split { front: u64::MAX, back: u64::MAX });
        let few_have_not = if is_few(has_not.back) { has_not.back } else { 0 };
        let to_spare = missing(has.back).max(missing(has_not.front)).max(few_have_not);
        let is_exact = to_spare == 0 && !is_few(has.front);
        let entry = Self { has, has_not: has_not.front, to_spare, shown: 0, is_exact };
        // Who has it not are none or enough in what is shown, too.
        let hide =
            if to_spare == 0 { 0 } else { to_spare.max(least.saturating_sub(has_not.front)) };
        Self { shown: enough(has.front.saturating_sub(hide), least), ..entry }
    }

    fn hidden_in_front(&self) -> u64 {
        self.has.front - self.shown
    }

    fn hidden_at_back(&self) -> u64 {
        if self.is_exact { 0 } else { self.has.back }
    }

    /// How many of its hidden sections at the back could as well lie in front.
    fn exchangeable(&self) -> u64 {
        self.hidden_at_back().min(self.has_not)
    }
}

/// So many, or none when they are few.
fn enough(sections: u64, least: u64) -> u64 {
    if sections < least { 0 } else { sections }
}

/// All rows, that of others last.
struct Table<'entries> {
    entries: &'entries mut [Entry],
    least: u64,
}

impl Table<'_> {
    /// Hides more until what is hidden is enough on both sides, for each row that has to hide there;
    /// whether that was possible.
    fn settle(&mut self) -> bool {
        while self.hide_at_back() || self.hide_in_front() {}
        !self.is_short()
    }

    /// Whether the sections that some row has to spare in front could not come from hidden ones of
    /// other rows at the back.
    fn is_short(&self) -> bool {
        let hidden: u64 = self.entries.iter().map(Entry::exchangeable).sum();
        let is_short = |entry: &Entry| hidden - entry.exchangeable() < entry.to_spare;
        self.entries.iter().filter(|entry| !entry.is_exact).any(is_short)
    }

    /// Hides a row at the back if too little is hidden there; whether it did.
    fn hide_at_back(&mut self) -> bool {
        let hidden: u64 = self.entries.iter().map(Entry::hidden_at_back).sum();
        if !(1..self.least).contains(&hidden) && !self.is_short() {
            return false;
        }
        let exact = self.entries.iter_mut().filter(|entry| entry.is_exact && entry.has.back > 0);
        let fewest = exact.min_by_key(|entry| entry.has.back);
        fewest.map(|fewest| fewest.is_exact = false).is_some()
    }

    /// Hides some of the most frequent row in front if too little is hidden there; whether it did.
    fn hide_in_front(&mut self) -> bool {
        let hidden: u64 = self.entries.iter().map(Entry::hidden_in_front).sum();
        let has_none_to_spare = |entry: &Entry| !entry.is_exact && entry.has.front < entry.to_spare;
        let is_enough =
            hidden >= self.least || (hidden == 0 && !self.entries.iter().any(has_none_to_spare));
        let most = self.entries.iter_mut().max_by_key(|entry| entry.shown);
        let Some(most) = most.filter(|most| !is_enough && most.shown > 0) else { return false };
        let hide = self.least - hidden.min(most.has_not);
        most.shown = enough(most.shown.saturating_sub(hide), self.least);
        most.is_exact = false;
        true
    }
}
