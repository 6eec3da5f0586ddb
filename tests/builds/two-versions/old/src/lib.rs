//! A counted library, in its old version.

headcount::library!();

#[headcount::track_usage]
pub fn shared() {}

/// Nobody calls it any more.
#[headcount::track_usage]
pub fn removed() {}
