//! What holds of every parser of headcount, whatever bytes it is given.
//!
//! Each function takes the bytes of one input, and panics if something that is promised of it does
//! not hold. `fuzz/` calls them with inputs that it makes up; the test of this crate calls them
//! with the seeds of `fuzz/`, so that these stay inputs that reach far.

mod cargo_config;
mod consent;
mod manifest;
mod memory_file;
mod record;
mod report;
mod scan;
mod spool;

pub use cargo_config::cargo_config;
pub use consent::consent;
pub use manifest::manifest;
pub use record::{record, repair};
pub use report::report;
pub use scan::scan;
pub use spool::spool;

/// What holds of one parser: its name, and the function that looks.
pub type Property = (&'static str, fn(&[u8]));

/// All of them.
pub const ALL: [Property; 7] = [
    ("scan", scan),
    ("record", record),
    ("spool", spool),
    ("report", report),
    ("manifest", manifest),
    ("consent", consent),
    ("cargo_config", cargo_config),
];
