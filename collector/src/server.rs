//! The socket: what may come in, how fast, and how it ends.

use std::io::{self, Write};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::clock::Clock;
use crate::collector::Collector;
use crate::config::Config;
use crate::ingest::prefix::Peer;
use crate::metrics::End;
use crate::router;
use crate::store::{Lock, SqliteStore};

pub use crate::metrics::Connections;

/// Connections at once; the next one waits in the kernel's queue.
const MAX_CONNECTIONS: usize = 1_024;

/// Time for all headers of a request: a connection that dawdles is closed.
const HEADER_TIME: Duration = Duration::from_secs(10);

/// Headers of a request. A browser sends about 15.
const MAX_HEADERS: usize = 64;

/// Bytes of a request's head, at most.
const MAX_HEAD_BYTES: usize = 16 << 10;

/// A connection's life. A reader that never takes its answer holds its place no longer than this.
const CONNECTION_TIME: Duration = Duration::from_mins(2);

/// Time to finish what has begun, when a connection is out of time or the collector stops.
const GRACE: Duration = Duration::from_secs(10);

/// Pause after the system refuses a connection, as it does when descriptors run out.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves one store until the process is told to stop.
///
/// # Errors
/// When the store or the address is not to be had.
pub fn run(config: &Config) -> anyhow::Result<()> {
    let _lock = Lock::take(&config.store)?;
    let store = Arc::new(SqliteStore::open(&config.store)?);
    let collector = Collector::start(store, Clock::system(), config)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(config.listen)
            .await
            .with_context(|| format!("cannot listen on {}", config.listen))?;
        let stop = stop_signal()?;
        writeln!(io::stdout(), "listening on http://{}", listener.local_addr()?)?;
        tracing::info!(
            version = env!("CARGO_PKG_VERSION"),
            store = %config.store.display(),
            publish_at = config.publish_at,
            sections_per_prefix = config.sections_per_prefix,
            "started"
        );
        let connections = collector.metrics.connections.clone();
        serve(listener, router::router(collector), connections, stop).await;
        tracing::info!("stopped");
        Ok(())
    })
}

/// Serves connections until `stop`, then finishes those that are open.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    connections: Connections,
    stop: impl Future<Output = ()>,
) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let (stopping, stopped) = watch::channel(());
    let mut open = JoinSet::new();
    let mut stop = pin!(stop);
    loop {
        let accepted = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        tokio::select! {
            (place, accepted) = accepted => match accepted {
                Ok((stream, peer)) => {
                    let peer = Peer(peer.ip());
                    let connection = connection(stream, peer, router.clone(), stopped.clone());
                    let connections = connections.clone();
                    open.spawn(async move {
                        connections.count(connection).await;
                        drop(place);
                    });
                }
                Err(error) => {
                    tracing::warn!("cannot accept a connection: {error}");
                    sleep(ACCEPT_PAUSE).await;
                }
            },
            Some(_) = open.join_next() => {}
            () = &mut stop => break,
        }
    }
    drop(listener);
    drop(stopping);
    while open.join_next().await.is_some() {}
}

/// Serves one connection. Its errors are its peer's, who is nobody's business: they are counted, and
/// not logged.
async fn connection(
    stream: TcpStream,
    peer: Peer,
    router: Router,
    mut stopped: watch::Receiver<()>,
) -> End {
    let router = TowerToHyperService::new(router);
    let service = service_fn(|mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        router.call(request)
    });
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_TIME)
            .max_headers(MAX_HEADERS)
            .max_buf_size(MAX_HEAD_BYTES)
            .serve_connection(TokioIo::new(stream), service)
    );
    tokio::select! {
        end = connection.as_mut() => return end.into(),
        _ = stopped.changed() => {}
        () = sleep(CONNECTION_TIME) => {}
    }
    connection.as_mut().graceful_shutdown();
    timeout(GRACE, connection).await.map_or(End::OutOfTime, End::from)
}

/// Listens for Ctrl-C, and on unix for SIGTERM, from now on; completes when one comes.
///
/// # Errors
/// When the system refuses a signal handler.
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        Ok(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        })
    }
    #[cfg(windows)]
    {
        let mut interrupt = tokio::signal::windows::ctrl_c()?;
        Ok(async move { drop(interrupt.recv().await) })
    }
}
