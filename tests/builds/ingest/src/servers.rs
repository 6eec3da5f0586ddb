//! What all servers share: the collector's own socket and limits, and the floor under them all.

use std::io::Write;

use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::routing::post;
use headcount_collector::server::{self, Connections};
use tokio::net::TcpListener;

/// Where reports go.
const REPORTS: &str = "/v1/reports";

/// Serves a handler that reads the body, and no more.
pub(crate) fn floor() -> anyhow::Result<()> {
    runtime()?.block_on(serve(Router::new().route(REPORTS, post(async |_: Bytes| StatusCode::OK))))
}

/// Serves a handler that keeps what is in the body, on as many threads as the collector has.
pub(crate) fn keeping<F: Future<Output = anyhow::Result<()>> + Send + 'static>(
    keep: impl Fn(Bytes) -> F + Clone + Send + Sync + 'static,
) -> Router {
    let handler = async move |body: Bytes| match keep(body).await {
        Ok(()) => (StatusCode::OK, String::new()),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{error:#}")),
    };
    Router::new().route(REPORTS, post(handler))
}

pub(crate) async fn serve(router: Router) -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    writeln!(std::io::stdout(), "listening on http://{}", listener.local_addr()?)?;
    server::serve(listener, router, Connections::default(), std::future::pending()).await;
    Ok(())
}

pub(crate) fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()
}
