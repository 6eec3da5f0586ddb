//! Has the graph that cargo resolved recorded, for `cargo headcount audit` to print.

fn main() {
    headcount_build::application();
}
