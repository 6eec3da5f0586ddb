//! The address of a collector, as a library names it and as the owner answers about it.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use headcount_report::hash::fnv1a_64;
use serde::{Deserialize, Serialize};
use ureq::http::Uri;

/// The address of a collector: `https`, or `http` to this machine itself.
///
/// Scheme and host are lower case and the last slash is gone, so that one collector has one text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CollectorUrl(String);

/// Why a text is not the address of a collector.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CollectorUrlError {
    /// Not an address at all.
    #[error("`{0}` is not a collector's address; write https://HOST or https://HOST/PATH")]
    Malformed(String),
    /// Neither `https` nor `http`.
    #[error("`{0}` is not https: a report must not travel in the clear")]
    Scheme(String),
    /// Unprotected, and to another machine.
    #[error("`{0}` is http to another machine; use https (http is for 127.0.0.1, ::1, localhost)")]
    NotLoopback(String),
    /// Has a user name, a query or a fragment.
    #[error("`{0}` has more than a host and a path; leave out user name, `?` and `#`")]
    Decorated(String),
}

impl CollectorUrl {
    /// The address itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Where reports are posted.
    #[must_use]
    pub fn reports(&self) -> String {
        format!("{self}/v1/reports")
    }

    /// Whether it is this machine itself.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let uri: Option<Uri> = self.0.parse().ok();
        uri.is_some_and(|uri| uri.host().is_some_and(is_loopback))
    }

    /// A name for files: the host and path for people, a hash of the whole to tell all apart.
    #[must_use]
    pub fn file_stem(&self) -> String {
        const SHOWN_BYTES: usize = 60;
        let (_, rest) = self.0.split_once("://").unwrap_or(("", &self.0));
        let shown: String = rest
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' })
            .take(SHOWN_BYTES)
            .collect();
        format!("{shown}-{:016x}", fnv1a_64(self.0.as_bytes()))
    }
}

impl FromStr for CollectorUrl {
    type Err = CollectorUrlError;

    fn from_str(text: &str) -> Result<Self, CollectorUrlError> {
        let shown = || text.chars().filter(|c| !c.is_control()).take(120).collect();
        let uri: Uri = text.parse().map_err(|_| CollectorUrlError::Malformed(shown()))?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(CollectorUrlError::Malformed(shown()));
        };
        if authority.as_str().contains('@') || text.contains(['?', '#']) {
            return Err(CollectorUrlError::Decorated(shown()));
        }
        match scheme {
            "https" => {}
            "http" if is_loopback(authority.host()) => {}
            "http" => return Err(CollectorUrlError::NotLoopback(shown())),
            _ => return Err(CollectorUrlError::Scheme(shown())),
        }
        let authority = authority.as_str().to_ascii_lowercase();
        Ok(Self(format!("{scheme}://{authority}{}", uri.path().trim_end_matches('/'))))
    }
}

impl TryFrom<String> for CollectorUrl {
    type Error = CollectorUrlError;

    fn try_from(text: String) -> Result<Self, CollectorUrlError> {
        text.parse()
    }
}

impl From<CollectorUrl> for String {
    fn from(url: CollectorUrl) -> String {
        url.0
    }
}

impl fmt::Display for CollectorUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Result<&str, fn(String) -> CollectorUrlError>) {
        let expect = expect.map(str::to_owned).map_err(|error| error(text.to_owned()));
        assert_eq!(text.parse::<CollectorUrl>().map(String::from), expect);
    }

    #[test]
    fn one_collector_has_one_text() {
        check("https://Count.Example.ORG/", Ok("https://count.example.org"));
        check("HTTPS://count.example.org/Rust/", Ok("https://count.example.org/Rust"));
        check("http://127.0.0.1:8080", Ok("http://127.0.0.1:8080"));
        check("http://[::1]:8080/", Ok("http://[::1]:8080"));
        check("http://localhost", Ok("http://localhost"));
    }

    #[test]
    fn what_would_travel_in_the_clear_is_refused() {
        check("http://count.example.org", Err(CollectorUrlError::NotLoopback));
        check("http://127.0.0.1.example.org", Err(CollectorUrlError::NotLoopback));
        check("ftp://count.example.org", Err(CollectorUrlError::Scheme));
    }

    #[test]
    fn what_is_no_plain_address_is_refused() {
        check("", Err(CollectorUrlError::Malformed));
        check("count.example.org", Err(CollectorUrlError::Malformed));
        check("https://me:secret@count.example.org", Err(CollectorUrlError::Decorated));
        check("https://count.example.org/?machine=7", Err(CollectorUrlError::Decorated));
        check("https://count.example.org/#machine", Err(CollectorUrlError::Decorated));
    }

    #[test]
    fn file_stems_are_safe_and_differ() {
        let stem = |text: &str| text.parse::<CollectorUrl>().unwrap().file_stem();
        let long = format!("https://h.example/{}", "../".repeat(90));
        for text in ["https://h.example/a", "https://h.example/b", long.as_str()] {
            let stem = stem(text);
            assert!(stem.len() < 100 && !stem.contains('/'), "{stem}");
        }
        assert_ne!(stem("https://h.example/a/b"), stem("https://h.example/a-b"));
    }
}
