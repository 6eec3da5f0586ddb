headcount::library!(collector = "http://example.org");

#[headcount::track_usage]
pub fn send() {}

fn main() {}
