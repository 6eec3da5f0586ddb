//! An invented library: its releases, its sites, and how many use them.

use headcount_report::{CrateName, Manifest};
use serde_json::json;

/// A share of users that moves in a straight line over a year, from 0 to 1.
#[derive(Debug, Clone, Copy)]
pub struct Share {
    first: f64,
    last: f64,
}

impl Share {
    /// Its value when this part of the year is over.
    #[must_use]
    pub fn at(self, progress: f64) -> f64 {
        (self.first + (self.last - self.first) * progress).clamp(0.0, 1.0)
    }
}

/// A site, and who uses it.
#[derive(Debug, Clone, Copy)]
pub struct Site {
    /// Its path.
    pub path: &'static str,
    kind: &'static str,
    /// The part of machines that use it, were all on a version that has it.
    pub used: Share,
    /// The first release with it.
    from: usize,
    /// The first without.
    until: usize,
    /// Since when it is deprecated, and what to use instead.
    deprecated: Option<(&'static str, &'static str)>,
}

/// A release: its number, and when in the year it came out, from 0 to 1.
pub const RELEASES: [(&str, f64); 7] = [
    ("1.8.2", 0.0),
    ("1.9.0", 0.0),
    ("1.9.1", 0.12),
    ("1.10.0", 0.3),
    ("2.0.0", 0.5),
    ("2.0.1", 0.58),
    ("2.1.0", 0.8),
];

/// Cargo features, and the part of builds with each on.
pub const FEATURES: [(&str, Share); 5] = [
    ("std", Share { first: 0.97, last: 0.97 }),
    ("tls", Share { first: 0.62, last: 0.66 }),
    ("zstd", Share { first: 0.05, last: 0.24 }),
    ("blocking", Share { first: 0.3, last: 0.07 }),
    ("socks", Share { first: 0.004, last: 0.004 }),
];

/// All sites that some release has.
pub const SITES: [Site; 24] = [
    site("client::Client::new", "method", 0.97, 0.97),
    site("client::Client::send", "method", 0.71, 0.86),
    old("client::Client::send_blocking", 0.31, 0.04, "1.8.0", "use `Client::send` and block on it"),
    site("client::Client::with_proxy", "method", 0.12, 0.11),
    site("client::Client::timeout", "method", 0.46, 0.52),
    old("client::Client::set_agent", 0.06, 0.001, "1.9.0", "give `Builder::agent` instead"),
    site("client::Builder::agent", "method", 0.18, 0.24),
    site("client::Builder::redirects", "method", 0.09, 0.1),
    site("codec::decode", "fn", 0.64, 0.66),
    Site {
        until: 4,
        ..old(
            "codec::decode_lossy",
            0.09,
            0.02,
            "1.8.0",
            "use `codec::decode`; it reports what it cannot read",
        )
    },
    site("codec::encode", "fn", 0.58, 0.6),
    site("codec::gzip", "used", 0.44, 0.38),
    site("codec::zstd", "used", 0.03, 0.22),
    site("codec::brotli", "used", 0.01, 0.015),
    Site { kind: "linked", ..site("codec::crc", "linked", 0.4, 0.4) },
    old("pool::Pool::shrink", 0.004, 0.0005, "1.9.0", "the pool shrinks by itself"),
    site("pool::Pool::with_capacity", "method", 0.07, 0.06),
    site("retry::Backoff::jitter", "method", 0.27, 0.3),
    site("retry::Backoff::forever", "method", 0.02, 0.02),
    Site { from: 4, ..site("retry::Budget::new", "method", 0.11, 0.19) },
    site("tls::native_roots", "fn", 0.38, 0.35),
    Site { from: 1, ..old("tls::pinned_key", 0.012, 0.011, "1.9.0", "pin a certificate instead") },
    site("tls::session_cache", "fn", 0.0, 0.0),
    Site { from: 6, ..site("trace::Span::enter", "method", 0.05, 0.3) },
];

const fn site(path: &'static str, kind: &'static str, first: f64, last: f64) -> Site {
    let used = Share { first, last };
    Site { path, kind, used, from: 0, until: usize::MAX, deprecated: None }
}

const fn old(
    path: &'static str,
    first: f64,
    last: f64,
    since: &'static str,
    note: &'static str,
) -> Site {
    Site { deprecated: Some((since, note)), ..site(path, "method", first, last) }
}

impl Site {
    /// Whether a release has it.
    #[must_use]
    pub fn is_in(&self, release: usize) -> bool {
        (self.from..self.until).contains(&release)
    }

    /// Whether only its record is kept, so that nobody is said to call it.
    #[must_use]
    pub fn is_linked_only(&self) -> bool {
        self.kind == "linked"
    }
}

/// The manifests of all releases, for a library of this name.
///
/// # Panics
/// Never: they are well-formed.
#[must_use]
pub fn manifests(library: &CrateName) -> Vec<Manifest> {
    (0..RELEASES.len()).map(|release| manifest(library, release)).collect()
}

fn manifest(library: &CrateName, release: usize) -> Manifest {
    let site = |site: &Site| {
        let mut entry = json!({"kind": site.kind});
        if let Some((since, note)) = site.deprecated {
            entry["deprecated"] = json!({"since": since, "note": note, "remove_in": "3.0.0"});
        }
        (site.path.to_owned(), entry)
    };
    let sites = SITES.iter().filter(|site| site.is_in(release)).map(site);
    let manifest = json!({
        "headcount": 1, "library": library, "version": RELEASES[release].0,
        "features": FEATURES.map(|(feature, _)| feature),
        "sites": sites.collect::<serde_json::Map<_, _>>(),
    });
    Manifest::decode(manifest.to_string().as_bytes()).expect("a manifest")
}
