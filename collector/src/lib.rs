//! The collector: admits reports, keeps sums, answers questions.
//!
//! A report passes the stages in the order in which the modules stand here:
//!
//! ```text
//! report ══► router ─► admit ─► sum ─► store ─► publish ─► answer ─► page
//! ```
//!
//! * [`config`], [`server`]: the process: its settings, its socket and the limits on it;
//! * [`router`]: URL to handler; [`address`]: the URLs that pages link to. No other file spells one;
//! * [`collector`]: what every handler shares;
//! * [`ingest`]: takes a report apart into bits, and has them durable before it answers;
//! * [`store`]: sums of bits. No section is in there, and no address;
//! * [`library`]: what authors registered of their libraries;
//! * [`publish`]: what of the sums may be told;
//! * [`answer`]: questions to the sums, answered with intervals;
//! * [`page`]: the answers as HTML that needs no script and no second request to anyone;
//! * [`token`]: who may register;
//! * [`error`]: what went wrong, as status and sentence;
//! * [`log`]: what the operator should know, a line each;
//! * `metrics`: what the collector does, for Prometheus, and whether it is well;
//! * [`clock`]: the only file that reads the time.

pub mod config;
pub mod server;

pub mod address;
pub mod router;

pub mod collector;
pub mod ingest;
pub mod store;

pub mod library;

pub mod publish;

pub mod answer;
pub mod page;

pub mod clock;
pub mod error;
pub mod log;
mod metrics;
pub mod token;

pub use clock::Clock;
pub use collector::Collector;
pub use config::Config;
pub use error::Error;
