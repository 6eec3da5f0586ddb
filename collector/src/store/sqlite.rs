//! The store that needs nothing installed: one SQLite file.

mod backup;
mod check;
mod connect;
mod rows;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use headcount_report::{CrateName, Manifest, PlainVersion, Week};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use self::rows::integer;
use super::{
    Added, Bit, Dimension, LibraryLine, NewToken, Store, StoreError, Subject, SumRow, Summed,
    TokenRow,
};
use crate::library::{Library, Site};

/// One SQLite file, in write-ahead mode, synchronised at every commit.
///
/// One connection writes and one reads, so that an answer waits for no report.
#[derive(Debug)]
pub struct SqliteStore {
    writing: Mutex<Connection>,
    reading: Mutex<Connection>,
}

impl SqliteStore {
    /// Opens the store at `path`, and makes one if there is no file.
    ///
    /// # Errors
    /// When the file is not a store of this schema, or cannot be opened.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let writing = Mutex::new(connect::for_writing(path)?);
        let reading = Mutex::new(connect::for_reading(path)?);
        Ok(Self { writing, reading })
    }

    fn reading(&self) -> MutexGuard<'_, Connection> {
        self.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `work` in one transaction: all of it is durable afterwards, or none was done.
    fn write<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        let mut connection = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let transact = || {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let result = work(&transaction)?;
            transaction.commit()?;
            Ok(result)
        };
        transact().map_err(sqlite("write to"))
    }
}

impl Store for SqliteStore {
    fn library(&self, name: &CrateName) -> Result<Option<Library>, StoreError> {
        let connection = self.reading();
        // One transaction, so that a manifest that arrives now is seen whole or not at all.
        let transaction = connection.unchecked_transaction().map_err(sqlite("read"))?;
        let mut library = Library::new(name.clone());
        for site in rows::sites(&transaction, name)? {
            library.add_site(site);
        }
        for manifest in rows::manifests(&transaction, name)? {
            library.put(&manifest);
        }
        Ok((!library.versions().is_empty()).then_some(library))
    }

    fn libraries(&self) -> Result<Vec<LibraryLine>, StoreError> {
        rows::library_lines(&self.reading())
    }

    fn put_manifest(
        &self,
        manifest: &Manifest,
        new_sites: &[Site],
        first_index: usize,
    ) -> Result<(), StoreError> {
        let library = manifest.library.as_str();
        let deprecated = manifest.sites.values().filter(|site| site.deprecated.is_some()).count();
        let json = serde_json::to_string(manifest)
            .map_err(|error| StoreError::Damaged(error.to_string()))?;
        self.write(|transaction| {
            let mut insert = transaction.prepare_cached("INSERT INTO site VALUES (?, ?, ?, ?)")?;
            for (index, site) in (first_index..).zip(new_sites) {
                let (path, kind) = (site.path.as_str(), site.kind.as_str());
                insert.execute(params![library, integer(index as u64), path, kind])?;
            }
            transaction.execute(
                "INSERT OR REPLACE INTO manifest VALUES (?, ?, ?, ?, ?)",
                params![
                    library,
                    manifest.version.as_str(),
                    integer(manifest.sites.len() as u64),
                    integer(deprecated as u64),
                    json
                ],
            )?;
            Ok(())
        })
    }

    fn is_counted(&self, library: &CrateName, version: &PlainVersion) -> Result<bool, StoreError> {
        self.reading()
            .query_row(
                "SELECT EXISTS (SELECT 1 FROM counter
                 WHERE library = ? AND version = ? AND dimension = 'sections')",
                params![library.as_str(), version.as_str()],
                |row| row.get(0),
            )
            .map_err(sqlite("read"))
    }

    fn add(&self, reports: &[Summed]) -> Result<Vec<Added>, StoreError> {
        self.write(|transaction| {
            let mut sums = BTreeMap::new();
            let added = reports
                .iter()
                .map(|report| remember(transaction, report, &mut sums))
                .collect::<rusqlite::Result<_>>()?;
            raise(transaction, &sums)?;
            Ok(added)
        })
    }

    fn close_before(&self, week: Week) -> Result<Week, StoreError> {
        let first_open = self.write(|transaction| {
            let stored: Option<String> = transaction
                .query_row("SELECT first_week FROM open", [], |row| row.get(0))
                .optional()?;
            let first_open = stored.unwrap_or_default().max(week.to_string());
            transaction.execute("DELETE FROM open", [])?;
            transaction.execute("INSERT INTO open VALUES (?)", [&first_open])?;
            transaction.execute("DELETE FROM seen WHERE week < ?", [&first_open])?;
            Ok(first_open)
        })?;
        rows::parsed(&first_open)
    }

    fn sums(
        &self,
        library: &CrateName,
        weeks: RangeInclusive<Week>,
        dimensions: &[Dimension],
    ) -> Result<Vec<SumRow>, StoreError> {
        let range = [library.to_string(), weeks.start().to_string(), weeks.end().to_string()];
        let dimensions = dimensions.iter().map(|dimension| dimension.as_str().to_owned());
        let parameters: Vec<Value> = range.into_iter().chain(dimensions).map(Value::Text).collect();
        rows::sums(&self.reading(), &parameters)
    }

    fn add_token(&self, token: NewToken) -> Result<u32, StoreError> {
        self.write(|transaction| {
            transaction.execute(
                "INSERT INTO token (library, sha256, created) VALUES (?, ?, ?)",
                params![token.library.as_str(), token.digest, token.created.to_string()],
            )?;
            transaction.query_row("SELECT last_insert_rowid()", [], |row| row.get(0))
        })
    }

    fn tokens(&self) -> Result<Vec<TokenRow>, StoreError> {
        rows::tokens(&self.reading())
    }

    fn revoke_token(&self, number: u32) -> Result<bool, StoreError> {
        self.write(|transaction| {
            Ok(transaction.execute("DELETE FROM token WHERE number = ?", [number])? == 1)
        })
    }
}

/// Counters of one group commit, ordered as the table is.
type Sums<'report> = BTreeMap<(&'report Subject, Week, &'report Bit), u64>;

/// Remembers the ids of a report's sections and sums those that are new.
fn remember<'report>(
    transaction: &Transaction<'_>,
    report: &'report Summed,
    sums: &mut Sums<'report>,
) -> rusqlite::Result<Added> {
    let week = report.week.to_string();
    let mut insert = transaction.prepare_cached("INSERT OR IGNORE INTO seen VALUES (?, ?)")?;
    let mut added = Added::default();
    for section in &report.sections {
        if insert.execute(params![week, section.id.0])? == 0 {
            added.repeated += 1;
            continue;
        }
        added.admitted += 1;
        for bit in &section.bits {
            *sums.entry((&section.subject, report.week, bit)).or_default() += 1;
        }
    }
    Ok(added)
}

/// Raises the counters.
fn raise(transaction: &Transaction<'_>, sums: &Sums<'_>) -> rusqlite::Result<()> {
    let mut upsert = transaction.prepare_cached(
        "INSERT INTO counter (library, week, dimension, value, version, origin, count)
         VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET count = count + excluded.count",
    )?;
    for ((subject, week, bit), count) in sums {
        upsert.execute(params![
            subject.library.as_ref().map_or("", CrateName::as_str),
            week.to_string(),
            bit.dimension.as_str(),
            bit.value,
            subject.version.as_ref().map_or("", PlainVersion::as_str),
            subject.origin.as_str(),
            integer(*count),
        ])?;
    }
    Ok(())
}

/// Names what was tried when SQLite refused.
fn sqlite(doing: &'static str) -> impl Fn(rusqlite::Error) -> StoreError {
    move |source| StoreError::Sqlite { doing, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(prepare: impl FnOnce(&Path), because: &str) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.sqlite");
        prepare(&path);
        let error = SqliteStore::open(&path).unwrap_err().to_string();
        assert!(error.contains(because), "{error}");
    }

    #[test]
    fn what_is_not_our_store_is_refused() {
        refused(
            |path| std::fs::write(path, "no database, just a text").unwrap(),
            "another program",
        );
        refused(
            |path| {
                Connection::open(path).unwrap().execute_batch("CREATE TABLE theirs (x)").unwrap();
            },
            "another program",
        );
        refused(
            |path| {
                drop(SqliteStore::open(path).unwrap());
                Connection::open(path).unwrap().pragma_update(None, "user_version", 7).unwrap();
            },
            "schema 7",
        );
        refused(|path| std::fs::create_dir(path).unwrap(), "cannot open");
    }

    #[test]
    fn a_commit_waits_for_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("store.sqlite")).unwrap();
        let writing = store.writing.lock().unwrap();
        let pragma = |name| writing.pragma_query_value(None, name, |row| row.get::<_, Value>(0));
        assert_eq!(pragma("journal_mode").unwrap(), Value::Text("wal".to_owned()));
        assert_eq!(pragma("synchronous").unwrap(), Value::Integer(2));
    }
}
