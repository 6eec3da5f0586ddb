//! Ctrl-C, and the other ways to ask a program to stop.

use std::pin::pin;

use anyhow::bail;
use tokio::signal::unix::{SignalKind, signal};

/// What a future comes to, unless somebody asks this process to stop: then it is dropped, and with
/// it what it started.
pub(crate) async fn unless_asked<T>(
    future: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<T> {
    tokio::select! {
        outcome = future => outcome,
        () = asked() => bail!("it was told to; nothing is left running"),
    }
}

/// Completes when somebody asks this process to stop.
pub(crate) async fn asked() {
    let interrupt = pin!(received(SignalKind::interrupt()));
    let terminate = pin!(received(SignalKind::terminate()));
    let hang_up = pin!(received(SignalKind::hangup()));
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
        () = hang_up => {}
    }
}

/// Never completes where the system does not tell: then the signal itself ends the process.
async fn received(kind: SignalKind) {
    match signal(kind) {
        Ok(mut signal) => drop(signal.recv().await),
        Err(_) => std::future::pending().await,
    }
}
