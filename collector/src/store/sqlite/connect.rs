//! Connections to one store file, and the refusal of any other file.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::sqlite;
use crate::store::StoreError;

/// `HDCT`, by which SQLite files say whose they are.
const APPLICATION_ID: i64 = 0x4844_4354;

/// What makes a store.
const SCHEMA: &str = include_str!("../../../schema.sql");

/// The number of that schema. An earlier store comes here as an export.
const SCHEMA_NUMBER: i64 = 4;

/// A token command may hold the file for a moment while a collector serves it.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// What is done where there is no store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Otherwise {
    /// It is made.
    Make,
    /// Nothing, and that is an error.
    Refuse,
}

/// Opens the store for writing.
pub(super) fn for_writing(path: &Path, otherwise: Otherwise) -> Result<Connection, StoreError> {
    let mut connection = match otherwise {
        Otherwise::Make => Connection::open(path).map_err(sqlite("open"))?,
        Otherwise::Refuse => existing(path)?,
    };
    let owner = or_another(prepare(&mut connection, otherwise))?;
    let path = || path.display().to_string();
    match (owner, otherwise) {
        (Owner::Us { schema: SCHEMA_NUMBER }, _) | (Owner::Nobody, Otherwise::Make) => {}
        (Owner::Us { schema: found }, _) if found < SCHEMA_NUMBER => {
            return Err(StoreError::Earlier { path: path(), found });
        }
        (Owner::Us { schema: found }, _) => {
            return Err(StoreError::Later { path: path(), found, known: SCHEMA_NUMBER });
        }
        (Owner::Another, _) => return Err(StoreError::Foreign { path: path() }),
        (Owner::Nobody, Otherwise::Refuse) => {
            return Err(StoreError::Missing { path: path() });
        }
    }
    configure(&connection).map_err(sqlite("open"))?;
    Ok(connection)
}

/// Opens a store that is there, of whichever schema.
pub(super) fn for_copying(path: &Path) -> Result<Connection, StoreError> {
    let connection = existing(path)?;
    match or_another(owner(&connection))? {
        Owner::Us { .. } => Ok(connection),
        Owner::Nobody => Err(StoreError::Missing { path: path.display().to_string() }),
        Owner::Another => Err(StoreError::Foreign { path: path.display().to_string() }),
    }
}

/// Opens a file that is there.
fn existing(path: &Path) -> Result<Connection, StoreError> {
    let doing = || format!("look for `{}`", path.display());
    if !path.try_exists().map_err(|source| StoreError::Io { doing: doing(), source })? {
        return Err(StoreError::Missing { path: path.display().to_string() });
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(sqlite("open"))?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(sqlite("open"))?;
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

/// A file that is no database is another program's, too.
fn or_another(owner: rusqlite::Result<Owner>) -> Result<Owner, StoreError> {
    match owner {
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
            Ok(Owner::Another)
        }
        owner => owner.map_err(sqlite("open")),
    }
}

fn owner(connection: &Connection) -> rusqlite::Result<Owner> {
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (application, schema) = (pragma("application_id")?, pragma("user_version")?);
    let objects: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))?;
    Ok(match (application, schema, objects) {
        (APPLICATION_ID, _, _) => Owner::Us { schema },
        (0, 0, 0) => Owner::Nobody,
        _ => Owner::Another,
    })
}

/// Makes the store in one transaction, if it is nobody's and that is wanted. Returns whose it was,
/// before.
fn prepare(connection: &mut Connection, otherwise: Otherwise) -> rusqlite::Result<Owner> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let owner = owner(&transaction)?;
    if owner == Owner::Nobody && otherwise == Otherwise::Make {
        transaction.execute_batch(SCHEMA)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", SCHEMA_NUMBER)?;
    }
    transaction.commit()?;
    Ok(owner)
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    // Readers do not wait for the writer, and a commit is one append.
    connection.pragma_update(None, "journal_mode", "wal")?;
    // A commit returns when the log is on disk. NORMAL would lose what a 2xx has promised.
    connection.pragma_update(None, "synchronous", "full")?;
    // 32 MiB: the pages of what was logged are deleted and overwritten a few seconds later.
    connection.pragma_update(None, "cache_size", -32 * 1024)?;
    // What is deleted is overwritten: an id of a closed week is not to be found in a free page.
    connection.pragma_update(None, "secure_delete", "on")
}
