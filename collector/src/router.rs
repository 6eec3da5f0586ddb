//! URL to handler. No other file spells a URL.

use std::time::Duration;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware;
use axum::routing::{get, post};
use headcount_report::CrateName;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;

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

/// Where the list of libraries is.
pub const OVERVIEW: &str = "/";

/// Where the style sheet of all pages is.
pub const STYLE: &str = "/style.css";

/// Where the icon is.
pub const ICON: &str = "/icon.svg";

/// Where a library's page is.
#[must_use]
pub fn library_page(library: &CrateName) -> String {
    format!("/libraries/{library}")
}

/// Where the same answer is for programs.
#[must_use]
pub fn library_removal(library: &CrateName) -> String {
    format!("/v1/libraries/{library}/removal")
}

/// Every address that the collector has.
pub fn router(collector: Collector) -> Router {
    let pages = Router::new()
        .route(OVERVIEW, get(page::overview))
        .route("/libraries/{library}", get(page::library))
        .route(STYLE, get(page::style))
        .route(ICON, get(page::icon))
        .fallback(page::not_found);
    Router::new()
        .nest("/v1", api())
        .route("/healthz", get(metrics::healthz))
        .route("/metrics", get(metrics::metrics))
        .merge(pages)
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, REQUEST_TIME))
        .layer(fixed_header(header::CONTENT_SECURITY_POLICY, POLICY))
        .layer(fixed_header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(fixed_header(header::REFERRER_POLICY, "no-referrer"))
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
        .method_not_allowed_fallback(async || Error::Method)
        .fallback(async || Error::NotFound("there is nothing at this address".to_owned()))
}

fn fixed_header(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
}
