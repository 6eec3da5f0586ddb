//! Off can be proved: with `disabled`, the binary is the one without annotations.
//!
//! The application's release profile strips symbols, as shipped programs do. Unstripped, names of
//! symbols may differ: rustc numbers the `impl` blocks of a module in the order in which macros
//! expand, and the number is part of the mangled name.

use std::path::{Path, PathBuf};

use headcount_tests::downstream::Downstream;
use headcount_tests::{build, cargo_headcount, root};

fn build_application(downstream: &Downstream, arguments: &[&str], kept_as: &str) -> PathBuf {
    let folder = downstream.application();
    build(&folder, "application", &[&["--locked", "--release"], arguments].concat(), kept_as)
}

fn verify(program: &Path) -> (Option<i32>, String) {
    let mut command = cargo_headcount(&root().join("Cargo.toml"));
    let output = command.args(["audit", "--verify"]).arg(program).output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn disabled_is_byte_identical_to_blanked() {
    let downstream = Downstream::copy("absence");
    let disabled = build_application(&downstream, &["--features", "disabled"], "disabled");
    let counted = build_application(&downstream, &[], "counted");
    // Imports, `library!`, `used!` and attributes.
    assert!(downstream.blank_annotations() >= 15);
    // Without its annotation the item is not deprecated, and the middle crate expects it to be.
    downstream.replace(
        "examples/middle-crate/src/lib.rs",
        "#[expect(deprecated",
        "#[allow(deprecated",
    );
    let blanked = build_application(&downstream, &["--features", "disabled"], "blanked");

    let read = |path: &PathBuf| std::fs::read(path).unwrap();
    assert!(read(&disabled) == read(&blanked), "`disabled` left something in the binary");
    // The comparison can fail.
    assert!(read(&disabled) != read(&counted), "`disabled` changed nothing");

    // Whoever has only the binary can tell, too.
    let (status, said) = verify(&disabled);
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("no site and its record, no build record"), "{said}");
    let (status, said) = verify(&counted);
    assert_eq!(status, Some(1), "{said}");
    for part in ["site records: ", "build records: 1", "graphs of an application: 1"] {
        assert!(said.contains(part), "{part}: {said}");
    }
}
