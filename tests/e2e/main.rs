//! End-to-end tests: real builds, real programs, real files.

mod recording;
mod silence;
