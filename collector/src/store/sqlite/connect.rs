//! Connections to one store file, and the refusal of any other file.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::sqlite;
use crate::store::StoreError;

/// `HDCT`, by which SQLite files say whose they are.
const APPLICATION_ID: i64 = 0x4844_4354;

/// What makes a store: each brings it from the schema that is its place here to the next.
const MIGRATIONS: &[&str] = &[
    include_str!("../../../migrations/0001_sums.sql"),
    include_str!("../../../migrations/0002_delta.sql"),
];

/// The schema that this collector reads and writes.
#[expect(clippy::cast_possible_wrap, reason = "there are a few")]
const SCHEMA: i64 = MIGRATIONS.len() as i64;

/// A token command may hold the file for a moment while a collector serves it.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// What is done where there is no store of this schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Otherwise {
    /// It is made, or brought up to date if it is an earlier one.
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
        (Owner::Another, _) => return Err(StoreError::Foreign { path: path() }),
        (Owner::Us { schema: found }, _) if found > SCHEMA => {
            return Err(StoreError::Schema { path: path(), found, expected: SCHEMA });
        }
        (Owner::Nobody, Otherwise::Refuse) => {
            return Err(StoreError::Missing { path: path() });
        }
        (Owner::Us { schema: found }, Otherwise::Refuse) if found < SCHEMA => {
            return Err(StoreError::Earlier { path: path(), found, expected: SCHEMA });
        }
        (Owner::Us { schema }, Otherwise::Make) if schema < SCHEMA => {
            tracing::info!(from = schema, to = SCHEMA, "the store was brought to this schema");
        }
        (Owner::Nobody | Owner::Us { .. }, _) => {}
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

/// Makes or migrates the store in one transaction, if it is nobody's or ours and earlier, and if that
/// is wanted. Returns whose it was, before.
fn prepare(connection: &mut Connection, otherwise: Otherwise) -> rusqlite::Result<Owner> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let owner = owner(&transaction)?;
    let first = match owner {
        _ if otherwise == Otherwise::Refuse => usize::MAX,
        Owner::Nobody => 0,
        Owner::Us { schema } => usize::try_from(schema).unwrap_or(usize::MAX),
        Owner::Another => usize::MAX,
    };
    for migration in MIGRATIONS.iter().skip(first) {
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", SCHEMA)?;
    }
    transaction.commit()?;
    Ok(owner)
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    // Readers do not wait for the writer, and a commit is one append.
    connection.pragma_update(None, "journal_mode", "wal")?;
    // A commit returns when the log is on disk. NORMAL would lose what a 2xx has promised.
    connection.pragma_update(None, "synchronous", "full")?;
    // What is deleted is overwritten: an id of a closed week is not to be found in a free page.
    connection.pragma_update(None, "secure_delete", "on")
}
