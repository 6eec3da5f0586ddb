//! Connections to one store file, and the refusal of any other file.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};

use super::sqlite;
use crate::store::StoreError;

/// `HDCT`, by which SQLite files say whose they are.
const APPLICATION_ID: i64 = 0x4844_4354;

/// The schema that this collector reads and writes.
const SCHEMA: i64 = 1;

/// What makes it.
const MIGRATION: &str = include_str!("../../../migrations/0001_sums.sql");

/// A token command may hold the file for a moment while a collector serves it.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Opens the store for writing, and makes it if there is none.
pub(super) fn for_writing(path: &Path) -> Result<Connection, StoreError> {
    let mut connection = Connection::open(path).map_err(sqlite("open"))?;
    let prepare = |connection: &mut Connection| {
        connection.busy_timeout(BUSY_TIMEOUT)?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let owner = owner(&transaction)?;
        if owner == Owner::Nobody {
            migrate(&transaction)?;
        }
        transaction.commit()?;
        Ok(owner)
    };
    let owner = match prepare(&mut connection) {
        Ok(owner) => owner,
        Err(rusqlite::Error::SqliteFailure(error, _)) if error.code == ErrorCode::NotADatabase => {
            Owner::Another
        }
        Err(error) => return Err(sqlite("open")(error)),
    };
    let path = || path.display().to_string();
    match owner {
        Owner::Nobody | Owner::Us { schema: SCHEMA } => {}
        Owner::Us { schema: found } => {
            return Err(StoreError::Schema { path: path(), found, expected: SCHEMA });
        }
        Owner::Another => return Err(StoreError::Foreign { path: path() }),
    }
    configure(&connection).map_err(sqlite("open"))?;
    Ok(connection)
}

/// Opens the store for reading beside the connection that writes.
pub(super) fn for_reading(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(sqlite("open"))?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(sqlite("open"))?;
    Ok(connection)
}

/// Whose file it is.
#[derive(Debug, PartialEq, Eq)]
enum Owner {
    Nobody,
    Us { schema: i64 },
    Another,
}

fn owner(transaction: &Transaction<'_>) -> rusqlite::Result<Owner> {
    let pragma = |name| transaction.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (application, schema) = (pragma("application_id")?, pragma("user_version")?);
    let objects: i64 =
        transaction.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))?;
    Ok(match (application, schema, objects) {
        (APPLICATION_ID, _, _) => Owner::Us { schema },
        (0, 0, 0) => Owner::Nobody,
        _ => Owner::Another,
    })
}

fn migrate(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute_batch(MIGRATION)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", SCHEMA)
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    // Readers do not wait for the writer, and a commit is one append.
    connection.pragma_update(None, "journal_mode", "wal")?;
    // A commit returns when the log is on disk. NORMAL would lose what a 2xx has promised.
    connection.pragma_update(None, "synchronous", "full")
}
