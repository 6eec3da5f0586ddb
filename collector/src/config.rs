//! What the operator decides.

use std::net::SocketAddr;
use std::num::NonZeroU64;
use std::path::PathBuf;

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

    /// Publish a share only once this many sections stand behind it
    #[arg(long, value_name = "K", default_value = "20")]
    pub publish_at: NonZeroU64,
}
