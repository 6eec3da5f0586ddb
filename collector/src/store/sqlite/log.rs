//! The log: where reports wait to be folded into the counters.
//!
//! A commit that raised its counters would write the sums of each library in it anew. An entry of the
//! log is one row at its end; a few seconds of entries change each page once.

use std::time::Duration;

use headcount_report::Week;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::connect::BUSY_TIMEOUT;
use super::delta::Delta;
use super::remembered::{self, Sections};
use super::sealed::{self, SealError};
use super::{sqlite, sums};
use crate::store::seen::Seen;
use crate::store::{Added, Bits, StoreError, Summed};

#[cfg(test)]
mod tests;

/// Reports in one entry, at least. Fewer go into the counters at once: an entry about one report
/// would be what that one machine said, and few of them cost little.
const MIN_ENTRY_REPORTS: usize = 16;

/// Sections in the log, at most: 20,000 reports of 20 libraries.
const MAX_SECTIONS: usize = 400_000;

/// The connection that writes, and what it knows of the store.
#[derive(Debug)]
pub(super) struct Log {
    connection: Connection,
    /// The sections that were counted; absent until this process adds one. Nobody else may add any.
    seen: Option<Sections>,
    /// What this process has logged since it folded last, so that it need not read that.
    logged: Logged,
}

/// Entries of the log, together.
#[derive(Debug, Default)]
struct Logged {
    entries: i64,
    delta: Delta,
}

impl Log {
    pub(super) fn new(connection: Connection) -> Self {
        Self { connection, seen: None, logged: Logged::default() }
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
        if self.seen.is_none() || self.logged.delta.sections.len() >= MAX_SECTIONS {
            self.fold()?;
        }
        let Self { connection, seen, logged } = self;
        let seen = match seen {
            Some(seen) => seen,
            None => seen.insert(remembered::all(connection)?),
        };
        let (added, mut delta) = new_sections(reports, seen, may_add);
        delta.sort();
        let of_reports = added.iter().filter(|added| added.admitted > 0).count();
        let is_logged = of_reports >= MIN_ENTRY_REPORTS;
        let written = transact(connection, |transaction| {
            if is_logged { append(transaction, &delta) } else { raise(transaction, &delta) }
        });
        match written {
            Ok(()) if is_logged => {
                logged.entries += 1;
                logged.delta.add(delta);
            }
            Ok(()) => {}
            Err(_) => {
                for new in &delta.sections {
                    seen.remove(new);
                }
            }
        }
        written.map(|()| added)
    }

    /// Empties the log into the counters.
    pub(super) fn fold(&mut self) -> Result<(), StoreError> {
        let Self { connection, logged, .. } = self;
        if !is_empty(connection)? {
            transact(connection, |transaction| {
                // Another process may have left entries, and any that opens a store folds them: an
                // export, a check.
                let is_known = logged.entries == entries(transaction)?;
                let mut left = if is_known { Delta::default() } else { read(transaction)? };
                let delta = if is_known { &mut logged.delta } else { &mut left };
                delta.sort();
                raise(transaction, delta)?;
                transaction.execute("DELETE FROM delta", []).map_err(sqlite("write to"))
            })?;
        }
        *logged = Logged::default();
        Ok(())
    }

    /// Forgets the sections of the weeks before one, in memory as in the store.
    pub(super) fn forget_before(&mut self, week: Week) {
        if let Some(seen) = &mut self.seen {
            seen.retain(|seen| *seen >= Seen::first_of(week));
        }
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

/// What the sections add that were not counted before; from now on, they were.
fn new_sections(
    reports: &[Summed],
    seen: &mut Sections,
    may_add: &mut dyn FnMut(usize, &Bits) -> bool,
) -> (Vec<Added>, Delta) {
    let (mut added, mut delta) = (Vec::with_capacity(reports.len()), Delta::default());
    for (place, report) in reports.iter().enumerate() {
        let mut of_report = Added::default();
        let first_of_week = Seen::first_of(report.week);
        for section in &report.sections {
            let new = first_of_week.with(section.id);
            if seen.contains(&new) {
                of_report.repeated += 1;
            } else if may_add(place, section) {
                of_report.admitted += 1;
                seen.insert(new);
                delta.add_section(report.week, new, section);
            } else {
                of_report.refused += 1;
            }
        }
        added.push(of_report);
    }
    (added, delta)
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
        delta.add(entry(&bytes).map_err(|error| {
            StoreError::Damaged(format!(
                "row {number} of `delta` is no entry of the log: {error}. Restore a backup, or give \
                 up the reports in it: delete that row with SQLite's own tool"
            ))
        })?);
    }
    Ok(delta)
}

fn entry(bytes: &[u8]) -> Result<Delta, SealError> {
    let delta: Delta = sealed::open(bytes)?;
    if delta.is_whole() { Ok(delta) } else { Err(SealError::Malformed) }
}

/// Raises the counters and remembers the sections, both in the order of their tables.
pub(super) fn raise(transaction: &Transaction<'_>, delta: &Delta) -> Result<(), StoreError> {
    sums::raise(transaction, delta)?;
    remembered::remember(transaction, &delta.sections)
}
