headcount::library!();

pub trait Codec {
    #[headcount::track_usage(name = "Codec::name")]
    fn name(&self) -> String;
}

fn main() {}
