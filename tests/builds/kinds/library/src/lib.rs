//! Every kind of item that can be counted.
//!
//! One file is two modules: of `reached` the program uses everything, of `unreached` nothing. What
//! is between used and unused is in `between`.

#![deny(warnings)]
// An attribute is an error in two copies of one file, but they are two modules here.
#![allow(clippy::duplicate_mod)]

headcount::library!();

pub mod between;
#[path = "items.rs"]
pub mod reached;
#[path = "items.rs"]
pub mod unreached;
