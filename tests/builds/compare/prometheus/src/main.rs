fn main() {
    harness::run(with_prometheus::count);
}
