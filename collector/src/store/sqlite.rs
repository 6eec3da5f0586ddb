//! The store that needs nothing installed: one SQLite file.

mod backup;
mod check;
mod connect;
mod delta;
mod log;
mod remembered;
mod rows;
mod sealed;
mod sums;
mod transfer;

use std::num::NonZeroU32;
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use headcount_report::{CrateName, Manifest, PlainVersion, Week};
use rusqlite::{Connection, ErrorCode, OptionalExtension, Transaction};

use self::connect::Otherwise;
use self::log::Log;
use super::transfer::Line;
use super::{
    Added, Bits, LibraryLine, NewToken, Store, StoreError, SumRow, Summed, TokenRow, Wanted,
};
use crate::library::{Library, Site};

/// One SQLite file, in write-ahead mode, synchronised at every commit.
///
/// One connection writes and one reads, so that an answer waits for no report.
#[derive(Debug)]
pub struct SqliteStore {
    reading: Mutex<Connection>,
    /// Closed last, since only it may move SQLite's log into the file.
    writing: Mutex<Log>,
}

impl SqliteStore {
    /// Opens the store at `path`, and makes one if there is no file.
    ///
    /// # Errors
    /// When the file is not a store of this schema, or cannot be opened.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Self::open_or(path, Otherwise::Make)
    }

    /// Opens the store at `path` if it is there and of this schema: for what should not change it
    /// before its operator has thought of a backup.
    ///
    /// # Errors
    /// As for [`open`](Self::open), and when there is no file.
    pub fn open_existing(path: &Path) -> Result<Self, StoreError> {
        Self::open_or(path, Otherwise::Refuse)
    }

    fn open_or(path: &Path, otherwise: Otherwise) -> Result<Self, StoreError> {
        let writing = Mutex::new(Log::new(connect::for_writing(path, otherwise)?));
        let reading = Mutex::new(connect::for_reading(path)?);
        Ok(Self { reading, writing })
    }

    fn reading(&self) -> MutexGuard<'_, Connection> {
        self.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn writing(&self) -> MutexGuard<'_, Log> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `work` in one transaction: all of it is durable afterwards, or none was done.
    fn write<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        self.writing().write(|transaction| work(transaction).map_err(sqlite("write to")))
    }

    /// A connection that reads counters in which everything is that was added before this.
    fn reading_sums(&self) -> Result<MutexGuard<'_, Connection>, StoreError> {
        self.writing().fold()?;
        Ok(self.reading())
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
        let connection = self.reading_sums()?;
        let transaction = connection.unchecked_transaction().map_err(sqlite("read"))?;
        rows::library_lines(&transaction)
    }

    fn put_manifest(
        &self,
        manifest: &Manifest,
        new_sites: &[Site],
        first_index: usize,
    ) -> Result<(), StoreError> {
        self.writing().write(|transaction| {
            for (index, site) in (first_index..).zip(new_sites) {
                rows::put_site(transaction, &manifest.library, index, site)
                    .map_err(sqlite("write to"))?;
            }
            rows::put_manifest(transaction, manifest)
        })
    }

    fn is_counted(&self, library: &CrateName, version: &PlainVersion) -> Result<bool, StoreError> {
        sums::is_counted(&*self.reading_sums()?, library, version)
    }

    fn add(
        &self,
        reports: &[Summed],
        may_add: &mut dyn FnMut(usize, &Bits) -> bool,
    ) -> Result<Vec<Added>, StoreError> {
        self.writing().add(reports, may_add)
    }

    fn fold(&self) -> Result<(), StoreError> {
        let mut log = self.writing();
        log.fold()?;
        log.empty_files()
    }

    fn close_before(&self, week: Week) -> Result<Week, StoreError> {
        let mut log = self.writing();
        // Or else it would bring back ids that are forgotten here.
        log.fold()?;
        let first_open = log.write(|transaction| close_before(transaction, week))?;
        log.forget_before(first_open);
        log.empty_files()?;
        Ok(first_open)
    }

    fn keep_weeks(&self, weeks: NonZeroU32) -> Result<(), StoreError> {
        let mut log = self.writing();
        log.fold()?;
        log.write(|transaction| {
            let Some(last) = sums::last_week(transaction)? else { return Ok(()) };
            let kept = i32::try_from(weeks.get()).unwrap_or(i32::MAX);
            let first = last.plus(1_i32.saturating_sub(kept));
            sums::delete_before(transaction, first).map_err(sqlite("write to"))
        })?;
        log.empty_files()
    }

    fn sums(
        &self,
        library: &CrateName,
        weeks: RangeInclusive<Week>,
        wanted: &[Wanted],
    ) -> Result<Vec<SumRow>, StoreError> {
        sums::of_library(&*self.reading_sums()?, library, &weeks, wanted)
    }

    fn add_token(&self, token: NewToken) -> Result<u32, StoreError> {
        self.write(|transaction| {
            rows::put_token(transaction, None, &token)?;
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

    fn export(
        &self,
        take: &mut dyn FnMut(Line) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        loop {
            let connection = self.reading_sums()?;
            let transaction = connection.unchecked_transaction().map_err(sqlite("read"))?;
            // A collector that serves this store may have logged something just now.
            if log::is_empty(&transaction)? {
                return transfer::export(&transaction, take);
            }
        }
    }

    fn import(
        &self,
        lines: &mut dyn Iterator<Item = Result<Line, StoreError>>,
    ) -> Result<(), StoreError> {
        self.writing().write(|transaction| {
            if !transfer::is_empty(transaction)? {
                return Err(StoreError::NotEmpty);
            }
            let mut import = transfer::Import::new(transaction);
            for line in lines {
                import.take(line?)?;
            }
            import.raise()
        })
    }
}

/// Forgets the sections of the weeks before `week`, or before the one that was named earlier. Returns
/// the later of the two.
fn close_before(transaction: &Transaction<'_>, week: Week) -> Result<Week, StoreError> {
    let write = sqlite("write to");
    let sql = "SELECT first_week FROM open";
    let stored: Option<String> =
        transaction.query_row(sql, [], |row| row.get(0)).optional().map_err(&write)?;
    let stored: Option<Week> = stored.map(|stored| rows::parsed(&stored)).transpose()?;
    let first_open = stored.map_or(week, |stored| stored.max(week));
    transaction
        .execute("DELETE FROM open", [])
        .and_then(|_| {
            let sql = "INSERT INTO open VALUES (?)";
            transaction.execute(sql, [first_open.to_string()])
        })
        .and_then(|_| remembered::forget_before(transaction, first_open))
        .map_err(&write)?;
    Ok(first_open)
}

/// Names what was tried when SQLite refused.
fn sqlite(doing: &'static str) -> impl Fn(rusqlite::Error) -> StoreError {
    move |source| match source.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt) => StoreError::Damaged(format!(
            "{source}. Stop the collector, keep this file and those with `-wal` and `-shm` beside it, \
             and restore a backup"
        )),
        _ => StoreError::Sqlite { doing, source },
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::{Seek, SeekFrom, Write};

    use rusqlite::types::Value;

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
            "by a later headcount-collector (store schema 7",
        );
        refused(
            |path| {
                drop(SqliteStore::open(path).unwrap());
                Connection::open(path).unwrap().pragma_update(None, "user_version", 2).unwrap();
            },
            "by an earlier headcount-collector (store schema 2",
        );
        refused(|path| std::fs::create_dir(path).unwrap(), "cannot open");
        refused(
            |path| {
                drop(SqliteStore::open(path).unwrap());
                let mut pages = File::options().write(true).open(path).unwrap();
                pages.seek(SeekFrom::Start(100)).unwrap();
                pages.write_all(&[0xff; 64]).unwrap();
            },
            "restore a backup",
        );
    }

    #[test]
    fn a_commit_waits_for_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&folder.path().join("store.sqlite")).unwrap();
        let pragma = |name| {
            store.write(|writing| {
                writing.pragma_query_value(None, name, |row| row.get::<_, Value>(0))
            })
        };
        assert_eq!(pragma("journal_mode").unwrap(), Value::Text("wal".to_owned()));
        assert_eq!(pragma("synchronous").unwrap(), Value::Integer(2));
        assert_eq!(pragma("secure_delete").unwrap(), Value::Integer(1));
    }
}
