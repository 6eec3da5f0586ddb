fn main() {
    harness::run(with_fetch_add::count);
}
