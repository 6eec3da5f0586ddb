//! Small checked archives: several named byte entries in one compressed file.
//!
//! ```
//! use counted_library::{Archive, Builder, Level};
//!
//! # fn main() -> counted_library::Result<()> {
//! let mut builder = Builder::new().level(Level::Best);
//! builder.add("notes/monday", b"bring the cake")?;
//! builder.add("notes/tuesday", b"eat the cake")?;
//! let bytes = builder.finish()?;
//!
//! let archive = Archive::open(bytes)?;
//! archive.verify()?;
//! assert_eq!(archive.read("notes/monday")?, b"bring the cake");
//! # Ok(())
//! # }
//! ```
//!
//! In reading order:
//!
//! * [`builder`] writes an archive in memory, [`archive`] reads one;
//! * `streaming` writes one straight to a file or socket (cargo feature `streaming`);
//! * [`sink`] is what can take entries, one archive's or another's;
//! * [`index`] is the table of contents, also as JSON;
//! * [`codec`] and [`checksum`] are what the entries go through.
//!
//! # The format
//!
//! ```text
//! entry bytes, one entry after the other │ index, JSON │ footer, 20 bytes
//! footer: index length, u64 │ CRC-32 of the index, u32 │ "COUNTED1"       (little endian)
//! ```
//!
//! The index comes last so that an archive can be written to something that cannot seek.

#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, clippy::pedantic)]

headcount::library!(collector = "http://127.0.0.1:8471");

pub mod archive;
pub mod builder;
pub mod checksum;
pub mod codec;
pub mod error;
pub mod index;
mod layout;
pub mod sink;
#[cfg(feature = "streaming")]
pub mod streaming;

pub use archive::{pack, pack_async, Archive};
pub use builder::Builder;
pub use codec::Level;
pub use error::{Error, Result};
pub use index::{Entry, Index, Method};
pub use sink::Sink;
#[cfg(feature = "streaming")]
pub use streaming::StreamWriter;
