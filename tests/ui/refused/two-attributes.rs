headcount::library!();

#[headcount::track_usage]
#[headcount::deprecated_tracked]
pub fn send() {}

fn main() {}
