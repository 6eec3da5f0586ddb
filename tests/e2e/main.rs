//! End-to-end tests: real builds, real programs, real files.

mod absence;
mod facts;
mod linked;
mod recording;
mod silence;
