//! What only a build script knows, recorded for headcount.
//!
//! A counted **library** needs no build script: `headcount::library!` reads rustc's own arguments.
//! Only one that links a system library through a `-sys` crate gains from one, for the version of
//! that system library:
//!
//! ```no_run
//! // build.rs
//! fn main() {
//!     headcount_build::library();
//! }
//! ```
//!
//! An **application** may record the whole graph that cargo resolved for it, for
//! `cargo headcount audit` to print. That takes `cargo metadata`, and the feature `graph`:
//!
//! ```no_run
//! // build.rs
//! fn main() {
//! #   #[cfg(feature = "graph")]
//!     headcount_build::application();
//! }
//! ```
//!
//! Both print instructions for cargo to standard output. Neither ever fails a build: what cannot be
//! told is recorded as unknown.

#![allow(clippy::needless_doctest_main)] // `main` is what a build script is

#[cfg(feature = "graph")]
mod graph;
mod links;

use std::env;

/// Records the versions of system libraries that build scripts of direct dependencies report.
///
/// Known is what `openssl-sys` reports; other `-sys` crates report paths, which are never recorded.
pub fn library() {
    println!("cargo:rerun-if-changed=build.rs");
    println!(
        "cargo:rustc-env=HEADCOUNT_SYSTEM={}",
        links::system_versions(|name| env::var(name).ok())
    );
}

/// Records the graph that cargo resolved for this application, for `headcount::application!`.
#[cfg(feature = "graph")]
pub fn application() {
    graph::record();
}
