//! Whatever is logged, folded, closed and opened again: the sums are those of a store without a log,
//! and what is deleted is gone from the files.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use headcount_report::{Origin, SectionId, Week};
use memchr::memmem;
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::store::{Bit, Dimension, MemoryStore, SqliteStore, Store, Subject, Wanted};

fn week(number: i32) -> Week {
    "2026-W01".parse::<Week>().unwrap().plus(number)
}

/// A section of one of a few libraries, whose id nothing else in a store looks like.
fn section(number: u32) -> Bits {
    let id = u128::from(number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    let value = |kind: u32| (number % (kind + 2)).to_string();
    let subject = Subject {
        library: Some(format!("library-{}", number % 3).parse().unwrap()),
        version: Some(format!("1.0.{}", number % 2).parse().unwrap()),
        origin: Origin::Developer,
    };
    let bits = [
        Bit::new(Dimension::Sections, ""),
        Bit::new(Dimension::Linked, value(3)),
        Bit::new(Dimension::Called, value(5)),
    ];
    Bits::new(SectionId(id.to_be_bytes()), subject, bits)
}

/// A report of two sections.
fn report(number: u32, of_week: i32) -> Summed {
    let sections = vec![section(2 * number), section(2 * number + 1)];
    Summed { week: week(of_week), sections }
}

fn add(store: &dyn Store, reports: &[Summed]) -> Vec<Added> {
    store.add(reports, &mut |_, _| true).unwrap()
}

fn all_sums(store: &dyn Store) -> BTreeSet<String> {
    let mut sums = BTreeSet::new();
    for library in 0..3 {
        let library = format!("library-{library}").parse().unwrap();
        let rows = store.sums(&library, week(0)..=week(100), &Wanted::all(Dimension::ALL)).unwrap();
        sums.extend(rows.iter().map(|row| format!("{library} {row:?}")));
    }
    sums
}

/// How many entries are in the log, seen from another connection.
fn entries(path: &Path) -> Vec<Vec<u8>> {
    let connection = Connection::open(path).unwrap();
    let mut select = connection.prepare("SELECT bytes FROM delta").unwrap();
    let entries = select.query_map([], |row| row.get(0)).unwrap();
    entries.collect::<Result<_, _>>().unwrap()
}

/// A store in a folder of its own.
struct Fixture {
    folder: TempDir,
    store: SqliteStore,
}

impl Fixture {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("store.sqlite")).unwrap();
        Self { folder, store }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("store.sqlite")
    }

    /// The store as a machine that lost its power would find it.
    fn lost_power(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["store.sqlite", "store.sqlite-wal"] {
            let file = self.folder.path().join(name);
            if file.exists() {
                std::fs::copy(file, folder.path().join(name)).unwrap();
            }
        }
        let store = SqliteStore::open(&folder.path().join("store.sqlite")).unwrap();
        Self { folder, store }
    }

    fn holds(&self, part: &[u8]) -> bool {
        let files = ["store.sqlite", "store.sqlite-wal"];
        files.iter().any(|name| {
            let bytes = std::fs::read(self.folder.path().join(name)).unwrap();
            memmem::find(&bytes, part).is_some()
        })
    }
}

/// Parts of an entry that no row of sums or ids looks like: each subject, and the last two sections.
fn parts_of_an_entry_only(entry: &[u8]) -> impl Iterator<Item = &[u8]> {
    let subject = "library-0++1.0.0".len();
    let subjects = memmem::find_iter(entry, "library-").map(move |at| &entry[at..at + subject]);
    let (end, check_sum) = (entry.len(), 4);
    // Each takes eight bytes or more.
    subjects.chain([&entry[end - check_sum - 16..end - check_sum]])
}

/// The hash of a section as postcard writes it.
fn hash(seen: Seen) -> Vec<u8> {
    postcard::to_allocvec(&seen.hash()).unwrap()
}

/// What happens to a store.
#[derive(Debug, Clone)]
enum Event {
    /// Reports come in one group; their numbers repeat.
    Add(Vec<(u32, i32)>),
    Fold,
    /// Another process opens the store for a moment, as an export does.
    FoldElsewhere,
    Restart,
    PowerLoss,
    Close(i32),
}

fn event() -> impl Strategy<Value = Event> {
    let reports = |most| proptest::collection::vec((0..200_u32, 4..8), 1..most);
    prop_oneof![
        4 => reports(60).prop_map(Event::Add),
        2 => reports(5).prop_map(Event::Add),
        1 => Just(Event::Fold),
        1 => Just(Event::FoldElsewhere),
        1 => Just(Event::Restart),
        1 => Just(Event::PowerLoss),
        1 => (0..4).prop_map(Event::Close),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_log_changes_no_sum(events in proptest::collection::vec(event(), 1..16)) {
        let model = MemoryStore::new();
        let mut fixture = Fixture::new();
        for event in events {
            match event {
                Event::Add(numbers) => {
                    let reports: Vec<Summed> =
                        numbers.iter().map(|(number, week)| report(*number, *week)).collect();
                    prop_assert_eq!(add(&fixture.store, &reports), add(&model, &reports));
                }
                Event::Fold => fixture.store.fold().unwrap(),
                Event::FoldElsewhere => SqliteStore::open(&fixture.path()).unwrap().fold().unwrap(),
                Event::Restart => fixture.store = SqliteStore::open(&fixture.path()).unwrap(),
                Event::PowerLoss => fixture = fixture.lost_power(),
                Event::Close(number) => {
                    let first_open = model.close_before(week(number)).unwrap();
                    prop_assert_eq!(fixture.store.close_before(week(number)).unwrap(), first_open);
                }
            }
        }
        prop_assert_eq!(all_sums(&fixture.store), all_sums(&model));
    }

    #[test]
    fn what_is_closed_or_folded_is_in_no_file(
        groups in proptest::collection::vec(proptest::collection::vec((0..500_u32, 0..2), 1..40), 1..6),
    ) {
        let fixture = Fixture::new();
        let mut logged = Vec::new();
        for group in &groups {
            let reports: Vec<Summed> =
                group.iter().map(|(number, week)| report(*number, *week)).collect();
            add(&fixture.store, &reports);
            logged.extend(entries(&fixture.path()));
        }
        for entry in &logged {
            for part in parts_of_an_entry_only(entry) {
                prop_assert!(fixture.holds(part), "nothing is found in the files");
            }
        }
        fixture.store.fold().unwrap();
        for part in logged.iter().flat_map(|entry| parts_of_an_entry_only(entry)) {
            prop_assert!(!fixture.holds(part), "{part:?} is still there");
        }
        let of_week = |number: i32| {
            let reports = groups.iter().flatten().filter(move |(_, of_week)| *of_week == number);
            let sections = reports.flat_map(|(number, of_week)| report(*number, *of_week).sections);
            sections.map(move |section| Seen::new(week(number), section.id)).collect::<HashSet<_>>()
        };
        // One that lies across the end of a page is not found. The same id may be in both weeks.
        let open: HashSet<u64> = of_week(1).iter().map(|seen| seen.hash()).collect();
        let closed: Vec<Seen> =
            of_week(0).into_iter().filter(|seen| !open.contains(&seen.hash())).collect();
        let found = |seen: &&Seen| fixture.holds(&hash(**seen));
        prop_assert!(closed.iter().filter(found).count() * 10 >= closed.len() * 9);
        fixture.store.close_before(week(1)).unwrap();
        prop_assert_eq!(closed.iter().find(found), None);
        let left = remembered::all(&fixture.store.reading()).unwrap();
        prop_assert_eq!(left.into_iter().collect::<HashSet<_>>(), of_week(1));
    }
}

#[test]
fn a_few_reports_leave_no_entry() {
    let fixture = Fixture::new();
    let reports: Vec<Summed> = (0..16).map(|number| report(number, 0)).collect();
    add(&fixture.store, &reports[..15]);
    assert_eq!(entries(&fixture.path()).len(), 0);
    // Fifteen of these sixteen were counted already: an entry would be about one.
    add(&fixture.store, &reports);
    assert_eq!(entries(&fixture.path()).len(), 0);
    let more: Vec<Summed> = (16..32).map(|number| report(number, 0)).collect();
    add(&fixture.store, &more);
    assert_eq!(entries(&fixture.path()).len(), 1);
}

#[test]
fn a_damaged_entry_is_named_and_nothing_is_lost() {
    let fixture = Fixture::new();
    let reports: Vec<Summed> = (0..20).map(|number| report(number, 0)).collect();
    add(&fixture.store, &reports);
    let damage = "UPDATE delta SET bytes = zeroblob(length(bytes))";
    Connection::open(fixture.path()).unwrap().execute_batch(damage).unwrap();
    let store = SqliteStore::open(&fixture.path()).unwrap();
    for error in [store.fold().unwrap_err(), store.check().unwrap_err()] {
        assert!(error.to_string().contains("row 1 of `delta`"), "{error}");
    }
    assert_eq!(entries(&fixture.path()).len(), 1);
}

#[test]
fn what_another_process_folded_is_not_folded_again() {
    let fixture = Fixture::new();
    let model = MemoryStore::new();
    for first in [0, 20, 40] {
        let reports: Vec<Summed> = (first..first + 20).map(|number| report(number, 0)).collect();
        add(&fixture.store, &reports);
        add(&model, &reports);
        if first == 20 {
            SqliteStore::open(&fixture.path()).unwrap().fold().unwrap();
        }
    }
    assert_eq!(entries(&fixture.path()).len(), 1);
    assert_eq!(all_sums(&fixture.store), all_sums(&model));
}
