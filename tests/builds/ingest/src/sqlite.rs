//! A row an event in SQLite, a transaction a report, as durable as the collector.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use rusqlite::{Connection, params};

use crate::event::{TABLE, events};
use crate::servers;

pub(crate) fn serve(file: &Path) -> anyhow::Result<()> {
    let connection = Connection::open(file).context("cannot make a database")?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.execute(TABLE, [])?;
    let connection = Arc::new(Mutex::new(connection));
    let router = servers::keeping(move |body| {
        let connection = Arc::clone(&connection);
        async move { tokio::task::spawn_blocking(move || keep(&connection, &body)).await? }
    });
    servers::runtime()?.block_on(servers::serve(router))
}

/// Prints how many rows and bytes each table of a file has, with its indices.
pub(crate) fn sizes(file: &Path) -> anyhow::Result<()> {
    let connection = Connection::open(file).context("cannot open the store")?;
    let mut tables = connection.prepare(
        "SELECT tbl_name, sum(pgsize) FROM dbstat JOIN sqlite_master USING (name)
         GROUP BY tbl_name ORDER BY 2 DESC",
    )?;
    let tables =
        tables.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))?;
    for table in tables {
        let (table, bytes) = table?;
        let count = format!("SELECT count(*) FROM {table}");
        let rows: i64 = connection.query_row(&count, [], |row| row.get(0))?;
        println!("{table} {rows} {bytes}");
    }
    Ok(())
}

fn keep(connection: &Mutex<Connection>, body: &[u8]) -> anyhow::Result<()> {
    let events = events(body)?;
    let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
    let transaction = connection.transaction()?;
    let mut insert = transaction.prepare_cached("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?)")?;
    for event in events {
        let (week, library, version) = (event.week, event.library, event.version);
        insert.execute(params![week, library, version, event.origin, event.site, event.facts])?;
    }
    drop(insert);
    Ok(transaction.commit()?)
}
