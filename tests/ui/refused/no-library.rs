// `headcount::library!()` is missing.

#[headcount::track_usage]
pub fn send() {}

fn main() {}
