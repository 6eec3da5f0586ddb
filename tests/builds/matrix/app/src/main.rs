fn main() {
    headcount::application!();
    println!("{}", probe::touch());
}

#[test]
fn touches() {
    main();
}
