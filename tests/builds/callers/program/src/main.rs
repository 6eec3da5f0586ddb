//! Uses everything, and calls one deprecated function itself.

fn main() {
    println!("{}", direct_caller::run() + generic_caller::run() + stranger::run());
    println!("{}", generic_caller::repeat(&["a", "b"]));
    println!("{:?} {}", pointer_caller::run(&[1, 2]), pointer_caller::short());
    println!("{}", pointer_caller::TABLE.iter().map(|function| function()).sum::<u32>());
    #[allow(deprecated)]
    let own = callee::by_the_program();
    println!("{own}");
}
