//! The whole store as lines, and back.

use headcount_report::SectionId;
use rusqlite::{Connection, Row, Transaction, params};

use super::rows::{self, get, parsed, unsigned};
use super::{log, sqlite};
use crate::library::Site;
use crate::store::transfer::Line;
use crate::store::{Bit, NewToken, StoreError, Subject, TokenRow};

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
    let sql = "SELECT library, week, dimension, value, version, origin, count FROM counter";
    each(connection, sql, |row| take(counter(row)?))?;
    each(connection, "SELECT week, id FROM seen", |row| {
        let week = parsed(&get::<String>(row, 0)?)?;
        take(Line::Section { week, id: SectionId(get(row, 1)?) })
    })
}

/// Whether nothing was ever registered or counted.
pub(super) fn is_empty(connection: &Connection) -> Result<bool, StoreError> {
    let sql = "SELECT NOT EXISTS (SELECT 1 FROM manifest) AND NOT EXISTS (SELECT 1 FROM site)
               AND NOT EXISTS (SELECT 1 FROM sqlite_sequence) AND NOT EXISTS (SELECT 1 FROM seen)
               AND NOT EXISTS (SELECT 1 FROM counter) AND NOT EXISTS (SELECT 1 FROM delta)";
    connection.query_row(sql, [], |row| row.get(0)).map_err(sqlite("read"))
}

/// Keeps one line.
pub(super) fn import(transaction: &Transaction<'_>, line: Line) -> Result<(), StoreError> {
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
        Line::Counter { week, subject, bit, count } => {
            log::raise_by(transaction, week, &subject, &bit, count)
        }
        Line::Section { week, id } => transaction
            .prepare_cached("INSERT INTO seen VALUES (?, ?)")
            .and_then(|mut insert| insert.execute(params![week.to_string(), id.0]))
            .map(drop),
        Line::HeadcountStore(_) | Line::End(_) => Ok(()),
    };
    kept.map_err(sqlite("write to"))
}

fn counter(row: &Row<'_>) -> Result<Line, StoreError> {
    let text = |column| get::<String>(row, column);
    let (library, version) = (text(0)?, text(4)?);
    Ok(Line::Counter {
        week: parsed(&text(1)?)?,
        subject: Subject {
            library: (!library.is_empty()).then(|| parsed(&library)).transpose()?,
            version: (!version.is_empty()).then(|| parsed(&version)).transpose()?,
            origin: rows::origin(&text(5)?)?,
        },
        bit: Bit { dimension: parsed(&text(2)?)?, value: text(3)? },
        count: unsigned(get(row, 6)?),
    })
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
