fn main() {
    harness::run(with_headcount::count);
}
