//! Where everything is: what pages link to. Beside `router.rs` no other file spells a URL.

use std::fmt::Display;

use headcount_report::{CrateName, SitePath};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::publish::View;

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
