fn main() {
    headcount_build::application();
}
