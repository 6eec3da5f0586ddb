headcount::library!();

#[headcount::track_usage(nmae = "send")]
pub fn send() {}

#[headcount::deprecated_tracked(reason = "old")]
pub fn post() {}

fn main() {}
