//! A counted library, in its new version.

headcount::library!();

#[headcount::track_usage]
pub fn shared() {}

#[headcount::track_usage]
pub fn added() {}
