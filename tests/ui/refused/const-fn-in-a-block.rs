headcount::library!();

pub struct Client;

#[headcount::track_usage]
impl Client {
    pub const fn new() -> Self {
        Self
    }

    #[headcount::deprecated_tracked(note = "use `new`")]
    pub const fn old() -> Self {
        Self
    }

    pub fn send(&self) {}
}

fn main() {}
