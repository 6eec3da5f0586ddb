//! A build script that calls a counted library: nothing is recorded.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=HEADCOUNT_SPOOL");
    assert_eq!(bare::double(2), 4);
    let hits = headcount::snapshot().filter(|count| count.hits > 0).count();
    println!("cargo:rustc-env=HITS_OF_THE_BUILD_SCRIPT={hits}");
}
