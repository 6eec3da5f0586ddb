//! The whole store as lines, and back.

use rusqlite::{Connection, Row, Transaction};

use super::delta::Delta;
use super::rows::{self, get, parsed};
use super::{log, remembered, sqlite, sums};
use crate::library::Site;
use crate::store::seen::Seen;
use crate::store::transfer::Line;
use crate::store::{NewToken, StoreError, Subject, TokenRow};

/// Takes one line.
pub(super) type Take<'a> = dyn FnMut(Line) -> Result<(), StoreError> + 'a;

/// Hands over the store as one transaction sees it, with nothing in the log.
pub(super) fn export(connection: &Connection, take: &mut Take<'_>) -> Result<(), StoreError> {
    for library in rows::libraries(connection)? {
        for (site, Site { path, kind }) in
            rows::sites(connection, &library)?.into_iter().enumerate()
        {
            take(Line::Site { library: library.clone(), site, path, kind })?;
        }
        for manifest in rows::manifests(connection, &library)? {
            take(Line::Manifest(manifest))?;
        }
    }
    for TokenRow { number, token: NewToken { scope, digest, created } } in rows::tokens(connection)?
    {
        take(Line::Token { number, scope, sha256: digest, created })?;
    }
    let sql = "SELECT seq FROM sqlite_sequence WHERE name = 'token'";
    each(connection, sql, |row| take(Line::LastToken(get(row, 0)?)))?;
    let sql = "SELECT first_week FROM open";
    each(connection, sql, |row| take(Line::FirstWeek(parsed(&get::<String>(row, 0)?)?)))?;
    sums::all(connection, |library, week, of_week| {
        for ((version, origin), counts) in of_week {
            let subject = Subject { library: library.clone(), version, origin };
            for (bit, count) in counts.iter() {
                take(Line::Counter { week, subject: subject.clone(), bit, count })?;
            }
        }
        Ok(())
    })?;
    remembered::each(connection, |week, hashes| {
        hashes.into_iter().try_for_each(|hash| take(Line::Section { week, hash }))
    })
}

/// Whether nothing was ever registered or counted.
pub(super) fn is_empty(connection: &Connection) -> Result<bool, StoreError> {
    let sql = "SELECT NOT EXISTS (SELECT 1 FROM manifest) AND NOT EXISTS (SELECT 1 FROM site)
               AND NOT EXISTS (SELECT 1 FROM sqlite_sequence) AND NOT EXISTS (SELECT 1 FROM seen)
               AND NOT EXISTS (SELECT 1 FROM sums) AND NOT EXISTS (SELECT 1 FROM delta)";
    connection.query_row(sql, [], |row| row.get(0)).map_err(sqlite("read"))
}

/// Counters that are raised together, and sections that are remembered: an export has those of one
/// library and week in a row.
const TOGETHER: usize = 100_000;

/// Keeps lines.
pub(super) struct Import<'transaction> {
    transaction: &'transaction Transaction<'transaction>,
    /// Counters and sections that wait for others, and how many.
    delta: Delta,
    waiting: usize,
}

impl<'transaction> Import<'transaction> {
    pub(super) fn new(transaction: &'transaction Transaction<'transaction>) -> Self {
        Self { transaction, delta: Delta::default(), waiting: 0 }
    }

    /// Keeps one line.
    pub(super) fn take(&mut self, line: Line) -> Result<(), StoreError> {
        match line {
            Line::Counter { week, subject, bit, count } => {
                self.delta.raise(week, &subject, &bit, count);
            }
            Line::Section { week, hash } => self.delta.sections.push(Seen::of_hash(week, hash)),
            line => return import(self.transaction, line),
        }
        self.waiting += 1;
        if self.waiting == TOGETHER { self.raise() } else { Ok(()) }
    }

    /// Keeps what still waits.
    pub(super) fn raise(&mut self) -> Result<(), StoreError> {
        self.waiting = 0;
        let mut delta = std::mem::take(&mut self.delta);
        delta.sort();
        log::raise(self.transaction, &delta)
    }
}

fn import(transaction: &Transaction<'_>, line: Line) -> Result<(), StoreError> {
    let kept = match line {
        Line::Site { library, site, path, kind } => {
            rows::put_site(transaction, &library, site, &Site { path, kind })
        }
        Line::Manifest(manifest) => return rows::put_manifest(transaction, &manifest),
        Line::Token { number, scope, sha256, created } => {
            let token = NewToken { scope, digest: sha256, created };
            rows::put_token(transaction, Some(number), &token)
        }
        Line::LastToken(number) => transaction
            .execute("DELETE FROM sqlite_sequence WHERE name = 'token'", [])
            .and_then(|_| {
                let sql = "INSERT INTO sqlite_sequence VALUES ('token', ?)";
                transaction.execute(sql, [number]).map(drop)
            }),
        Line::FirstWeek(week) => transaction
            .execute("DELETE FROM open", [])
            .and_then(|_| transaction.execute("INSERT INTO open VALUES (?)", [week.to_string()]))
            .map(drop),
        Line::Counter { .. } | Line::Section { .. } | Line::HeadcountStore(_) | Line::End(_) => {
            Ok(())
        }
    };
    kept.map_err(sqlite("write to"))
}

/// Reads each row of a query, one at a time.
fn each(
    connection: &Connection,
    sql: &str,
    mut read: impl FnMut(&Row<'_>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut statement = connection.prepare(sql).map_err(sqlite("read"))?;
    let mut rows = statement.query([]).map_err(sqlite("read"))?;
    while let Some(row) = rows.next().map_err(sqlite("read"))? {
        read(row)?;
    }
    Ok(())
}
