fn main() {
    harness::run(with_tracing::count);
}
