fn main() {
    with_metrics::start();
    harness::run(with_metrics::count);
}
