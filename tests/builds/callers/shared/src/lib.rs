//! A Rust shared library with the counted one in it.

pub fn run() -> u32 {
    direct_caller::run()
}
