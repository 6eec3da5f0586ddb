headcount::library!();

pub trait Sum {
    fn sum(&self) -> u32;
}

#[headcount::track_usage]
impl Sum for [u32; 2] {
    fn sum(&self) -> u32 {
        self[0] + self[1]
    }
}

fn main() {}
