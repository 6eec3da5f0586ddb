//! How many sections have which value, with rare values folded together.

use serde::Serialize;

use super::rows::{Row, rows};
use super::side::{self, Shown};
use super::{Atoms, Publication, View};

/// One value that sections tell, or all those that too few tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// The value. Absent: other values, each of too few sections.
    pub value: Option<String>,
    /// Of others, in a list of releases: all of them are older than this. They are no older than
    /// what stands before them in the list. Absent where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub below: Option<String>,
    /// Of the others of a view, in a list of releases: none of them is older than this, which all
    /// sections together tell. Absent where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// Sections that have the value; of others, how often sections have one of them.
    pub count: u64,
    /// Whether some sections with this value are counted with the others, because too few have
    /// another value: there are at least `count`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub at_least: bool,
}

/// How the values of a list follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// As they are given, oldest release first.
    Releases,
    /// By how many sections have them, most first.
    Counts,
}

/// How many of the sections that `told` have which of the `values`; absent if that is not published.
///
/// A section may have several values. Values that may not be told are folded into others. Where a
/// value is left that all but a few have, or few others, some of the most frequent value's sections
/// are counted with the others: no sum changes, and every count errs downwards. A view names no value
/// that all sections together do not, and nothing of one origin's sections of the latest line alone.
#[must_use]
pub fn cells(
    values: &[(String, Atoms)],
    told: &Atoms,
    view: View,
    publication: Publication,
    order: Order,
) -> Option<Vec<Cell>> {
    let least = publication.at_least();
    if !publication.tells(told, view) || (view.is_of_both() && least > 1) {
        return None;
    }
    let rows = rows(values, told, least);
    let all: Vec<Count> = rows.iter().map(Count::of_all).collect();
    if view == View::ALL {
        return Some(match order {
            Order::Releases => in_order_of_release(&all, least),
            Order::Counts => in_order_of_count(all),
        });
    }
    let shown = side::shown(&rows, told, view, least)?;
    let counts: Vec<Count> =
        rows.iter().zip(shown).map(|(row, shown)| Count::in_view(row, view, shown)).collect();
    Some(match order {
        Order::Releases => in_view_by_release(&counts, &in_order_of_release(&all, least)),
        Order::Counts => in_order_of_count(counts),
    })
}

/// A value, how many sections have it, and how many of them are shown with it.
struct Count<'value> {
    value: &'value str,
    all: u64,
    shown: u64,
    is_exact: bool,
}

impl<'value> Count<'value> {
    fn of_all(row: &Row<'value>) -> Self {
        let (all, shown) = (row.sections.all(), row.shown.all());
        Self { value: row.value, all, shown, is_exact: all == shown }
    }

    fn in_view(row: &Row<'value>, view: View, shown: Shown) -> Self {
        let is_exact = shown.is_exact && row.shown == row.sections;
        Self { value: row.value, all: row.sections.of(view), shown: shown.count, is_exact }
    }

    fn cell(&self) -> Cell {
        let value = Some(self.value.to_owned());
        Cell { value, count: self.shown, at_least: !self.is_exact, ..other(0) }
    }
}

fn in_order_of_count(mut counts: Vec<Count>) -> Vec<Cell> {
    counts.sort_by(|a, b| b.shown.cmp(&a.shown).then_with(|| a.value.cmp(b.value)));
    let others: u64 = counts.iter().map(|count| count.all - count.shown).sum();
    let shown = counts.iter().filter(|count| count.shown > 0);
    shown.map(Count::cell).chain((others > 0).then(|| other(others))).collect()
}

/// Others are put between the releases that they lie between, as far as enough of them do.
fn in_order_of_release(counts: &[Count], least: u64) -> Vec<Cell> {
    let mut cells = Vec::new();
    // Sections of hidden releases since some place in the list.
    let (mut place, mut hidden) = (0, 0);
    for count in counts {
        if count.shown == 0 {
            place = if hidden == 0 { cells.len() } else { place };
            hidden += count.all;
            continue;
        }
        if hidden >= least {
            let below = Some(count.value.to_owned());
            cells.insert(place, Cell { below, ..other(hidden) });
            hidden = 0;
        }
        cells.push(count.cell());
    }
    let moved: u64 =
        counts.iter().filter(|count| count.shown > 0).map(|count| count.all - count.shown).sum();
    let rest = hidden + moved;
    let others = cells.iter_mut().rfind(|cell| cell.value.is_none());
    match others {
        _ if rest == 0 => {}
        Some(others) if rest < least && moved == 0 => {
            others.count += rest;
            others.below = None;
        }
        // Of what is moved it is not known where it belongs: before all.
        _ => cells.insert(if moved > 0 { 0 } else { place }, other(rest)),
    }
    cells
}

/// The others of a view are one sum. It stands before whatever any of them may be, which is seen from
/// the cells of all sections: a value that is not exact in the view, or their own others.
fn in_view_by_release(counts: &[Count], of_all: &[Cell]) -> Vec<Cell> {
    let others: u64 = counts.iter().map(|count| count.all - count.shown).sum();
    let is_exact = |value: &str| counts.iter().any(|count| count.value == value && count.is_exact);
    let first =
        of_all.iter().position(|cell| cell.value.as_deref().is_none_or(|value| !is_exact(value)));
    let since = first.and_then(|first| match &of_all[first].value {
        Some(value) => Some(value.clone()),
        None => of_all[first.checked_sub(1)?].value.clone(),
    });
    let mut cells: Vec<Cell> =
        counts.iter().filter(|count| count.shown > 0).map(Count::cell).collect();
    if others > 0 {
        let is_before = |count: &&Count| Some(count.value) != since.as_deref();
        let before = counts.iter().take_while(is_before).filter(|count| count.shown > 0).count();
        let place = if since.is_some() { before } else { 0 };
        cells.insert(place, Cell { since, ..other(others) });
    }
    cells
}

fn other(count: u64) -> Cell {
    Cell { value: None, below: None, since: None, count, at_least: false }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU64;

    use headcount_report::Origin;
    use proptest::prelude::*;

    use super::*;

    const K: u64 = 20;

    fn published(values: &[(&str, u64)], told: u64, order: Order) -> Option<Vec<Cell>> {
        let atoms = |sections| {
            let mut atoms = Atoms::default();
            atoms.add(Origin::Developer, true, sections);
            atoms
        };
        let values: Vec<_> =
            values.iter().map(|(value, count)| ((*value).to_owned(), atoms(*count))).collect();
        let publication = Publication::from(NonZeroU64::new(K).unwrap());
        cells(&values, &atoms(told), View::ALL, publication, order)
    }

    /// Cells as `value count`, with `>=` before a count that is rounded down, and others as `<value`.
    #[track_caller]
    fn check(values: &[(&str, u64)], order: Order, expected: &[&str]) {
        let told = values.iter().map(|(_, count)| count).sum();
        let text = |cell: &Cell| {
            let value = cell.value.clone().unwrap_or_else(|| {
                cell.below.as_ref().map_or("other".to_owned(), |below| format!("<{below}"))
            });
            format!("{value} {}{}", if cell.at_least { ">=" } else { "" }, cell.count)
        };
        let cells = published(values, told, order).unwrap_or_default();
        assert_eq!(cells.iter().map(text).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn rare_values_are_folded() {
        use Order::{Counts, Releases};
        check(&[("a", 30), ("b", 50)], Counts, &["b 50", "a 30"]);
        check(&[("a", 50), ("b", 11), ("c", 12), ("d", 40)], Counts, &["a 50", "d 40", "other 23"]);
        check(&[("a", 100)], Counts, &["a 100"]);
        // Too few others: the most frequent value hides them.
        check(&[("a", 100), ("b", 3)], Counts, &["a >=83", "other 20"]);
        check(&[("a", 100), ("b", 60), ("c", 3)], Counts, &["a >=83", "b 60", "other 20"]);
        check(&[("a", 30), ("b", 3)], Counts, &["other 33"]);
        check(&[("a", 19)], Counts, &[]);
        // Others stand between the releases that they lie between, once they are enough.
        check(
            &[("1", 15), ("2", 9), ("3", 40), ("4", 15), ("5", 50), ("6", 15)],
            Releases,
            &["<3 24", "3 40", "other 30", "5 50"],
        );
        check(
            &[("1", 15), ("2", 9), ("3", 40), ("4", 15), ("5", 50)],
            Releases,
            &["other 39", "3 40", "5 50"],
        );
        check(&[("1", 3), ("2", 90)], Releases, &["other 20", "2 >=73"]);
    }

    #[test]
    fn what_all_but_a_few_have_is_rounded_down() {
        // A hundred sections, each with `a`, 95 of them with `b` too.
        let cells = published(&[("a", 100), ("b", 95)], 100, Order::Counts).unwrap();
        let counts: Vec<_> = cells.iter().map(|cell| (cell.count, cell.at_least)).collect();
        assert_eq!(counts, [(80, true), (80, true), (35, false)]);
    }

    proptest! {
        /// What the module promises, of whatever values.
        #[test]
        fn nothing_published_is_few(
            counts in prop::collection::vec(0u64..60, 0..12), more in 0u64..100, is_ordered: bool
        ) {
            let names: Vec<String> = (0..counts.len()).map(|name| format!("{name:02}")).collect();
            let values: Vec<_> = names.iter().map(String::as_str).zip(counts.clone()).collect();
            let most = counts.iter().copied().max().unwrap_or(0);
            let told = (counts.iter().sum::<u64>() + more).max(most);
            let order = if is_ordered { Order::Releases } else { Order::Counts };
            let Some(cells) = published(&values, told, order) else {
                prop_assert!(told < K);
                return Ok(());
            };
            let total: u64 = cells.iter().map(|cell| cell.count).sum();
            prop_assert_eq!(total, counts.iter().sum::<u64>());
            for cell in cells.iter().filter(|cell| cell.value.is_some()) {
                prop_assert!(cell.count >= K, "{cell:?}");
                prop_assert!(told == cell.count || told - cell.count >= K, "{cell:?} of {told}");
            }
            let others = cells.iter().filter(|cell| cell.value.is_none()).map(|cell| cell.count);
            prop_assert!(total < K || others.clone().all(|count| count >= K), "{cells:?}");
            for cell in &cells {
                let known = values.iter().find(|(value, _)| Some(*value) == cell.value.as_deref());
                prop_assert!(known.is_none_or(|(_, count)| cell.count <= *count));
            }
        }
    }
}
