//! What the operator decides.

use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroU64};
use std::path::PathBuf;

use axum::http::HeaderName;
use clap::Args;

/// How one collector serves: the arguments of `headcount-collector serve`.
#[derive(Debug, Clone, Args)]
pub struct Config {
    /// The store: one SQLite file, created when it is missing
    #[arg(long, value_name = "FILE")]
    pub store: PathBuf,

    /// Where to listen; port 0 takes a free one. TLS is a reverse proxy's work
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8480")]
    pub listen: SocketAddr,

    /// What is taken and what is told.
    #[command(flatten)]
    pub rules: Rules,
}

/// What a collector takes, and what it tells.
#[derive(Debug, Clone, Args)]
pub struct Rules {
    /// Publish a share only once this many sections stand behind it
    #[arg(long, value_name = "K", default_value = "20")]
    pub publish_at: NonZeroU64,

    /// Count this many sections a day of one library and week from one network (IPv4 /24, IPv6
    /// /48), and no more
    #[arg(long, value_name = "N", default_value_t = SECTIONS_PER_PREFIX)]
    pub sections_per_prefix: NonZeroU32,

    /// Keep the sums of this many weeks, counted back from the last one that has any
    #[arg(long, value_name = "WEEKS", default_value_t = KEEP_WEEKS)]
    pub keep_weeks: NonZeroU32,

    /// Believe this header about where a request comes from, when it comes from a proxy with a
    /// loopback or private address: X-Forwarded-For, X-Real-IP
    #[arg(long, value_name = "HEADER")]
    pub proxy_header: Option<HeaderName>,
}

/// The installations of a large office.
const SECTIONS_PER_PREFIX: NonZeroU32 = NonZeroU32::new(200).unwrap();

/// Five years: as long as a long-term release lives.
const KEEP_WEEKS: NonZeroU32 = NonZeroU32::new(260).unwrap();

impl Rules {
    /// The defaults, but for the number of sections from which on shares are published.
    #[must_use]
    pub fn publishing_at(publish_at: NonZeroU64) -> Self {
        Self {
            publish_at,
            sections_per_prefix: SECTIONS_PER_PREFIX,
            keep_weeks: KEEP_WEEKS,
            proxy_header: None,
        }
    }
}
