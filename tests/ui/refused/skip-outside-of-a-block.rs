headcount::library!();

#[headcount::track_usage(skip)]
pub fn send() {}

#[headcount::track_usage(marked)]
pub fn post() {}

fn main() {}
