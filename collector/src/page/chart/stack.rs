//! The versions of one thing over the weeks, folded into a few bands that can be told apart.

use headcount_report::Week;

use crate::answer::versions::Kind;
use crate::answer::versions::{Distribution, release_order};
use crate::publish::Cell;

/// Bands of which a chart stays legible, beside that of others.
const MAX_BANDS: usize = 7;

/// Weeks that are drawn and listed: of a longer time, every second, third or so is.
const MAX_WEEKS: u32 = 53;

/// What a stacked chart and the table beside it show.
pub(in crate::page) struct Stack {
    /// Oldest first.
    pub(in crate::page) weeks: Vec<Column>,
    /// How many weeks two of them are apart.
    pub(in crate::page) every: i32,
    /// From the bottom: others, then what may be dropped, then what is to be supported.
    pub(in crate::page) bands: Vec<Band>,
    /// How many bands, from the bottom, need no support; none where that cannot be said.
    pub(in crate::page) floor: Option<usize>,
}

/// One week.
pub(in crate::page) struct Column {
    pub(in crate::page) week: Week,
    /// Sections that tell a version; none where nothing is published.
    pub(in crate::page) n: Option<u64>,
    /// The count of each band; none where nothing is published.
    pub(in crate::page) counts: Option<Vec<u64>>,
}

/// One version, or some that follow each other.
pub(in crate::page) struct Band {
    /// Stands beside it.
    pub(in crate::page) label: String,
    /// Its class in the style sheet.
    pub(in crate::page) class: String,
    /// What it is the sum of.
    pub(in crate::page) of: Of,
}

/// Which cells make up a band.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::page) enum Of {
    /// Those of these values.
    Values(Vec<String>),
    /// Others, wherever they stand: from week to week that is now here and now there.
    Others,
}

impl Column {
    /// What part of all that is told each band is, from 0 to 1.
    pub(in crate::page) fn parts(&self) -> Option<Vec<f64>> {
        let counts = self.counts.as_ref()?;
        let all: f64 = counts.iter().map(|count| float(*count)).sum();
        (all > 0.0).then(|| counts.iter().map(|count| float(*count) / all).collect())
    }
}

impl Stack {
    /// Folds a distribution over this many weeks.
    pub(in crate::page) fn of(distribution: &Distribution, weeks: u32) -> Self {
        let every = i32::try_from(weeks.div_ceil(MAX_WEEKS)).unwrap_or(1).max(1);
        let last = distribution.series.last().map(|point| point.week);
        let is_shown = |week: Week| last.is_some_and(|last| week.until(last) % every == 0);
        let shown: Vec<_> =
            distribution.series.iter().filter(|point| is_shown(point.week)).collect();
        let cells: Vec<&[Cell]> = shown.iter().map(|point| &point.cells[..]).collect();
        let support = distribution.support.as_ref().filter(|support| support.covers);
        let is_set = distribution.subject.of == Kind::Target;
        let values = values(&cells, is_set);
        let is_kept = |value: &String| match support.map(|support| (&support.from, support)) {
            None => false,
            Some((Some(from), _)) => release_order(value) >= release_order(from),
            Some((None, support)) => support.values.contains(value),
        };
        let first_kept = values.iter().position(is_kept).unwrap_or(0);
        let (dropped, kept) = values.split_at(first_kept);
        let (dropped, kept) = fold(dropped, kept, |group| largest_part(&cells, group));

        let band = |label: &str, class: String, of| Band { label: label.to_owned(), class, of };
        let group = |class: char, shades: usize| {
            move |(place, group): (usize, Vec<String>)| {
                band(
                    &label(&group, is_set),
                    format!("{class}{}", place.min(shades)),
                    Of::Values(group),
                )
            }
        };
        // From the top down: shades begin at the newest, and at the newest of those that may go.
        let mut bands: Vec<Band> = kept.into_iter().rev().enumerate().map(group('k', 5)).collect();
        let above = bands.len();
        bands.extend(dropped.into_iter().rev().enumerate().map(group('d', 3)));
        bands.push(band("others", "other".to_owned(), Of::Others));
        bands.reverse();
        let mut floor = support.map(|_| bands.len() - above);

        let counts: Vec<Vec<u64>> = cells
            .iter()
            .map(|cells| bands.iter().map(|band| band.count(cells)).collect())
            .collect();
        let is_empty = |band: usize| counts.iter().all(|counts| counts[band] == 0);
        let kept: Vec<usize> = (0..bands.len()).filter(|band| !is_empty(*band)).collect();
        floor = floor.map(|floor| kept.iter().filter(|band| **band < floor).count());
        let weeks = shown.iter().zip(counts).map(|(point, counts)| Column {
            week: point.week,
            n: point.n,
            counts: (!point.cells.is_empty())
                .then(|| kept.iter().map(|band| counts[*band]).collect()),
        });
        let weeks = weeks.collect();
        let mut place = 0..;
        bands.retain(|_| place.next().is_some_and(|place| kept.contains(&place)));
        Self { weeks, every, bands, floor: floor.filter(|floor| *floor > 0) }
    }
}

impl Band {
    fn count(&self, cells: &[Cell]) -> u64 {
        sum(cells, |cell| match &self.of {
            Of::Values(values) => cell.value.as_ref().is_some_and(|value| values.contains(value)),
            Of::Others => cell.value.is_none(),
        })
    }
}

fn sum(cells: &[Cell], which: impl Fn(&Cell) -> bool) -> u64 {
    cells.iter().filter(|cell| which(cell)).map(|cell| cell.count).sum()
}

/// The largest part of a week's cells that some values ever are.
fn largest_part(weeks: &[&[Cell]], group: &[String]) -> f64 {
    let part = |cells: &&[Cell]| {
        let count =
            sum(cells, |cell| cell.value.as_ref().is_some_and(|value| group.contains(value)));
        float(count) / float(sum(cells, |_| true)).max(1.0)
    };
    weeks.iter().map(part).fold(0.0, f64::max)
}

/// All versions, oldest first; of a set, the rarest in the last week first.
fn values(weeks: &[&[Cell]], is_set: bool) -> Vec<String> {
    let mut values: Vec<&String> = Vec::new();
    // From the last week, which lists the most frequent of a set first.
    for value in weeks.iter().rev().flat_map(|cells| *cells).filter_map(|cell| cell.value.as_ref())
    {
        if !values.contains(&value) {
            values.push(value);
        }
    }
    if is_set {
        values.reverse();
    } else {
        values.sort_by_key(|value| release_order(value));
    }
    values.into_iter().cloned().collect()
}

/// Joins neighbours, those that are least seen first, until few enough are left on both sides.
fn fold(
    dropped: &[String],
    supported: &[String],
    weight: impl Fn(&[String]) -> f64,
) -> (Vec<Vec<String>>, Vec<Vec<String>>) {
    let alone = |values: &[String]| -> Vec<Vec<String>> {
        values.iter().map(|value| vec![value.clone()]).collect()
    };
    let mut sides = [alone(dropped), alone(supported)];
    while sides.iter().map(Vec::len).sum::<usize>() > MAX_BANDS {
        let pairs = sides.iter().enumerate().flat_map(|(side, groups)| {
            let weight = &weight;
            groups
                .windows(2)
                .enumerate()
                .map(move |(place, pair)| (weight(&pair.concat()), side, place))
        });
        let Some((_, side, place)) = pairs.min_by(|a, b| a.0.total_cmp(&b.0)) else { break };
        let joined = sides[side].remove(place + 1);
        sides[side][place].extend(joined);
    }
    let [dropped, supported] = sides;
    (dropped, supported)
}

fn label(group: &[String], is_set: bool) -> String {
    match group {
        [] => String::new(),
        [only] => only.clone(),
        more if is_set => format!("{} targets", more.len()),
        [first, .., last] => format!("{first} – {last}"),
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of sections stay far below 2^53")]
fn float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::answer::versions::{Subject, Support, WeekCells};

    fn cell(value: Option<&str>, count: u64) -> Cell {
        Cell { value: value.map(str::to_owned), below: None, since: None, count, at_least: false }
    }

    fn distribution(of: Kind, weeks: Vec<Vec<Cell>>, kept: &[&str]) -> Distribution {
        let first: Week = "2026-W01".parse().unwrap();
        let week =
            |(place, cells)| WeekCells { week: first.plus(place), open: false, n: Some(1), cells };
        let values: Vec<_> = kept.iter().map(|value| (*value).to_owned()).collect();
        let from = values.first().filter(|_| of != Kind::Target).cloned();
        Distribution {
            subject: Subject { of, name: None },
            n: Some(1),
            cells: Vec::new(),
            support: Some(Support { from, covers: true, values, count: 1, share: 1.0, low: 1.0 }),
            series: (0..).zip(weeks).map(week).collect(),
        }
    }

    #[track_caller]
    fn check(stack: &Stack, bands: &[(&str, &str)], floor: Option<usize>, last: &[u64]) {
        let found: Vec<_> =
            stack.bands.iter().map(|band| (band.label.as_str(), band.class.as_str())).collect();
        assert_eq!((found.as_slice(), stack.floor), (bands, floor));
        assert_eq!(stack.weeks.last().unwrap().counts.as_deref(), Some(last));
    }

    #[test]
    fn others_are_one_band_wherever_they_stand() {
        let weeks = vec![
            vec![cell(Some("1.0"), 50), cell(None, 20), cell(Some("3.0"), 30)],
            vec![cell(None, 21), cell(Some("1.1"), 40), cell(None, 22), cell(Some("3.0"), 90)],
        ];
        let stack = Stack::of(&distribution(Kind::Rustc, weeks, &["1.1", "3.0"]), 26);
        let bands = [("others", "other"), ("1.0", "d0"), ("1.1", "k1"), ("3.0", "k0")];
        check(&stack, &bands, Some(2), &[43, 0, 40, 90]);
        assert_eq!(stack.weeks[0].counts.as_deref(), Some(&[20, 50, 0, 30][..]));
    }

    #[test]
    fn the_rarest_targets_are_at_the_bottom() {
        let weeks = vec![vec![cell(Some("linux"), 90), cell(Some("mac"), 30), cell(None, 20)]];
        let stack = Stack::of(&distribution(Kind::Target, weeks, &["linux"]), 26);
        check(
            &stack,
            &[("others", "other"), ("mac", "d0"), ("linux", "k0")],
            Some(2),
            &[20, 30, 90],
        );
    }

    #[test]
    fn a_week_of_which_nothing_is_told_is_a_gap() {
        let weeks = vec![vec![cell(Some("1"), 20)], vec![], vec![cell(Some("1"), 20)]];
        let stack = Stack::of(&distribution(Kind::Rustc, weeks, &["1"]), 26);
        assert_eq!(stack.weeks[1].counts, None);
        assert_eq!(stack.floor, None);
    }

    proptest! {
        /// Whatever is folded: no section is lost or counted twice, and the bands stay few.
        #[test]
        fn folding_keeps_every_count(
            counts in prop::collection::vec(prop::collection::vec(0u64..90, 14), 1..120),
            oldest in 0usize..12, weeks in 1u32..261
        ) {
            let names: Vec<String> = (0..14).map(|minor| format!("1.{minor}")).collect();
            let cells = |counts: Vec<u64>| -> Vec<Cell> {
                let cells = counts.into_iter().zip(&names).enumerate();
                let value = |place, name| (place % 5 != 4).then_some(name);
                cells.map(|(place, (count, name))| cell(value(place, name.as_str()), count)).collect()
            };
            let counts: Vec<_> = counts.into_iter().map(cells).collect();
            let kept: Vec<&str> = names[oldest..].iter().map(String::as_str).collect();
            let stack = Stack::of(&distribution(Kind::Rustc, counts.clone(), &kept), weeks);
            prop_assert!(stack.bands.len() <= MAX_BANDS + 2);
            let first: Week = "2026-W01".parse().unwrap();
            for column in &stack.weeks {
                let cells = &counts[usize::try_from(first.until(column.week)).unwrap()];
                let folded: u64 = column.counts.iter().flatten().sum();
                prop_assert_eq!(folded, sum(cells, |_| true));
            }
            prop_assert!(stack.weeks.len() <= 120usize.div_ceil(usize::try_from(stack.every).unwrap()));
        }
    }
}
