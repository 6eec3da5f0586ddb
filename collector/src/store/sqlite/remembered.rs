//! The sections that were counted, in rows of some thousand hashes each.
//!
//! Whoever adds sections has them all in memory, so the table is only written: at its end, where a row
//! for each section would change a page for each, all over the file.

use std::collections::{BTreeMap, HashSet};

use foldhash::fast::RandomState;
use headcount_report::Week;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::rows::{get, parsed};
use super::{sealed, sqlite};
use crate::store::StoreError;
use crate::store::seen::Seen;

/// Hashes in a row, at least, but for the last row of each week: to add one, this one is written anew,
/// and 4,096 are eight pages.
const FULL: usize = 4096;

/// Sections by what is remembered of them.
pub(super) type Sections = HashSet<Seen, RandomState>;

/// Remembers sections that are in order, in the last row of their week or in a new one.
pub(super) fn remember(transaction: &Transaction<'_>, sections: &[Seen]) -> Result<(), StoreError> {
    for of_week in sections.chunk_by(|one, next| one.week() == next.week()) {
        let week = of_week[0].week();
        let (mut number, mut hashes) = last_row(transaction, week)?.unwrap_or_default();
        if hashes.len() >= FULL {
            (number, hashes) = (number + 1, Vec::new());
        }
        hashes.extend(of_week.iter().map(|seen| seen.hash()));
        hashes.sort_unstable();
        let sql = "INSERT OR REPLACE INTO seen VALUES (?, ?, ?)";
        let row = params![week.to_string(), number, sealed::seal(&hashes)];
        let write = sqlite("write to");
        transaction
            .prepare_cached(sql)
            .and_then(|mut insert| insert.execute(row))
            .map_err(write)?;
    }
    Ok(())
}

/// Hands over the sections of each row.
pub(super) fn each(
    connection: &Connection,
    mut take: impl FnMut(Week, Vec<u64>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let read = sqlite("read");
    let mut select = connection.prepare("SELECT week, number, bytes FROM seen").map_err(&read)?;
    let mut rows = select.query([]).map_err(&read)?;
    while let Some(row) = rows.next().map_err(&read)? {
        let week: String = get(row, 0)?;
        take(parsed(&week)?, opened(&week, get(row, 1)?, &get::<Vec<u8>>(row, 2)?)?)?;
    }
    Ok(())
}

/// All sections.
pub(super) fn all(connection: &Connection) -> Result<Sections, StoreError> {
    let mut sections = Sections::default();
    each(connection, |week, hashes| {
        sections.extend(hashes.into_iter().map(|hash| Seen::of_hash(week, hash)));
        Ok(())
    })?;
    Ok(sections)
}

/// How many sections each week has.
pub(super) fn counts(connection: &Connection) -> Result<BTreeMap<Week, u64>, StoreError> {
    let mut counts = BTreeMap::new();
    each(connection, |week, hashes| {
        *counts.entry(week).or_default() += hashes.len() as u64;
        Ok(())
    })?;
    Ok(counts)
}

/// Forgets the sections of the weeks before one.
pub(super) fn forget_before(transaction: &Transaction<'_>, week: Week) -> rusqlite::Result<()> {
    transaction.execute("DELETE FROM seen WHERE week < ?", [week.to_string()]).map(drop)
}

/// The last row of a week: its number and its hashes.
fn last_row(
    transaction: &Transaction<'_>,
    week: Week,
) -> Result<Option<(i64, Vec<u64>)>, StoreError> {
    let sql = "SELECT number, bytes FROM seen WHERE week = ? ORDER BY number DESC LIMIT 1";
    let week = week.to_string();
    let row: Option<(i64, Vec<u8>)> = transaction
        .prepare_cached(sql)
        .and_then(|mut select| {
            select.query_row([&week], |row| Ok((row.get(0)?, row.get(1)?))).optional()
        })
        .map_err(sqlite("read"))?;
    row.map(|(number, bytes)| Ok((number, opened(&week, number, &bytes)?))).transpose()
}

fn opened(week: &str, number: i64, bytes: &[u8]) -> Result<Vec<u64>, StoreError> {
    sealed::open(bytes).map_err(|error| {
        StoreError::Damaged(format!(
            "row {number} of `seen` for {week} holds no sections: {error}. Restore a backup, or delete \
             that row with SQLite's own tool: then retries of some thousand sections count twice"
        ))
    })
}

#[cfg(test)]
mod tests {
    use headcount_report::SectionId;

    use super::*;
    use crate::store::{SqliteStore, Store};

    fn week(number: i32) -> Week {
        "2026-W47".parse::<Week>().unwrap().plus(number)
    }

    /// Sections of a week, in order.
    fn sections(of_week: i32, ids: std::ops::Range<u128>) -> Vec<Seen> {
        let seen = |id: u128| Seen::new(week(of_week), SectionId(id.to_be_bytes()));
        let mut sections: Vec<Seen> = ids.map(seen).collect();
        sections.sort_unstable();
        sections
    }

    /// A store that remembers some sections, a transaction each.
    fn store(path: &std::path::Path, groups: &[Vec<Seen>]) -> SqliteStore {
        let store = SqliteStore::open(path).unwrap();
        for group in groups {
            store.writing().write(|transaction| remember(transaction, group)).unwrap();
        }
        store
    }

    #[test]
    fn a_full_row_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.sqlite");
        let groups = [
            sections(0, 0..4_000),
            [sections(0, 4_000..5_000), sections(1, 0..7)].concat(),
            [sections(0, 5_000..5_003), sections(1, 7..9)].concat(),
            sections(0, 5_003..5_005),
        ];
        let store = store(&path, &groups);
        let (mut rows, mut read) = (Vec::new(), Sections::default());
        each(&store.reading(), |week, hashes| {
            assert!(hashes.is_sorted());
            rows.push((week, hashes.len()));
            read.extend(hashes.into_iter().map(|hash| Seen::of_hash(week, hash)));
            Ok(())
        })
        .unwrap();
        assert_eq!(rows, [(week(0), 5_000), (week(0), 5), (week(1), 9)]);
        assert_eq!(read, groups.concat().into_iter().collect());
        assert_eq!(counts(&store.reading()).unwrap(), [(week(0), 5_005), (week(1), 9)].into());
    }

    #[test]
    fn a_damaged_row_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.sqlite");
        let store = store(&path, &[sections(0, 0..3)]);
        let damage = "UPDATE seen SET bytes = zeroblob(length(bytes))";
        Connection::open(&path).unwrap().execute_batch(damage).unwrap();
        let error = store.add(&[], &mut |_, _| true).unwrap_err().to_string();
        assert!(error.contains("row 0 of `seen` for 2026-W47"), "{error}");
    }
}
