//! URL to handler.

use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::time::timeout;

use crate::address::{DATA, HEALTH, ICON, METRICS, OVERVIEW, STATUS, STYLE};
use crate::answer::{self, registered};
use crate::collector::Collector;
use crate::error::Error;
use crate::ingest::{admit, register};
use crate::metrics;
use crate::page;

/// Time for a request, reading its body included.
const REQUEST_TIME: Duration = Duration::from_secs(30);

/// What a page may load: its own style sheet and icon. No script, no frame, no other host; its one
/// form comes back here.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
    base-uri 'none'; frame-ancestors 'none'";

/// Every address that the collector has.
pub fn router(collector: Collector) -> Router {
    let pages = Router::new()
        .route(OVERVIEW, get(page::overview))
        .route("/libraries/{library}", get(page::library))
        .route("/libraries/{library}/removal", get(page::removal))
        .route("/libraries/{library}/sites/{site}", get(page::site))
        .route("/libraries/{library}/versions", get(page::versions))
        .route("/libraries/{library}/features", get(page::features))
        .route(DATA, get(page::data))
        .route(STATUS, get(page::status))
        .route(STYLE, get(page::style))
        .route(ICON, get(page::icon))
        .fallback(page::not_found);
    Router::new()
        .nest("/v1", api())
        .route(HEALTH, get(metrics::healthz))
        .route(METRICS, get(metrics::metrics))
        .merge(pages)
        .layer(middleware::from_fn(in_time))
        .layer(middleware::from_fn_with_state(collector.clone(), metrics::counted))
        .with_state(collector)
}

fn api() -> Router<Collector> {
    let manifest = get(registered::manifest).put(register::register);
    Router::new()
        .route("/reports", post(admit::admit))
        .route("/libraries", get(answer::libraries))
        .route("/libraries/{library}/manifests", get(registered::versions))
        .route("/libraries/{library}/manifests/{version}", manifest)
        .route("/libraries/{library}/removal", get(answer::removal))
        .route("/libraries/{library}/versions", get(answer::versions))
        .route("/libraries/{library}/features", get(answer::features))
        .route("/libraries/{library}/series", get(answer::series))
        .route("/libraries/{library}/export.csv", get(answer::csv))
        .route("/libraries/{library}/export.ndjson", get(answer::ndjson))
        .method_not_allowed_fallback(async || Error::Method)
        .fallback(async || Error::NotFound("there is nothing at this address".to_owned()))
}

/// Answers in time, and with what no answer is without.
async fn in_time(request: Request, next: Next) -> Response {
    let answer = timeout(REQUEST_TIME, next.run(request)).await;
    let mut response = answer.unwrap_or_else(|_| Error::Slow.into_response());
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
