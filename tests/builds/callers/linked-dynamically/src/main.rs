//! A program that has the counted library from a shared one.

fn main() {
    println!("{}", shared::run());
}
