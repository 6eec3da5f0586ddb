//! Rows read back from SQLite, as the types that they were written from.

use std::str::FromStr;

use headcount_report::{CrateName, Manifest, SiteKind};
use rusqlite::types::{FromSql, Value};
use rusqlite::{Connection, Row, Transaction, params, params_from_iter};

use super::sqlite;
use crate::library::Site;
use crate::store::{LibraryLine, NewToken, StoreError, TokenRow};

/// The sites of a library, in the order of their indices.
pub(super) fn sites(connection: &Connection, library: &CrateName) -> Result<Vec<Site>, StoreError> {
    let sql = "SELECT path, kind FROM site WHERE library = ? ORDER BY site";
    select(connection, sql, &[text(library)], |row| {
        let kind: String = get(row, 1)?;
        Ok(Site { path: parsed(&get::<String>(row, 0)?)?, kind: site_kind(&kind)? })
    })
}

/// Every library that has a site or a manifest, by name.
pub(super) fn libraries(connection: &Connection) -> Result<Vec<CrateName>, StoreError> {
    let sql = "SELECT library FROM manifest UNION SELECT library FROM site ORDER BY library";
    select(connection, sql, &[], |row| parsed(&get::<String>(row, 0)?))
}

/// Keeps a site of a library, with its index.
pub(super) fn put_site(
    transaction: &Transaction<'_>,
    library: &CrateName,
    index: usize,
    site: &Site,
) -> rusqlite::Result<()> {
    let mut insert = transaction.prepare_cached("INSERT INTO site VALUES (?, ?, ?, ?)")?;
    let (path, kind) = (site.path.as_str(), site.kind.as_str());
    insert.execute(params![library.as_str(), integer(index as u64), path, kind]).map(drop)
}

/// Keeps a manifest, in place of any of the same version.
pub(super) fn put_manifest(
    transaction: &Transaction<'_>,
    manifest: &Manifest,
) -> Result<(), StoreError> {
    let deprecated = manifest.sites.values().filter(|site| site.deprecated.is_some()).count();
    let json =
        serde_json::to_string(manifest).map_err(|error| StoreError::Damaged(error.to_string()))?;
    let values = params![
        manifest.library.as_str(),
        manifest.version.as_str(),
        integer(manifest.sites.len() as u64),
        integer(deprecated as u64),
        json
    ];
    let sql = "INSERT OR REPLACE INTO manifest VALUES (?, ?, ?, ?, ?)";
    transaction.execute(sql, values).map(drop).map_err(sqlite("write to"))
}

/// The manifests of a library.
pub(super) fn manifests(
    connection: &Connection,
    library: &CrateName,
) -> Result<Vec<Manifest>, StoreError> {
    let sql = "SELECT json FROM manifest WHERE library = ?";
    select(connection, sql, &[text(library)], |row| {
        let json: String = get(row, 0)?;
        Manifest::decode(json.as_bytes()).map_err(|error| StoreError::Damaged(error.to_string()))
    })
}

/// A line for every library, by name.
pub(super) fn library_lines(connection: &Connection) -> Result<Vec<LibraryLine>, StoreError> {
    let mut lines: Vec<LibraryLine> = Vec::new();
    let sql = "SELECT library, version, sites, deprecated FROM manifest ORDER BY library";
    for line in select(connection, sql, &[], manifest_line)? {
        match lines.last_mut().filter(|last| last.library == line.library) {
            None => lines.push(line),
            Some(last) => {
                let versions = last.versions + 1;
                if last.latest_version.numbers() < line.latest_version.numbers() {
                    *last = line;
                }
                last.versions = versions;
            }
        }
    }
    // The last week of each library: to look at all would be to walk through all of them.
    let sql = "SELECT week, sections FROM sums WHERE library = ? AND sections > 0
               ORDER BY week DESC LIMIT 1";
    let mut statement = connection.prepare_cached(sql).map_err(sqlite("read"))?;
    for line in &mut lines {
        let mut rows = statement.query([line.library.as_str()]).map_err(sqlite("read"))?;
        if let Some(row) = rows.next().map_err(sqlite("read"))? {
            line.week = Some(parsed(&get::<String>(row, 0)?)?);
            line.sections = unsigned(get(row, 1)?);
        }
    }
    Ok(lines)
}

fn manifest_line(row: &Row<'_>) -> Result<LibraryLine, StoreError> {
    let count = |column| get::<i64>(row, column).map(|count| usize::try_from(count).unwrap_or(0));
    Ok(LibraryLine {
        library: parsed(&get::<String>(row, 0)?)?,
        latest_version: parsed(&get::<String>(row, 1)?)?,
        versions: 1,
        sites: count(2)?,
        deprecated: count(3)?,
        week: None,
        sections: 0,
    })
}

/// All tokens.
pub(super) fn tokens(connection: &Connection) -> Result<Vec<TokenRow>, StoreError> {
    let sql = "SELECT number, library, sha256, created FROM token ORDER BY number";
    select(connection, sql, &[], |row| {
        Ok(TokenRow {
            number: get(row, 0)?,
            token: NewToken {
                scope: parsed(&get::<String>(row, 1)?)?,
                digest: get(row, 2)?,
                created: parsed(&get::<String>(row, 3)?)?,
            },
        })
    })
}

/// Keeps a token; without a number, under the next.
pub(super) fn put_token(
    transaction: &Transaction<'_>,
    number: Option<u32>,
    token: &NewToken,
) -> rusqlite::Result<()> {
    let NewToken { scope, digest, created } = token;
    let values = params![number, scope.to_string(), digest, created.to_string()];
    transaction.execute("INSERT INTO token VALUES (?, ?, ?, ?)", values).map(drop)
}

/// A stored text as what it says.
pub(super) fn parsed<T: FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T, StoreError> {
    text.parse().map_err(|error: T::Err| StoreError::Damaged(error.to_string()))
}

/// A count as SQLite keeps it. No count gets near 2^63.
pub(super) fn integer(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The count that was kept so.
pub(super) fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

fn text(name: &CrateName) -> Value {
    Value::Text(name.to_string())
}

fn site_kind(word: &str) -> Result<SiteKind, StoreError> {
    SiteKind::ALL
        .into_iter()
        .find(|kind| kind.as_str() == word)
        .ok_or_else(|| StoreError::Damaged(format!("kind `{word}` is unknown")))
}

/// One column of a row.
pub(super) fn get<T: FromSql>(row: &Row<'_>, column: usize) -> Result<T, StoreError> {
    row.get(column).map_err(sqlite("read"))
}

/// Runs a query and reads each row.
fn select<T>(
    connection: &Connection,
    sql: &str,
    parameters: &[Value],
    read: impl Fn(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = connection.prepare_cached(sql).map_err(sqlite("read"))?;
    let mut rows = statement.query(params_from_iter(parameters)).map_err(sqlite("read"))?;
    let mut values = Vec::new();
    while let Some(row) = rows.next().map_err(sqlite("read"))? {
        values.push(read(row)?);
    }
    Ok(values)
}
