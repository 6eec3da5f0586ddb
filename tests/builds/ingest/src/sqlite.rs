//! Rows in SQLite, a transaction a report, as durable as the collector.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use rusqlite::{Connection, Transaction, params};
use tokio::sync::Mutex;

use crate::event::{self, Event};
use crate::facts::{self, Facts, Head, Row};
use crate::rows::{Kept, Rows};
use crate::servers;

pub(crate) fn serve(file: &Path, kept: Kept) -> anyhow::Result<()> {
    let connection = Connection::open(file).context("cannot make a database")?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.execute_batch(&match kept {
        Kept::Bare => event::TABLE.to_owned(),
        Kept::Facts => facts::tables("BLOB", "WITHOUT ROWID"),
    })?;
    let connection = Arc::new(Mutex::new(connection));
    let router = servers::keeping(move |body| {
        let connection = Arc::clone(&connection);
        async move {
            let rows = Rows::of(&body, kept)?;
            let mut connection = connection.lock_owned().await;
            tokio::task::spawn_blocking(move || keep(&mut connection, rows)).await?
        }
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

fn keep(connection: &mut Connection, rows: Rows) -> anyhow::Result<()> {
    let transaction = connection.transaction()?;
    match rows {
        Rows::Bare(events) => keep_events(&transaction, events)?,
        Rows::Facts(facts) => keep_facts(&transaction, facts)?,
    }
    Ok(transaction.commit()?)
}

fn keep_events(transaction: &Transaction<'_>, events: Vec<Event>) -> rusqlite::Result<()> {
    let mut insert = transaction.prepare_cached("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?)")?;
    for Event { week, library, version, origin, site, facts } in events {
        insert.execute(params![week, library, version, origin, site, facts])?;
    }
    Ok(())
}

fn keep_facts(transaction: &Transaction<'_>, rows: Facts) -> rusqlite::Result<()> {
    let mut insert =
        transaction.prepare_cached("INSERT OR IGNORE INTO section VALUES (?, ?, ?, ?, ?)")?;
    for Head { id, week, library, version, origin } in rows.sections {
        insert.execute(params![id, week, library, version, origin])?;
    }
    let mut insert = transaction.prepare_cached("INSERT OR IGNORE INTO fact VALUES (?, ?, ?)")?;
    for Row { section, dimension, value } in rows.facts {
        insert.execute(params![section, dimension, value])?;
    }
    Ok(())
}
