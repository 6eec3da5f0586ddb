headcount::library!();

pub struct Client;

#[headcount::track_usage]
impl Client {
    #[cfg_attr(feature = "old", headcount::deprecated_tracked)]
    pub fn send(&self) {}
}

fn main() {}
