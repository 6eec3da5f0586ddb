//! The log: what an operator should know, one line each, and nothing of what clients send.
//!
//! A start, a stop, a registration, a refused token, a week that closed, a store that failed. What
//! any client could cause again and again is counted in `metrics` instead.

use std::io::{self, IsTerminal};
use std::panic;

use tracing_subscriber::fmt;

use crate::config::{Config, LogFormat};

/// Writes the log of this process to stderr from now on, panics included. Of a panic it says where it
/// was and not what its message is, in which there might be something that a client sent.
///
/// # Panics
/// When it was started before.
pub fn start(config: &Config) {
    let lines = fmt().with_max_level(config.log_level).with_writer(io::stderr);
    match config.log_format {
        LogFormat::Text => lines.with_ansi(io::stderr().is_terminal()).init(),
        LogFormat::Json => lines.json().flatten_event(true).init(),
    }
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "panicked: this is a bug of the collector");
    }));
}
