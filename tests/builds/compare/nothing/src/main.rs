fn main() {
    harness::run(with_nothing::count);
}
