//! A row an event in PostgreSQL, a transaction a report, on eight connections.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use clap::ValueEnum;
use futures_util::future::try_join_all;
use tokio::sync::{Mutex, mpsc};
use tokio_postgres::{Client, NoTls, Statement};

use crate::event::{Event, TABLE, events};
use crate::servers;

const CONNECTIONS: usize = 8;

/// How the rows of a report are inserted.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Insert {
    /// A statement a row, all on their way at once
    Rows,
    /// One statement, with an array for each column
    Arrays,
}

/// A connection with its statement.
struct Connected {
    client: Client,
    insert: Statement,
}

pub(crate) fn serve(socket: &Path, how: Insert) -> anyhow::Result<()> {
    servers::runtime()?.block_on(async {
        let (free, taken) = mpsc::channel(CONNECTIONS);
        for number in 0..CONNECTIONS {
            let connected = connect(socket, how, number == 0).await?;
            free.try_send(connected).ok().context("there is room")?;
        }
        let taken = Arc::new(Mutex::new(taken));
        let router = servers::keeping(move |body| {
            let (free, taken) = (free.clone(), Arc::clone(&taken));
            async move {
                let events = events(&body)?;
                let mut connected =
                    taken.lock().await.recv().await.context("the connections are gone")?;
                let kept = keep(&mut connected, how, &events).await;
                free.send(connected).await.ok().context("the connections are gone")?;
                kept
            }
        });
        servers::serve(router).await
    })
}

async fn connect(socket: &Path, how: Insert, is_first: bool) -> anyhow::Result<Connected> {
    let mut config = tokio_postgres::Config::new();
    config.host_path(socket).user("bench").dbname("postgres");
    let (client, connection) = config.connect(NoTls).await.context("cannot connect")?;
    tokio::spawn(connection);
    if is_first {
        client.batch_execute(&format!("DROP TABLE IF EXISTS event; {TABLE}")).await?;
    }
    let insert = client
        .prepare(match how {
            Insert::Rows => "INSERT INTO event VALUES ($1, $2, $3, $4, $5, $6)",
            Insert::Arrays => {
                "INSERT INTO event SELECT * FROM \
                 unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int[])"
            }
        })
        .await?;
    Ok(Connected { client, insert })
}

async fn keep(connected: &mut Connected, how: Insert, events: &[Event]) -> anyhow::Result<()> {
    let Connected { client, insert } = connected;
    let transaction = client.transaction().await?;
    match how {
        Insert::Rows => {
            // Polled together, they are sent together.
            let rows = events.iter().map(async |event| {
                let Event { week, library, version, origin, site, facts } = event;
                transaction.execute(insert, &[week, library, version, origin, site, facts]).await
            });
            try_join_all(rows).await?;
        }
        Insert::Arrays => {
            let column = |of: fn(&Event) -> &str| events.iter().map(of).collect::<Vec<&str>>();
            let facts: Vec<i32> = events.iter().map(|event| event.facts).collect();
            transaction
                .execute(
                    insert,
                    &[
                        &column(|event| &event.week),
                        &column(|event| &event.library),
                        &column(|event| &event.version),
                        &column(|event| event.origin),
                        &column(|event| &event.site),
                        &facts,
                    ],
                )
                .await?;
        }
    }
    Ok(transaction.commit().await?)
}
