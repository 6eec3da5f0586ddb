//! The log: where reports wait to be folded into the counters.
//!
//! A commit that raised its counters would write the sums of each library in it anew, and change a
//! page for each id, all over the file. An entry of the log is one row at its end; a few seconds of
//! entries change each page once.

use std::collections::HashSet;
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::connect::BUSY_TIMEOUT;
use super::delta::Delta;
use super::{sealed, sqlite, sums};
use crate::store::seen::Seen;
use crate::store::{Added, Bits, StoreError, Summed};

#[cfg(test)]
mod tests;

/// Reports in one entry, at least. Fewer go into the counters at once: an entry about one report
/// would be what that one machine said, and few of them cost little.
const MIN_ENTRY_REPORTS: usize = 16;

/// Sections in the log, at most: 20,000 reports of 20 libraries. They are kept in memory, too.
const MAX_SECTIONS: usize = 400_000;

/// Finds a section that was counted before, and is no longer in the log.
const SEEN: &str = "SELECT 1 FROM seen WHERE section = ?";

/// The connection that writes, and what it has to know of the log.
#[derive(Debug)]
pub(super) struct Log {
    connection: Connection,
    /// What the entries say; absent until this process has folded what another one left.
    logged: Option<Logged>,
}

/// What the entries of the log say together, so that nobody has to read them.
#[derive(Debug, Default)]
struct Logged {
    delta: Delta,
    sections: HashSet<Seen>,
    entries: i64,
}

impl Log {
    pub(super) fn new(connection: Connection) -> Self {
        Self { connection, logged: None }
    }

    /// Runs `work` in one transaction: all of it is durable afterwards, or none was done.
    pub(super) fn write<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        transact(&mut self.connection, work)
    }

    /// Adds the new sections of some reports, to the log or to the counters.
    pub(super) fn add(
        &mut self,
        reports: &[Summed],
        may_add: &mut dyn FnMut(usize, &Bits) -> bool,
    ) -> Result<Vec<Added>, StoreError> {
        if self.logged.as_ref().is_none_or(|logged| logged.sections.len() >= MAX_SECTIONS) {
            self.fold()?;
        }
        let Self { connection, logged } = self;
        let logged = logged.get_or_insert_default();
        let mut delta = Delta::default();
        let mut new = HashSet::new();
        let (added, is_logged) = transact(connection, |transaction| {
            let mut select = transaction.prepare_cached(SEEN).map_err(sqlite("read"))?;
            let mut added = Vec::with_capacity(reports.len());
            for (place, report) in reports.iter().enumerate() {
                let mut of_report = Added::default();
                for section in &report.sections {
                    let seen = Seen::new(report.week, section.id);
                    if new.contains(&seen)
                        || logged.sections.contains(&seen)
                        || select.exists([seen.number()]).map_err(sqlite("read"))?
                    {
                        of_report.repeated += 1;
                    } else if may_add(place, section) {
                        of_report.admitted += 1;
                        delta.add_section(report.week, section);
                        new.insert(seen);
                    } else {
                        of_report.refused += 1;
                    }
                }
                added.push(of_report);
            }
            let of_reports = added.iter().filter(|added| added.admitted > 0).count();
            let is_logged = of_reports >= MIN_ENTRY_REPORTS;
            delta.sort();
            if is_logged {
                append(transaction, &delta)?;
            } else {
                raise(transaction, &delta)?;
            }
            Ok((added, is_logged))
        })?;
        if is_logged {
            logged.sections.extend(new);
            logged.delta.add(delta);
            logged.entries += 1;
        }
        Ok(added)
    }

    /// Empties the log into the counters.
    pub(super) fn fold(&mut self) -> Result<(), StoreError> {
        let Self { connection, logged } = self;
        if !is_empty(connection)? {
            transact(connection, |transaction| {
                // Whoever else opens a store folds it, too: an export, a check.
                let entries = entries(transaction)?;
                let known = logged.as_mut().filter(|logged| logged.entries == entries);
                let mut left;
                let delta = if let Some(logged) = known {
                    &mut logged.delta
                } else {
                    left = read(transaction)?;
                    &mut left
                };
                delta.sort();
                raise(transaction, delta)?;
                transaction.execute("DELETE FROM delta", []).map_err(sqlite("write to"))
            })?;
        }
        *logged = Some(Logged::default());
        Ok(())
    }

    /// Brings everything into the store's one file, so that what was deleted is nowhere else.
    ///
    /// Whoever is reading the store keeps that from being done; then the next time will do it.
    pub(super) fn empty_files(&mut self) -> Result<(), StoreError> {
        let timeout = self.connection.busy_timeout(Duration::ZERO);
        let checkpoint = timeout.and_then(|()| {
            self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        });
        let timeout = self.connection.busy_timeout(BUSY_TIMEOUT);
        checkpoint.and(timeout).map_err(sqlite("write to"))
    }
}

/// Whether nothing waits to be folded, whichever process put it there.
pub(super) fn is_empty(connection: &Connection) -> Result<bool, StoreError> {
    let sql = "SELECT NOT EXISTS (SELECT 1 FROM delta)";
    connection.query_row(sql, [], |row| row.get(0)).map_err(sqlite("read"))
}

/// How many entries there are.
fn entries(connection: &Connection) -> Result<i64, StoreError> {
    let sql = "SELECT count(*) FROM delta";
    connection.query_row(sql, [], |row| row.get(0)).map_err(sqlite("read"))
}

fn transact<T>(
    connection: &mut Connection,
    work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let write = sqlite("write to");
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&write)?;
    let result = work(&transaction)?;
    transaction.commit().map_err(&write)?;
    Ok(result)
}

/// Appends an entry.
fn append(transaction: &Transaction<'_>, delta: &Delta) -> Result<(), StoreError> {
    let insert = transaction.prepare_cached("INSERT INTO delta (bytes) VALUES (?)");
    let appended = insert.and_then(|mut insert| insert.execute([sealed::seal(delta)]));
    appended.map(drop).map_err(sqlite("write to"))
}

/// All entries together.
fn read(transaction: &Transaction<'_>) -> Result<Delta, StoreError> {
    let read = sqlite("read");
    let mut select = transaction.prepare("SELECT number, bytes FROM delta").map_err(&read)?;
    let mut rows = select.query([]).map_err(&read)?;
    let mut delta = Delta::default();
    while let Some(row) = rows.next().map_err(&read)? {
        let number: i64 = row.get(0).map_err(&read)?;
        let bytes: Vec<u8> = row.get(1).map_err(&read)?;
        delta.add(sealed::open(&bytes).map_err(|error| {
            StoreError::Damaged(format!(
                "row {number} of `delta` is no entry of the log: {error}. Restore a backup, or give \
                 up the reports in it: delete that row with SQLite's own tool"
            ))
        })?);
    }
    Ok(delta)
}

/// Raises the counters and remembers the sections, both in the order of their tables.
fn raise(transaction: &Transaction<'_>, delta: &Delta) -> Result<(), StoreError> {
    sums::raise(transaction, delta)?;
    let write = sqlite("write to");
    let mut insert = transaction.prepare_cached("INSERT INTO seen VALUES (?)").map_err(&write)?;
    for section in &delta.sections {
        insert.execute([section.number()]).map_err(&write)?;
    }
    Ok(())
}
