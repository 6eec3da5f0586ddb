//! The sums, a row for each library and week.
//!
//! A row has all counters of its library and week in two values, which a fold writes once however
//! many counters rise. Whoever asks for no site reads none.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use headcount_report::{CrateName, Origin, PlainVersion, Week};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use serde::de::DeserializeOwned;

use super::delta::{Counted, Delta};
use super::rows::{get, integer, parsed, unsigned};
use super::{sealed, sqlite};
use crate::store::counts::{Counts, Sites, Words, of_site};
use crate::store::{Bit, StoreError, Subject, SumRow, Wanted};

/// What distinguishes the counters of one library and week.
type Kind = (Option<PlainVersion>, Origin);

/// The counters of one library and week.
pub(super) type OfWeek = BTreeMap<Kind, Counts>;

/// A map of maps as it is written: who only passes over it builds neither.
type Pairs<K, V> = Vec<(Kind, Vec<(K, V)>)>;

/// Raises the counters.
pub(super) fn raise(transaction: &Transaction<'_>, delta: &Delta) -> Result<(), StoreError> {
    let mut subjects = delta.subjects().peekable();
    while let Some((week, subject, _)) = subjects.peek() {
        let (week, library) = (*week, subject.library.as_ref());
        let mut sums = read(transaction, library, week)?;
        let is_of_row = |(of, subject, _): &(Week, &Subject, _)| {
            *of == week && subject.library.as_ref() == library
        };
        while let Some((_, subject, counters)) = subjects.next_if(is_of_row) {
            let counts = sums.entry((subject.version.clone(), subject.origin)).or_default();
            for (counted, by) in counters {
                match counted {
                    Counted::Site(site, fact) => counts.raise_site(site, fact, by),
                    Counted::Word(word) => counts.raise_word(word, by),
                }
            }
        }
        write(transaction, library, week, &sums)?;
    }
    Ok(())
}

/// The counters of a library in some weeks, ordered by week.
pub(super) fn of_library(
    connection: &Connection,
    library: &CrateName,
    weeks: &RangeInclusive<Week>,
    wanted: &[Wanted],
) -> Result<Vec<SumRow>, StoreError> {
    let is_of_sites = |wanted: &Wanted| wanted.dimension.fact().is_some();
    let words = if wanted.iter().all(is_of_sites) { "NULL" } else { "words" };
    let sites = if wanted.iter().any(is_of_sites) { "sites" } else { "NULL" };
    let sql = format!(
        "SELECT library, week, {words}, {sites} FROM sums
         WHERE library = ? AND week BETWEEN ? AND ? ORDER BY week"
    );
    let range = [library.to_string(), weeks.start().to_string(), weeks.end().to_string()];
    let mut sums = Vec::new();
    let is_wanted = |(bit, _): &(Bit, u64)| wanted.iter().any(|one| one.takes(bit));
    each(connection, &sql, &range.map(Value::Text), |row, _, week| {
        let of_words = column::<Pairs<Bit, u64>>(row, 2)?.into_iter();
        let of_sites = column::<Pairs<u32, _>>(row, 3)?.into_iter().map(|(kind, sites)| {
            (kind, sites.iter().flat_map(|(site, counts)| of_site(*site, counts)).collect())
        });
        for ((version, origin), counts) in of_words.chain(of_sites) {
            sums.extend(counts.into_iter().filter(is_wanted).map(|(bit, count)| SumRow {
                week,
                version: version.clone(),
                origin,
                bit,
                count,
            }));
        }
        Ok(())
    })?;
    Ok(sums)
}

/// Hands over the counters of each library and week.
pub(super) fn all(
    connection: &Connection,
    mut take: impl FnMut(Option<CrateName>, Week, OfWeek) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let sql = "SELECT library, week, words, sites FROM sums";
    each(connection, sql, &[], |row, library, week| take(library, week, of_row(row)?))
}

/// How many libraries and weeks there are.
pub(super) fn rows(connection: &Connection) -> Result<usize, StoreError> {
    let sql = "SELECT count(*) FROM sums";
    let count = connection.query_row(sql, [], |row| row.get(0)).map_err(sqlite("read"))?;
    Ok(usize::try_from(unsigned(count)).unwrap_or(usize::MAX))
}

/// Whether any section of a version was counted.
pub(super) fn is_counted(
    connection: &Connection,
    library: &CrateName,
    version: &PlainVersion,
) -> Result<bool, StoreError> {
    let mut is_counted = false;
    let sql = "SELECT library, week, words, NULL FROM sums WHERE library = ?";
    each(connection, sql, &[Value::Text(library.to_string())], |row, _, _| {
        is_counted |= of_row(row)?.keys().any(|(of, _)| of.as_ref() == Some(version));
        Ok(())
    })?;
    Ok(is_counted)
}

/// The last week that has a section of a registered library.
pub(super) fn last_week(connection: &Connection) -> Result<Option<Week>, StoreError> {
    let sql = "SELECT max((SELECT max(week) FROM sums WHERE sums.library = manifest.library))
               FROM manifest";
    let week: Option<String> =
        connection.query_row(sql, [], |row| row.get(0)).map_err(sqlite("read"))?;
    week.map(|week| parsed(&week)).transpose()
}

/// Deletes the counters of the weeks before one. The table is ordered by library first.
pub(super) fn delete_before(transaction: &Transaction<'_>, week: Week) -> rusqlite::Result<()> {
    let sql = "DELETE FROM sums WHERE week < ?1
               AND library IN (SELECT library FROM manifest UNION SELECT '')";
    transaction.execute(sql, [week.to_string()]).map(drop)
}

fn read(
    transaction: &Transaction<'_>,
    library: Option<&CrateName>,
    week: Week,
) -> Result<OfWeek, StoreError> {
    let sql = "SELECT library, week, words, sites FROM sums WHERE library = ? AND week = ?";
    let key = params![library.map_or("", CrateName::as_str), week.to_string()];
    let mut select = transaction.prepare_cached(sql).map_err(sqlite("read"))?;
    let sums = select.query_row(key, |row| Ok(of_row(row))).optional().map_err(sqlite("read"))?;
    sums.transpose().map(Option::unwrap_or_default)
}

fn write(
    transaction: &Transaction<'_>,
    library: Option<&CrateName>,
    week: Week,
    sums: &OfWeek,
) -> Result<(), StoreError> {
    let sections = sums.values().map(Counts::sections).sum();
    let words: BTreeMap<&Kind, &Words> =
        sums.iter().map(|(kind, counts)| (kind, &counts.words)).collect();
    let sites: BTreeMap<&Kind, &Sites> =
        sums.iter().map(|(kind, counts)| (kind, &counts.sites)).collect();
    let sql = "INSERT OR REPLACE INTO sums VALUES (?, ?, ?, ?, ?)";
    let values = params![
        library.map_or("", CrateName::as_str),
        week.to_string(),
        integer(sections),
        sealed::seal(&words),
        sealed::seal(&sites)
    ];
    let written = transaction.prepare_cached(sql).and_then(|mut insert| insert.execute(values));
    written.map(drop).map_err(sqlite("write to"))
}

/// Reads rows of a library, a week, and of words and sites each or NULL.
fn each(
    connection: &Connection,
    sql: &str,
    parameters: &[Value],
    mut take: impl FnMut(&Row<'_>, Option<CrateName>, Week) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut select = connection.prepare_cached(sql).map_err(sqlite("read"))?;
    let parameters = rusqlite::params_from_iter(parameters);
    let mut rows = select.query(parameters).map_err(sqlite("read"))?;
    while let Some(row) = rows.next().map_err(sqlite("read"))? {
        let library: String = get(row, 0)?;
        let library = (!library.is_empty()).then(|| parsed(&library)).transpose()?;
        take(row, library, parsed(&get::<String>(row, 1)?)?)?;
    }
    Ok(())
}

fn of_row(row: &Row<'_>) -> Result<OfWeek, StoreError> {
    let mut sums = OfWeek::new();
    for (kind, words) in column::<BTreeMap<Kind, Words>>(row, 2)? {
        sums.entry(kind).or_default().words = words;
    }
    for (kind, sites) in column::<BTreeMap<Kind, Sites>>(row, 3)? {
        sums.entry(kind).or_default().sites = sites;
    }
    Ok(sums)
}

fn column<T: DeserializeOwned + Default>(row: &Row<'_>, column: usize) -> Result<T, StoreError> {
    let bytes = row.get_ref(column).map_err(sqlite("read"))?;
    let Some(bytes) =
        bytes.as_blob_or_null().map_err(|error| StoreError::Damaged(error.to_string()))?
    else {
        return Ok(T::default());
    };
    sealed::open(bytes).map_err(|error| {
        let [library, week] =
            [0, 1].map(|column| get::<String>(row, column).unwrap_or_default());
        StoreError::Damaged(format!(
            "the row of `sums` for `{library}` and {week} holds no sums: {error}. Restore a backup, \
             or give up that week of that library: delete the row with SQLite's own tool"
        ))
    })
}
