//! End-to-end tests: real builds, real programs, real files.

mod absence;
mod demo;
mod facts;
mod linked;
mod recording;
mod silence;
