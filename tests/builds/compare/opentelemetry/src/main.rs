fn main() {
    with_opentelemetry::start();
    harness::run(with_opentelemetry::count);
}
