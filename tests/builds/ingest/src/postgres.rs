//! Rows in PostgreSQL, a transaction a report, on eight connections.
//!
//! Either with a statement for each row, as most programs do it, or with one for all rows of a table,
//! which has an array for each column.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use tokio::sync::{Mutex, mpsc};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, NoTls, Statement, Transaction};

use crate::event::{self, Event};
use crate::facts::{self, Facts, Head, Row};
use crate::rows::{Kept, Rows};
use crate::servers;

const CONNECTIONS: usize = 8;

/// A connection with its statements: one for each table, in the order of the tables.
struct Connected {
    client: Client,
    inserts: Vec<Statement>,
}

pub(crate) fn serve(socket: &Path, kept: Kept, row_by_row: bool) -> anyhow::Result<()> {
    servers::runtime()?.block_on(async {
        let (free, taken) = mpsc::channel(CONNECTIONS);
        for number in 0..CONNECTIONS {
            let connected = connect(socket, kept, row_by_row, number == 0).await?;
            free.try_send(connected).ok().context("there is room")?;
        }
        let taken = Arc::new(Mutex::new(taken));
        let router = servers::keeping(move |body| {
            let (free, taken) = (free.clone(), Arc::clone(&taken));
            async move {
                let rows = Rows::of(&body, kept)?;
                let mut connected =
                    taken.lock().await.recv().await.context("the connections are gone")?;
                let kept = keep(&mut connected, &rows, row_by_row).await;
                free.send(connected).await.ok().context("the connections are gone")?;
                kept
            }
        });
        servers::serve(router).await
    })
}

async fn connect(
    socket: &Path,
    kept: Kept,
    row_by_row: bool,
    is_first: bool,
) -> anyhow::Result<Connected> {
    let mut config = tokio_postgres::Config::new();
    config.host_path(socket).user("bench").dbname("postgres");
    let (client, connection) = config.connect(NoTls).await.context("cannot connect")?;
    tokio::spawn(connection);
    if is_first {
        let tables = match kept {
            Kept::Bare => event::TABLE.to_owned(),
            Kept::Facts => facts::tables("BYTEA", ""),
        };
        let fresh = format!("DROP TABLE IF EXISTS event, section, fact; {tables}");
        client.batch_execute(&fresh).await?;
    }
    let statements: &[&str] = match kept {
        Kept::Bare if row_by_row => &["INSERT INTO event VALUES ($1, $2, $3, $4, $5, $6)"],
        Kept::Facts if row_by_row => &[
            "INSERT INTO section VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
            "INSERT INTO fact VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        ],
        Kept::Bare => &["INSERT INTO event SELECT * FROM \
             unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int[])"],
        Kept::Facts => &[
            "INSERT INTO section SELECT * FROM \
             unnest($1::bytea[], $2::text[], $3::text[], $4::text[], $5::text[]) \
             ON CONFLICT DO NOTHING",
            "INSERT INTO fact SELECT * FROM unnest($1::bytea[], $2::text[], $3::text[]) \
             ON CONFLICT DO NOTHING",
        ],
    };
    let mut inserts = Vec::new();
    for statement in statements {
        inserts.push(client.prepare(statement).await?);
    }
    Ok(Connected { client, inserts })
}

async fn keep(connected: &mut Connected, rows: &Rows, row_by_row: bool) -> anyhow::Result<()> {
    let Connected { client, inserts } = connected;
    let transaction = client.transaction().await?;
    match rows {
        rows if row_by_row => keep_row_by_row(&transaction, inserts, rows).await?,
        Rows::Bare(events) => keep_events(&transaction, inserts, events).await?,
        Rows::Facts(facts) => keep_facts(&transaction, inserts, facts).await?,
    }
    Ok(transaction.commit().await?)
}

async fn keep_row_by_row(
    transaction: &Transaction<'_>,
    inserts: &[Statement],
    rows: &Rows,
) -> anyhow::Result<()> {
    match rows {
        Rows::Bare(events) => {
            for Event { week, library, version, origin, site, facts } in events {
                let row: [&(dyn ToSql + Sync); 6] = [week, library, version, origin, site, facts];
                transaction.execute(&inserts[0], &row).await?;
            }
        }
        Rows::Facts(Facts { sections, facts }) => {
            for Head { id, week, library, version, origin } in sections {
                let row: [&(dyn ToSql + Sync); 5] = [&&id[..], week, library, version, origin];
                transaction.execute(&inserts[0], &row).await?;
            }
            for Row { section, dimension, value } in facts {
                let row: [&(dyn ToSql + Sync); 3] = [&&section[..], dimension, value];
                transaction.execute(&inserts[1], &row).await?;
            }
        }
    }
    Ok(())
}

/// A column of some rows.
fn column<'rows, R, V>(rows: &'rows [R], value: fn(&'rows R) -> V) -> Vec<V> {
    rows.iter().map(value).collect()
}

async fn keep_events(
    transaction: &Transaction<'_>,
    inserts: &[Statement],
    events: &[Event],
) -> anyhow::Result<()> {
    let text = |value: fn(&Event) -> &str| column(events, value);
    transaction
        .execute(
            &inserts[0],
            &[
                &text(|event| &event.week),
                &text(|event| &event.library),
                &text(|event| &event.version),
                &text(|event| event.origin),
                &text(|event| &event.site),
                &column(events, |event| event.facts),
            ],
        )
        .await?;
    Ok(())
}

async fn keep_facts(
    transaction: &Transaction<'_>,
    inserts: &[Statement],
    Facts { sections, facts }: &Facts,
) -> anyhow::Result<()> {
    let text = |value: fn(&Head) -> &str| column(sections, value);
    let (ids, weeks) = (column(sections, |head| &head.id[..]), text(|head| &head.week));
    let (libraries, versions) = (text(|head| &head.library), text(|head| &head.version));
    let origins = text(|head| head.origin);
    let of = column(facts, |row: &Row| &row.section[..]);
    let dimensions = column(facts, |row| row.dimension);
    let values: Vec<&str> = column(facts, |row| &row.value);
    // Polled together, they are sent together.
    futures_util::future::try_join(
        transaction.execute(&inserts[0], &[&ids, &weeks, &libraries, &versions, &origins]),
        transaction.execute(&inserts[1], &[&of, &dimensions, &values]),
    )
    .await?;
    Ok(())
}
