//! A library with the next version of headcount already.

headcount::library!();

#[headcount::track_usage]
pub fn explore() {}
