//! The library that everybody uses, release by release: a client for HTTP, as there are many.

use std::collections::BTreeSet;

use headcount_report::manifest::ManifestSite;
use headcount_report::{CrateName, Deprecation, FeatureName, Manifest, PlainVersion, SiteKind};

use crate::releases::Releases;

/// Its releases. Eight of them fall into the year.
pub(crate) const RELEASES: &Releases = &[
    ("1.6.0", -26),
    ("1.7.0", -6),
    ("1.8.0", 4),
    ("1.8.1", 9),
    ("1.9.0", 17),
    ("1.9.1", 23),
    ("2.0.0", 31),
    ("2.0.1", 34),
    ("2.1.0", 42),
    ("2.1.1", 47),
];

/// The places of releases that change what there is.
const R1_8: usize = 2;
const R1_9: usize = 4;
const R2_0: usize = 6;

/// Kinds of users, and how many of 100 machines are of each: command-line tools, services, wrappers
/// of some company's interface, mirrors that download all day.
pub(crate) const KINDS: [u32; 4] = [50, 28, 15, 7];

/// A site of the library, and who uses it.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) path: &'static str,
    pub(crate) kind: SiteKind,
    /// The part of each kind of users that has it in a program.
    pub(crate) users: [f64; KINDS.len()],
    pub(crate) story: Story,
}

/// What becomes of a site over the releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Story {
    /// It is in all of them.
    Stays,
    /// It comes with one.
    Since(usize),
    /// One deprecates it, and its users move away.
    BurnsDown(usize),
    /// One deprecates it, and nobody cares.
    Lingers(usize),
    /// It is deprecated all along and gone from one on.
    GoneIn(usize),
}

use SiteKind::{Fn, Linked, Method, Used};
use Story::{BurnsDown, GoneIn, Lingers, Since, Stays};

#[rustfmt::skip]
pub(crate) const SITES: &[Site] = &[
    site("client::Client::new",                 Method, [0.95, 0.97, 0.96, 0.98], Stays),
    site("client::Client::get",                 Method, [0.90, 0.70, 0.80, 0.97], Stays),
    site("client::Client::post",                Method, [0.30, 0.75, 0.70, 0.10], Stays),
    site("client::Client::put",                 Method, [0.05, 0.25, 0.30, 0.02], Stays),
    site("client::Client::delete",              Method, [0.02, 0.20, 0.25, 0.01], Stays),
    site("client::Client::execute",             Method, [0.10, 0.35, 0.60, 0.30], Stays),
    site("client::Client::get_blocking",        Method, [0.35, 0.03, 0.10, 0.20], BurnsDown(R1_8)),
    site("client::ClientBuilder::timeout",      Method, [0.35, 0.85, 0.55, 0.70], Stays),
    site("client::ClientBuilder::timeout_ms",   Method, [0.12, 0.20, 0.10, 0.10], Lingers(R1_9)),
    site("client::ClientBuilder::proxy",        Method, [0.04, 0.12, 0.05, 0.20], Stays),
    site("client::ClientBuilder::pool_size",    Method, [0.005, 0.22, 0.02, 0.10], Stays),
    site("client::ClientBuilder::trust_anyone", Method, [0.03, 0.02, 0.02, 0.04], Stays),
    site("request::Request::header",            Method, [0.50, 0.80, 0.85, 0.40], Stays),
    site("request::Request::bearer_token",      Method, [0.15, 0.50, 0.70, 0.02], Stays),
    site("request::Request::basic_auth",        Method, [0.05, 0.10, 0.12, 0.03], Stays),
    site("request::Request::json",              Method, [0.25, 0.70, 0.80, 0.03], Stays),
    site("request::Request::form",              Method, [0.08, 0.15, 0.20, 0.01], Stays),
    site("request::Request::multipart",         Method, [0.01, 0.06, 0.05, 0.01], Stays),
    site("request::Request::query",             Method, [0.20, 0.35, 0.60, 0.10], Stays),
    site("response::Response::text",            Method, [0.70, 0.30, 0.30, 0.30], Stays),
    site("response::Response::json",            Method, [0.30, 0.70, 0.85, 0.05], Stays),
    site("response::Response::bytes",           Method, [0.20, 0.25, 0.10, 0.80], Stays),
    site("response::Response::chunk",           Method, [0.05, 0.20, 0.05, 0.90], Stays),
    site("response::Response::copy_to",         Method, [0.10, 0.05, 0.04, 0.30], GoneIn(R2_0)),
    site("response::Response::check_status",    Method, [0.50, 0.60, 0.50, 0.60], Stays),
    site("body::gzip",                          Used,   [0.40, 0.50, 0.40, 0.60], Stays),
    site("body::brotli",                        Used,   [0.05, 0.10, 0.05, 0.20], Stays),
    site("body::zstd",                          Used,   [0.04, 0.12, 0.05, 0.30], Since(R1_9)),
    site("retry::Backoff::jitter",              Method, [0.02, 0.30, 0.10, 0.40], Stays),
    site("cookie::Jar::keep",                   Method, [0.03, 0.05, 0.08, 0.05], Stays),
    site("dns::Resolver::with_hosts",           Method, [0.002, 0.010, 0.004, 0.010], Stays),
    site("tls::pin_certificate",                Fn,     [0.001, 0.006, 0.002, 0.0], Stays),
    site("url::encode",                         Linked, [0.60, 0.50, 0.70, 0.80], Stays),
    site("websocket::upgrade",                  Fn,     [0.0, 0.0, 0.0, 0.0], Stays),
];

/// Cargo features, the part of each kind of users that has it on, and the release that brings it.
#[rustfmt::skip]
pub(crate) const FEATURES: &[(&str, [f64; KINDS.len()], usize)] = &[
    ("blocking",  [0.45, 0.05, 0.15, 0.25], 0),
    ("brotli",    [0.10, 0.12, 0.06, 0.20], 0),
    ("cookies",   [0.05, 0.06, 0.10, 0.05], 0),
    ("gzip",      [0.90, 0.85, 0.90, 0.95], 0),
    ("http2",     [0.70, 0.90, 0.75, 0.60], 0),
    ("http3",     [0.001, 0.004, 0.0, 0.002], R1_9),
    ("json",      [0.50, 0.85, 0.95, 0.10], 0),
    ("multipart", [0.02, 0.08, 0.06, 0.01], 0),
    ("stream",    [0.10, 0.35, 0.10, 0.95], 0),
    ("tls",       [0.97, 0.95, 0.99, 0.99], 0),
    ("zstd",      [0.06, 0.14, 0.06, 0.30], R1_9),
];

const fn site(path: &'static str, kind: SiteKind, users: [f64; KINDS.len()], story: Story) -> Site {
    Site { path, kind, users, story }
}

impl Site {
    /// Whether a release has it.
    pub(crate) fn is_in(&self, release: usize) -> bool {
        match self.story {
            Since(first) => release >= first,
            GoneIn(gone) => release < gone,
            Stays | BurnsDown(_) | Lingers(_) => true,
        }
    }

    fn deprecated(&self, release: usize) -> Option<Deprecation> {
        let (since, note) = match self.story {
            BurnsDown(since) => (since, "use `Client::get` and wait for it"),
            Lingers(since) => (since, "use `ClientBuilder::timeout`, which takes a `Duration`"),
            GoneIn(_) => (0, "use `Response::chunk`"),
            Stays | Since(_) => return None,
        };
        let remove_in = if matches!(self.story, GoneIn(_)) { "2.0.0" } else { "3.0.0" };
        (release >= since).then(|| Deprecation {
            since: Some(RELEASES[since].0.to_owned()),
            note: Some(note.to_owned()),
            remove_in: Some(remove_in.to_owned()),
        })
    }
}

/// The manifest of each release.
pub(crate) fn manifests(library: &CrateName) -> Vec<Manifest> {
    (0..RELEASES.len()).map(|release| manifest(library, release)).collect()
}

fn manifest(library: &CrateName, release: usize) -> Manifest {
    let sites = SITES.iter().filter(|site| site.is_in(release)).map(|site| {
        let deprecated = site.deprecated(release);
        (word(site.path), ManifestSite { kind: site.kind, deprecated })
    });
    Manifest {
        headcount: 1,
        library: library.clone(),
        version: version(release),
        features: features(release),
        sites: sites.collect(),
    }
}

fn features(release: usize) -> BTreeSet<FeatureName> {
    let features = FEATURES.iter().filter(|(.., since)| *since <= release);
    features.map(|(name, ..)| word(name)).collect()
}

/// The number of a release.
pub(crate) fn version(release: usize) -> PlainVersion {
    word(RELEASES[release].0)
}

/// A word of this crate's own tables.
///
/// # Panics
/// When it is not in the vocabulary: then a table is wrong.
pub(crate) fn word<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("the simulator's tables keep to the vocabulary")
}
