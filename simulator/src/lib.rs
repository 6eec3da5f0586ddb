//! Populations with a known truth, to check the collector's answers against, and to look at its pages.
//!
//! * [`dice`]: numbers that look random and are the same every time;
//! * [`library`]: an invented library: its releases, its sites, and how many use them;
//! * [`machine`]: one installation of it, which keeps its habits;
//! * [`year`]: what the machines that take part report, week by week;
//! * [`fill`]: such weeks in a store.

pub mod dice;
pub mod fill;
pub mod library;
pub mod machine;
pub mod year;

pub use fill::fill;
pub use year::Year;
