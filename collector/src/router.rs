//! URL to handler. No other file spells a URL.

use std::fmt::Display;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware;
use axum::routing::{get, post};
use headcount_report::{CrateName, SitePath};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;

use crate::answer::{self, registered};
use crate::collector::Collector;
use crate::error::Error;
use crate::ingest::{admit, register};
use crate::metrics;
use crate::page;
use crate::publish::View;

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

/// Where it says what is counted.
pub const DATA: &str = "/data";

/// Where it says how the collector does.
pub const STATUS: &str = "/status";

/// Where a monitoring system asks whether reports can be taken.
pub const HEALTH: &str = "/healthz";

/// Where it reads what the collector does.
pub const METRICS: &str = "/metrics";

/// Where a library's page is.
#[must_use]
pub fn library_page(library: &CrateName) -> String {
    format!("/libraries/{library}")
}

/// Where it is told which of its sites may go.
#[must_use]
pub fn removal_page(library: &CrateName) -> String {
    format!("/libraries/{library}/removal")
}

/// Where it is told which versions of what its users have.
#[must_use]
pub fn versions_page(library: &CrateName) -> String {
    format!("/libraries/{library}/versions")
}

/// Where it is told which parts of it are used most.
#[must_use]
pub fn features_page(library: &CrateName) -> String {
    format!("/libraries/{library}/features")
}

/// Where one of its sites has a page.
#[must_use]
pub fn site_page(library: &CrateName, site: &SitePath) -> String {
    format!("/libraries/{library}/sites/{}", encoded(site.as_str()))
}

/// Where the same answer is for programs.
#[must_use]
pub fn site_removal(library: &CrateName, site: &SitePath) -> String {
    format!("{}?site={}", library_removal(library), encoded(site.as_str()))
}

/// Where its weeks are for programs.
#[must_use]
pub fn site_series(library: &CrateName, site: &SitePath, view: View) -> String {
    format!("/v1/libraries/{library}/series?site={}{}", encoded(site.as_str()), view_query(view))
}

/// A text as a part of an address: all but what RFC 3986 calls unreserved is encoded.
fn encoded(text: &str) -> impl Display + '_ {
    const RESERVED: &AsciiSet =
        &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(text, RESERVED)
}

/// Where the same answer is for programs.
#[must_use]
pub fn library_removal(library: &CrateName) -> String {
    format!("/v1/libraries/{library}/removal")
}

/// Where the versions are for programs.
#[must_use]
pub fn library_versions(library: &CrateName) -> String {
    format!("/v1/libraries/{library}/versions")
}

/// Where the ranks are for programs.
#[must_use]
pub fn library_features(library: &CrateName) -> String {
    format!("/v1/libraries/{library}/features")
}

/// What asks for one view, at the end of a query.
#[must_use]
pub fn view_query(view: View) -> String {
    let origin = view.origin.map(|origin| format!("&origin={}", origin.as_str()));
    let line = if view.is_latest_line { "&line=latest" } else { "" };
    origin.unwrap_or_default() + line
}

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
