//! Two builds of one source give the same bytes, wherever it lies: a record holds no path, no time
//! and no random number.

use std::fs;
use std::path::PathBuf;

use headcount_tests::downstream::Downstream;
use headcount_tests::{cargo, headcount, success};

/// Builds the application in a folder of its own, from nothing, as a distribution would: with the
/// folder's path taken out of what rustc itself writes.
///
/// Everything is one workspace there. Of a path outside of it, cargo hashes the whole into the names
/// of symbols, with headcount or without.
fn build(name: &str) -> PathBuf {
    let downstream = Downstream::copy(name);
    let last = "\"examples/middle-crate\"]";
    downstream.replace("Cargo.toml", last, &last.replace(']', ", \"examples/application\"]"));
    downstream.replace("examples/application/Cargo.toml", "\n[workspace]\n", "\n");
    // A member's optional dependencies would have to be there, too.
    for line in [
        "report = [\"dep:headcount-sender\"]",
        "headcount-sender = { workspace = true, optional = true }",
    ] {
        downstream.replace("runtime/Cargo.toml", line, "");
    }
    let folder = downstream.application().join("../..").canonicalize().unwrap();
    fs::rename(downstream.application().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();

    let target = folder.join("target");
    let remap = format!("--remap-path-prefix={}=/source", folder.display());
    let mut command = cargo(&folder.join("Cargo.toml"));
    command.args(["build", "--quiet", "--release", "--package", "application"]);
    command.args(["--config", "profile.release.strip = true", "--target-dir"]).arg(&target);
    // Takes one argument with spaces in it, unlike `RUSTFLAGS`.
    success(command.env("CARGO_ENCODED_RUSTFLAGS", remap));
    target.join("release/application")
}

#[test]
#[ignore = "compiles everything twice"]
fn two_folders_give_the_same_bytes() {
    let programs = ["reproducible", "elsewhere/in another, deeper folder"].map(build);
    let [one, another] = programs.each_ref().map(|program| fs::read(program).unwrap());
    assert!(one == another, "{programs:?} differ");

    // There is something in it to be the same.
    let audit = headcount(&["audit".as_ref(), "--json".as_ref(), programs[1].as_os_str()]);
    let binary = &audit["binaries"][0];
    assert!(!binary["sites"].as_array().unwrap().is_empty(), "{audit}");
    assert!(binary["libraries"][0]["dependencies"]["flate2"].is_array(), "{audit}");
    assert!(binary["application"]["packages"].is_array(), "{audit}");
}
