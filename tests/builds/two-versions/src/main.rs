//! A program with two versions of a library, and of headcount, in it. Prints every count.

fn main() {
    old::shared();
    (0..150).for_each(|_| new::shared());
    new::added();
    (0..100).for_each(|_| pioneer::explore());
    if std::env::args().count() > 1 {
        return;
    }
    for count in headcount::snapshot() {
        println!("{} {} {} {}", count.library, count.version, count.path, count.hits);
    }
    for count in next::snapshot() {
        println!("{} {} {} {}", count.library, count.version, count.path, count.hits);
    }
}
