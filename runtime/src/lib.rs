//! Usage telemetry for libraries, without spying on anyone.
//!
//! A library's author marks what shall be counted:
//!
//! ```
//! headcount::library!();
//!
//! /// A client.
//! pub struct Client;
//!
//! #[headcount::track_usage]
//! impl Client {
//!     /// Counted as `Client::send`.
//!     pub fn send(&self) {}
//!
//!     /// Counted as `Client::post`, and deprecated.
//!     #[headcount::deprecated_tracked(since = "1.2.0", note = "use `send`", remove_in = "2.0.0")]
//!     pub fn post(&self) {}
//! }
//! # fn main() { Client.send() }
//! ```
//!
//! and two things follow.
//!
//! * **Linked**: each site leaves a small record that the linker keeps exactly as long as the code
//!   around it. `cargo headcount audit` lists the records of a binary. No instruction is executed
//!   for it.
//! * **Called**: each site has an atomic counter. Only where the machine's owner allowed it, by an
//!   environment variable that names a folder of theirs, is a count ever written down.
//!
//! A counted library starts no thread, installs no handler or exit hook, opens no socket, prints
//! nothing and never panics. Without consent it makes no system call.
//!
//! # Features
//!
//! * `disabled` removes everything: the attributes expand to nothing. Whoever in the dependency
//!   graph asks for it wins. `RUSTFLAGS="--cfg headcount_disabled"` does the same for packagers.
//! * `report`, for applications that run for long: `Reporter` records and reports what the process
//!   itself counts. Brings what sends, and compiles on unix only.
//!
//! # Targets
//!
//! A hit is counted wherever the target has the atomics for it (elsewhere the attributes expand to
//! nothing), and recorded on unix systems. A site is linked exactly where its code is, if the linker
//! collects garbage, as cargo has it do. That was checked on Linux only; it needs
//! nothing of an object format but a section for each static.

#![no_std]

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod expand;
#[cfg(headcount_counting)]
mod hit;
#[cfg(headcount_counting)]
#[doc(hidden)]
pub mod record;
#[cfg(feature = "report")]
mod report;
#[cfg(headcount_counting)]
mod site;
mod snapshot;
#[cfg(headcount_recording)]
mod spool;

pub use headcount_macros::{deprecated_tracked, track_usage};
#[cfg(feature = "report")]
pub use report::{Builder, Reporter, ReporterError, State};
pub use snapshot::{snapshot, SiteCount};

/// What [`application!`] evaluates to: the knowledge that this is a binary crate.
#[derive(Debug)]
pub struct Application {
    _private: (),
}

/// Makes this crate a counted library. Stands once, at the crate's root.
///
/// ```
/// headcount::library!(
///     collector = "https://headcount.example.org",
///     dependencies = ["openssl-sys"],
/// );
/// # fn main() {}
/// ```
///
/// Both arguments are optional. `collector` is where reports about this library go if the machine's
/// owner agrees to that address; without it they stay at home. `dependencies` limits the direct
/// dependencies whose versions are recorded; without it these are all that come from crates.io.
///
/// The version facts are read from the arguments of the very rustc that compiles the library, so
/// they are those of the user's build. What cannot be told for certain is left out.
///
/// It declares a private module `__headcount`, through which the attributes name everything; so a
/// renamed dependency works.
#[macro_export]
macro_rules! library {
    ($($arguments:tt)*) => {
        #[doc(hidden)]
        #[allow(dead_code, unused_imports)]
        mod __headcount {
            $crate::__library! { $($arguments)* }
        }
    };
}

/// Counts a place in a function's body: an option taken, a branch, a format.
///
/// The name is the site's whole path; it must be unique within the library.
///
/// ```
/// # headcount::library!();
/// # fn main() {}
/// fn compress(stored: bool) {
///     if stored {
///         headcount::used!("codec::stored");
///     }
/// }
/// ```
#[macro_export]
macro_rules! used {
    ($path:literal) => {
        $crate::__private::used! { $path }
    };
}

/// Embeds the application's resolved graph in its binary, for `cargo headcount audit`. Stands once,
/// in `main`; compiles only in a binary crate.
///
/// The graph is recorded by the application's build script:
///
/// ```ignore
/// // build.rs
/// fn main() {
///     headcount_build::application();
/// }
/// ```
///
/// and kept only if its direct dependencies are those that rustc was given.
#[cfg(headcount_counting)]
#[macro_export]
macro_rules! application {
    () => {{
        static RECORD: &[$crate::__private::u8] = $crate::__private::application_record!();
        $crate::__private::black_box(RECORD);
        $crate::__private::application()
    }};
}

/// Does nothing: headcount is disabled, or the target has no support.
#[cfg(not(headcount_counting))]
#[macro_export]
macro_rules! application {
    () => {
        $crate::__private::application()
    };
}
