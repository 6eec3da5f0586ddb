headcount::library!();

#[headcount::track_usage]
pub const fn answer() -> u8 {
    42
}

fn main() {}
