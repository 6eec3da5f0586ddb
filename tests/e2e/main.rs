//! End-to-end tests: real builds, real programs, real files.

mod absence;
mod demo;
mod facts;
mod host;
mod kept;
mod linked;
mod recording;
mod silence;
