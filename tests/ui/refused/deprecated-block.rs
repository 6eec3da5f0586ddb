headcount::library!();

pub struct Client;

#[headcount::deprecated_tracked(since = "1.0.0")]
impl Client {
    pub fn send(&self) {}
}

fn main() {}
