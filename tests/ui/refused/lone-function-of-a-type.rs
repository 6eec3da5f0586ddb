headcount::library!();

pub struct Client;

impl Client {
    // Nothing in it tells that it is not free; rustc does.
    #[headcount::track_usage]
    pub fn version() -> u8 {
        1
    }
}

fn main() {}
