//! The data model that both sides of headcount share.
//!
//! Everything here is a value with one parser: whoever holds a [`Report`], a [`Week`] or a
//! [`SitePath`] knows that it is well-formed and within the [`limits`]. There is no I/O.
//!
//! In reading order, from the binary to the wire:
//!
//! * [`record`]: the bytes that a compiler leaves in a binary, and how to tell them from noise;
//! * [`site`], [`build`], [`graph`]: what such a record says;
//! * [`manifest`]: all sites of one published library version;
//! * [`spool`]: the lines that running programs append;
//! * [`fact`], [`section`], [`report`]: what one machine says about one week;
//! * [`vocabulary`]: the closed set of words that a report may use;
//! * [`figure`]: shares and counts as text, as both sides write them.
//! * [`text`]: how these, and all that has one spelling, stand in JSON.

pub mod build;
pub mod fact;
pub mod figure;
pub mod graph;
pub mod hash;
pub mod limits;
pub mod manifest;
pub mod record;
pub mod report;
pub mod section;
pub mod site;
pub mod spool;
pub mod text;
pub mod vocabulary;
pub mod week;

pub use build::BuildRecord;
pub use fact::{Fact, Facts};
pub use graph::Graph;
pub use manifest::Manifest;
pub use record::Record;
pub use report::Report;
pub use section::{Origin, Section, SectionId};
pub use site::{Deprecation, SiteKind, SiteRecord};
pub use vocabulary::{
    CrateName, FeatureName, PlainVersion, RustcVersion, SitePath, SystemVersion, Target,
};
pub use week::Week;
