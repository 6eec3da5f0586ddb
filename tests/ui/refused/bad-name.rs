headcount::library!();

#[headcount::track_usage(name = "a name with spaces")]
pub fn send() {}

pub fn option() {
    headcount::used!("a;b");
}

fn main() {}
