//! Connections to one store file, and the refusal of any other file.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};

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

/// Opens the store for writing, makes it if there is none, and brings an earlier one up to date.
pub(super) fn for_writing(path: &Path) -> Result<Connection, StoreError> {
    let mut connection = Connection::open(path).map_err(sqlite("open"))?;
    let owner = match prepare(&mut connection) {
        Err(rusqlite::Error::SqliteFailure(error, _)) if error.code == ErrorCode::NotADatabase => {
            Owner::Another
        }
        prepared => prepared.map_err(sqlite("open"))?,
    };
    let path = || path.display().to_string();
    match owner {
        Owner::Nobody | Owner::Us { schema: SCHEMA } => {}
        Owner::Us { schema } if schema < SCHEMA => {
            tracing::info!(from = schema, to = SCHEMA, "the store was brought to this schema");
        }
        Owner::Us { schema } => {
            return Err(StoreError::Schema { path: path(), found: schema, expected: SCHEMA });
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

/// Makes or migrates the store in one transaction, if it is nobody's or ours and earlier. Returns
/// whose it was, before.
fn prepare(connection: &mut Connection) -> rusqlite::Result<Owner> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let owner = owner(&transaction)?;
    let first = match owner {
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
