headcount::library!();

#[headcount::track_usage]
pub struct Client;

pub fn client() -> Client {
    Client
}

fn main() {}
