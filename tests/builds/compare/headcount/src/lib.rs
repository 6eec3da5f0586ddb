//! A counted function.

headcount::library!();

#[inline(never)]
#[headcount::track_usage]
pub fn count() {}
