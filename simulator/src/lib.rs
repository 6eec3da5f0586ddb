//! Machines with known habits, to hold the collector's answers against the truth.
//!
//! Nothing here is real but the collector: the same code admits, sums and answers. In reading order:
//!
//! * [`dice`]: chance, the same for the same seed;
//! * [`library`]: the library that everybody uses, release by release;
//! * [`releases`]: when a version came out, and who has it by when;
//! * [`surroundings`]: compilers, targets, dependencies and OpenSSL around it;
//! * [`machine`]: one installation, with habits that hardly change;
//! * [`year`]: all machines over a year, and what those that take part report;
//! * [`hostile`]: what others report;
//! * [`truth`]: what a collector would say if everybody took part;
//! * [`mod@fill`]: a year into a store; [`crowd`]: five of them, and many other libraries;
//! * [`repeat`]: the same experiment with other samples, many times;
//! * [`coverage`]: how often an interval holds the truth;
//! * [`border`]: how often something is called safe to remove that is not;
//! * [`table`]: the tables of `docs/statistics.md`.

pub mod border;
pub mod coverage;
pub mod crowd;
pub mod dice;
pub mod fill;
pub mod hostile;
pub mod library;
pub mod machine;
pub mod releases;
pub mod repeat;
pub mod surroundings;
pub mod table;
pub mod truth;
pub mod year;

pub use fill::fill;
pub use truth::Truth;
pub use year::{Population, Year};
