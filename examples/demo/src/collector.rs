//! The collector: the one program that keeps running while others take part.

use std::net::{SocketAddr, TcpListener};
use std::process::ExitStatus;

use anyhow::{Context, ensure};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Child;

use crate::place::Place;

/// The address that `counted-library` names in its `library!`.
pub(crate) const URL: &str = "http://127.0.0.1:8471";

/// A collector that listens. It is killed when this is dropped.
pub(crate) struct Collector(Child);

impl Collector {
    /// Starts it, and waits until it listens.
    pub(crate) async fn start(place: &Place) -> anyhow::Result<Self> {
        let (listen, store) = (address().to_string(), place.store());
        let serve = ["serve", "--store", &store, "--listen", &listen, "--publish-at", "1"];
        let line = place.collector(&serve);
        let shown = format!("{} &", line.text());
        let mut process = line.shown_as(shown).spawn()?;
        let output = process.stdout.take().context("the collector has no output")?;
        let first = BufReader::new(output).lines().next_line().await?;
        let first = first.context("the collector did not start; what it said stands above")?;
        anstream::println!("{first}");
        Ok(Self(process))
    }

    /// Waits until it ends by itself, which it should not.
    pub(crate) async fn ended(&mut self) -> anyhow::Result<ExitStatus> {
        self.0.wait().await.context("cannot wait for the collector")
    }

    /// Ends it.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        self.0.kill().await.context("cannot stop the collector")
    }
}

/// Makes sure that nobody else listens where the collector will.
pub(crate) fn address_is_free() -> anyhow::Result<()> {
    let address = address();
    ensure!(
        TcpListener::bind(address).is_ok(),
        "{address} is in use, and it is the address that `counted-library` sends to; stop what \
         listens there (another demo?) and try again"
    );
    Ok(())
}

fn address() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8471))
}
