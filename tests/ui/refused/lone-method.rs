headcount::library!();

pub struct Client;

impl Client {
    #[headcount::track_usage]
    pub fn send(&self) {}

    #[headcount::deprecated_tracked(since = "1.0.0")]
    pub fn new() -> Self {
        Client
    }
}

fn main() {}
