//! Which versions to support, so that enough users are covered.

use serde::Serialize;

use crate::answer::share;
use crate::publish::Cell;

/// How sure the coverage is.
const CONFIDENCE: f64 = 0.95;

/// What to support, so that enough sections have nothing else.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Support {
    /// The oldest version to support; absent for targets, and where nothing covers enough.
    pub from: Option<String>,
    /// Whether [`low`](Self::low) reaches what was asked for.
    pub covers: bool,
    /// The versions or targets to support, as far as they are published.
    pub values: Vec<String>,
    /// Sections that have nothing but these: at least so many, since a section with several other
    /// versions is counted once for each, and a count of others may reach into these.
    pub count: u64,
    /// Their share.
    pub share: f64,
    /// With 95 % confidence the share is at least this: the one-sided Clopper-Pearson bound.
    pub low: f64,
}

impl Support {
    /// The highest floor that covers enough, or the fewest targets. If nothing does: everything that
    /// is published, with what that covers. None where nothing is published.
    ///
    /// To take the best of many floors needs no correction: each covers less than the one below it.
    pub(super) fn of(is_set: bool, cells: &[Cell], n: u64, coverage: f64) -> Option<Self> {
        let places: Vec<usize> =
            (0..cells.len()).filter(|place| oldest(&cells[*place]).is_some()).collect();
        let support = |place: usize| {
            let (kept, left) =
                if is_set { cells.split_at(place + 1) } else { reversed(cells.split_at(place)) };
            Self::supporting(is_set, kept, left, n)
        };
        // From the boldest policy to the most careful one.
        let order: Vec<usize> = if is_set { places } else { places.into_iter().rev().collect() };
        let mut policies = order.into_iter().map(support);
        let mut last = None;
        let enough = policies.find(|policy| {
            last = Some(policy.clone());
            policy.low >= coverage
        });
        match enough {
            Some(policy) => Some(Self { covers: true, ..policy }),
            None => last.map(|policy| Self { from: None, ..policy }),
        }
    }

    fn supporting(is_set: bool, kept: &[Cell], left: &[Cell], n: u64) -> Self {
        let others = |cell: &&Cell| is_set && cell.value.is_none();
        let lost: u64 = left.iter().chain(kept.iter().filter(others)).map(|cell| cell.count).sum();
        let count = n.saturating_sub(lost);
        let mut values: Vec<_> = kept.iter().filter_map(oldest).cloned().collect();
        values.dedup();
        Self {
            from: values.first().filter(|_| !is_set).cloned(),
            covers: false,
            values,
            count,
            share: share::ratio(count, n),
            low: share::lower_bound(count, n, CONFIDENCE),
        }
    }
}

/// The oldest version that a cell may be of, where that is known.
fn oldest(cell: &Cell) -> Option<&String> {
    cell.value.as_ref().or(cell.since.as_ref())
}

fn reversed<T>((first, second): (T, T)) -> (T, T) {
    (second, first)
}

/// A key by which versions sort as they were released: numbers first, then a letter, as of OpenSSL's
/// `1.1.1w`.
pub(crate) fn release_order(version: &str) -> (Vec<u64>, &str) {
    let end = version.find(|c: char| c.is_ascii_lowercase()).unwrap_or(version.len());
    let (numbers, letter) = version.split_at(end);
    (numbers.split('.').map(|number| number.parse().unwrap_or(u64::MAX)).collect(), letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(value: &str, count: u64) -> Cell {
        let value = (value != "other").then(|| value.to_owned());
        Cell { value, below: None, since: None, count, at_least: false }
    }

    #[track_caller]
    fn check(is_set: bool, cells: &[Cell], coverage: f64, expected: (Option<&str>, &[&str], u64)) {
        let n = 10_000;
        let support = Support::of(is_set, cells, n, coverage).unwrap();
        let (from, values, count) = expected;
        assert_eq!(support.from.as_deref(), from, "{support:?}");
        assert_eq!(support.values, values);
        assert_eq!(support.count, count);
        assert!(support.low < support.share);
        assert_eq!(support.covers, support.low >= coverage);
    }

    #[test]
    fn the_floor_is_the_highest_whose_lower_bound_covers_enough() {
        let cells = [
            cell("other", 30),
            cell("1.0.2", 50),
            cell("1.1.1", 900),
            cell("other", 20),
            cell("3.0.1", 9_000),
        ];
        check(false, &cells, 0.5, (Some("3.0.1"), &["3.0.1"], 9_000));
        check(false, &cells, 0.98, (Some("1.1.1"), &["1.1.1", "3.0.1"], 9_920));
        check(false, &cells, 0.995, (Some("1.0.2"), &["1.0.2", "1.1.1", "3.0.1"], 9_970));
        // Nothing that is published covers so much.
        check(false, &cells, 0.999, (None, &["1.0.2", "1.1.1", "3.0.1"], 9_970));
        assert_eq!(Support::of(false, &[cell("other", 40)], 40, 0.9), None);
        assert_eq!(Support::of(false, &[], 0, 0.9), None);
    }

    #[test]
    fn targets_are_covered_by_the_fewest() {
        let cells =
            [cell("linux", 9_000), cell("windows", 900), cell("macos", 80), cell("other", 20)];
        check(true, &cells, 0.9, (None, &["linux", "windows"], 9_900));
        check(true, &cells, 0.985, (None, &["linux", "windows"], 9_900));
        check(true, &cells, 0.99, (None, &["linux", "windows", "macos"], 9_980));
    }

    #[test]
    fn versions_are_in_the_order_of_their_release() {
        let mut versions = ["1.1.1w", "3.0.9", "1.1.1", "1.1.1k", "0.9.8", "3.0.19", "1.0.2u"];
        versions.sort_by_key(|version| release_order(version));
        assert_eq!(versions, ["0.9.8", "1.0.2u", "1.1.1", "1.1.1k", "1.1.1w", "3.0.9", "3.0.19"]);
        let mut compilers = ["1.9", "1.95", "1.100"];
        compilers.sort_by_key(|version| release_order(version));
        assert_eq!(compilers, ["1.9", "1.95", "1.100"]);
    }
}
