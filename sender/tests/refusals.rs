//! `status` must say the same as the runtime does.

use std::fs;
use std::path::Path;

use headcount_sender::rule::REFUSALS;

/// Variables by which the runtime knows a compiler and a build script: no machine is switched off
/// by them.
const OF_CARGO: [&str; 2] = ["CARGO_CRATE_NAME", "NUM_JOBS"];

#[test]
fn the_runtime_obeys_the_same_variables() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime/src/spool/consent.rs");
    let source = fs::read_to_string(path).unwrap();
    let list = source.split_once("const REFUSALS").unwrap().1.split_once("\n];").unwrap().0;
    let quoted = list.split('"').skip(1).step_by(2);
    let obeyed: Vec<_> = quoted.map(|name| name.trim_end_matches("\\0")).collect();
    assert_eq!(obeyed, [&REFUSALS[..], &OF_CARGO].concat());
}
