//! Whoever subtracts all published figures from each other learns nothing of a few.

use std::collections::BTreeMap;
use std::num::NonZeroU64;

use headcount_report::Origin;
use proptest::prelude::*;

use super::cells::{Order, cells};
use super::{Atoms, Cell, Publication, View};

const K: u64 = 20;

const LATEST: View = View { origin: None, is_latest_line: true };
const DEVELOPERS: View = View { origin: Some(Origin::Developer), is_latest_line: false };
const DEPLOYED: View = View { origin: Some(Origin::Deployed), is_latest_line: false };

/// Sections by origin and line.
fn atoms(parts: [u64; 4]) -> Atoms {
    let mut atoms = Atoms::default();
    let places =
        [Origin::Developer, Origin::Deployed].map(|origin| [(origin, true), (origin, false)]);
    for ((origin, is_latest_line), part) in places.into_iter().flatten().zip(parts) {
        atoms.add(origin, is_latest_line, part);
    }
    atoms
}

/// What sections say: of each value how many, and how many say any.
#[derive(Debug)]
struct Said {
    values: Vec<(String, Atoms)>,
    told: Atoms,
}

impl Said {
    fn new(values: &[[u64; 4]], more: [u64; 4]) -> Self {
        // A section says at least one value, and may say several.
        let told = |place: usize| {
            let counts = || values.iter().map(|parts| parts[place]);
            (counts().max().unwrap_or(0) + more[place]).min(counts().sum())
        };
        Self {
            told: atoms(std::array::from_fn(told)),
            values: (0..)
                .zip(values)
                .map(|(name, parts): (u32, _)| (format!("{name:02}"), atoms(*parts)))
                .collect(),
        }
    }

    fn cells(&self, view: View) -> Option<Vec<Cell>> {
        let publication = Publication::from(NonZeroU64::new(K).unwrap());
        cells(&self.values, &self.told, view, publication, Order::Releases)
    }
}

/// What a reader knows of one row in a view: it has from `low` to `high` of the `all` sections.
#[derive(Debug, Clone, Copy)]
struct Known {
    all: u64,
    low: u64,
    high: u64,
}

/// A view, and what is left of all sections, as a reader puts them together from all figures. This
/// one is even told which sections are counted with others among all of them.
#[derive(Debug)]
struct Attacker {
    /// By value; others are the last.
    rows: BTreeMap<Option<String>, Known>,
    /// How often some value is said in the view.
    total: u64,
    /// Sections that tell, in the view and outside.
    told: [u64; 2],
}

impl Attacker {
    /// Reads what is published of a view, and of what is left if that is a view too.
    fn read(said: &Said, view: View, rest: Option<View>) -> Option<Self> {
        let (all, inside) = (said.cells(View::ALL)?, said.cells(view)?);
        let outside = rest.and_then(|rest| said.cells(rest));
        let told = [said.told.of(view), said.told.all() - said.told.of(view)];
        let mut rows = BTreeMap::<_, Known>::new();
        for cell in &all {
            // Others may stand at several places.
            let row = rows.entry(cell.value.clone()).or_insert(Known { all: 0, low: 0, high: 0 });
            row.all += cell.count;
        }
        for (value, row) in &mut rows {
            let value = value.as_ref();
            let (low, high) = shown(&inside, value);
            let (left, most_left) =
                outside.as_ref().map_or((0, u64::MAX), |cells| shown(cells, value));
            row.low = low.max(row.all.saturating_sub(most_left));
            row.high = high.min(row.all - left);
            if value.is_some() {
                row.low = row.low.max(row.all.saturating_sub(told[1]));
                row.high = row.high.min(told[0]);
            }
        }
        Some(Self { rows, total: inside.iter().map(|cell| cell.count).sum(), told })
    }

    /// How many sections say one of these values in the view: what the sum of all leaves possible.
    fn possible(&self, is_in: impl Fn(usize) -> bool) -> (u64, u64) {
        let sum = |is_wanted: bool, of: fn(&Known) -> u64| -> u64 {
            let rows = self.rows.values().enumerate();
            rows.filter(|(place, _)| is_in(*place) == is_wanted).map(|(_, row)| of(row)).sum()
        };
        let low =
            sum(true, |row| row.low).max(self.total.saturating_sub(sum(false, |row| row.high)));
        let high =
            sum(true, |row| row.high).min(self.total.saturating_sub(sum(false, |row| row.low)));
        (low, high)
    }

    /// Refuses to be told that few sections say one of some values, or do not say a value: for certain
    /// where each section says one, or else exactly how few.
    fn check(&self) -> Result<(), TestCaseError> {
        let says_one =
            self.rows.values().map(|row| row.all).sum::<u64>() == self.told.iter().sum::<u64>();
        let check = |what: &str, (low, high): (u64, u64)| {
            let may_be_none_or_enough = low == 0 || high >= K;
            prop_assert!(low <= high, "{low} to {high} {what} of {self:?}");
            prop_assert!(
                may_be_none_or_enough || (low < high && !says_one),
                "{low} to {high} {what} of {self:?}"
            );
            Ok(())
        };
        let rows: Vec<_> = self.rows.iter().collect();
        for set in 1u32..1 << rows.len() {
            let is_in = |place: usize| set & (1 << place) != 0;
            let (low, high) = self.possible(is_in);
            let members = rows.iter().enumerate().filter(|(place, _)| is_in(*place));
            let all: u64 = members.map(|(_, (_, row))| row.all).sum();
            check(&format!("with {set:b} inside"), (low, high))?;
            check(&format!("with {set:b} outside"), (all - high, all - low))?;
        }
        for (place, (_, row)) in rows.iter().enumerate().filter(|(_, (value, _))| value.is_some()) {
            let (low, high) = self.possible(|other| other == place);
            let [inside, outside] = self.told;
            check(&format!("without {place} inside"), (inside - high, inside - low))?;
            let (low, high) = (outside + low - row.all, outside + high - row.all);
            check(&format!("without {place} outside"), (low, high))?;
        }
        Ok(())
    }
}

/// At least and at most how many sections the cells of a view show with a value, or with others.
fn shown(cells: &[Cell], value: Option<&String>) -> (u64, u64) {
    let others = cells.iter().find(|cell| cell.value.is_none()).map_or(0, |cell| cell.count);
    match cells.iter().find(|cell| cell.value.as_ref() == value && value.is_some()) {
        Some(cell) if cell.at_least => (cell.count, cell.count + others),
        Some(cell) => (cell.count, cell.count),
        None => (0, others),
    }
}

/// Counts of which many are near the limit.
fn count() -> impl Strategy<Value = u64> {
    prop_oneof![3 => Just(0), 3 => 1u64..6, 3 => 14u64..27, 2 => 27u64..200]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_difference_tells_of_few(
        values in prop::collection::vec(prop::array::uniform4(count()), 1..7),
        more in prop_oneof![Just([1_000; 4]), prop::array::uniform4(0u64..30)],
    ) {
        let said = Said::new(&values, more);
        for (view, rest) in
            [(LATEST, None), (DEVELOPERS, Some(DEPLOYED)), (DEPLOYED, Some(DEVELOPERS))]
        {
            if let Some(attacker) = Attacker::read(&said, view, rest) {
                attacker.check()?;
            }
        }
    }

    #[test]
    fn every_view_has_its_total_and_no_small_count(
        values in prop::collection::vec(prop::array::uniform4(count()), 1..7),
        more in prop::array::uniform4(0u64..60),
    ) {
        let said = Said::new(&values, more);
        for view in [LATEST, DEVELOPERS, DEPLOYED] {
            let Some(cells) = said.cells(view) else { continue };
            let total: u64 = said.values.iter().map(|(_, atoms)| atoms.of(view)).sum();
            prop_assert_eq!(cells.iter().map(|cell| cell.count).sum::<u64>(), total);
            for cell in &cells {
                prop_assert!(cell.count >= K, "{:?}", cells);
                let known = said.values.iter().find(|(value, _)| Some(value) == cell.value.as_ref());
                let Some((_, atoms)) = known else { continue };
                prop_assert!(cell.count <= atoms.of(view));
                prop_assert_eq!(cell.at_least || cell.count == atoms.of(view), true);
                let without = said.told.of(view) - cell.count;
                prop_assert!(without == 0 || without >= K, "{:?} of {:?}", cell, said.told);
            }
        }
    }
}
