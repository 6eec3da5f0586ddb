//! What the audit lists is what the application's code keeps.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use headcount_tests::downstream::Downstream;
use headcount_tests::{build, fixtures, headcount, success};
use serde_json::{Value, json};

/// What the application reaches, itself and through the crate in the middle.
const KEPT: [&str; 13] = [
    "archive::Archive::open",
    "archive::Archive::open_legacy",
    "archive::Archive::read",
    "archive::Archive::verify",
    "archive::pack",
    "builder::Builder::add",
    "builder::Builder::finish",
    "builder::Builder::level",
    "builder::Builder::new",
    "builder::Builder::stored",
    "checksum::crc",
    "checksum::text::format",
    "codec::stored",
];

/// What `cargo headcount audit` says about a binary.
fn audit(program: &Path) -> Value {
    let report = headcount(&["audit".as_ref(), "--json".as_ref(), program.as_os_str()]);
    let binary = report["binaries"][0].clone();
    assert_eq!(binary["problems"], json!([]));
    binary
}

fn linked(program: &Path) -> BTreeSet<String> {
    let paths = audit(program)["sites"].as_array().unwrap().clone();
    paths.iter().map(|site| site["path"].as_str().unwrap().to_owned()).collect()
}

fn expected(paths: &[&str]) -> BTreeSet<String> {
    paths.iter().map(|path| (*path).to_owned()).collect()
}

#[test]
fn the_list_follows_the_code() {
    let downstream = Downstream::copy("linked");
    let build = |arguments: &[&str]| {
        build(&downstream.application(), "application", arguments, "application-linked")
    };
    for arguments in [&["--locked"][..], &["--locked", "--release"]] {
        let program = build(arguments);
        // rustc was silent about it: the call stands in a crate that the application depends on.
        let profile = if arguments.contains(&"--release") { "release" } else { "debug" };
        let fresh = audit(&fixtures().join(profile).join("application"));
        let deprecated = &fresh["sites"][0];
        assert_eq!(deprecated["path"], "archive::Archive::open_legacy");
        let middle = json!([{"name": "middle-crate", "version": "0.3.0"}]);
        assert_eq!(deprecated["referrers"]["crates"], middle);

        assert_eq!(linked(&program), expected(&KEPT), "{arguments:?}");
        success(Command::new("strip").arg(&program));
        assert_eq!(linked(&program), expected(&KEPT), "{arguments:?}, stripped");
    }

    // One call less, and one more.
    let commands = "examples/application/src/commands.rs";
    downstream.replace(commands, "checksum::text::format(entry.crc)", "entry.crc");
    downstream.replace(
        commands,
        "Archive, Builder, Level, checksum",
        "Archive, Builder, Level, checksum::crc_of_reader",
    );
    downstream.replace(
        commands,
        "println!(\"{archive}: {entries} entries are sound\");",
        "println!(\"{archive}: {entries} entries are sound, {}\", crc_of_reader(&[][..])?);",
    );
    let mut changed = expected(&KEPT);
    assert!(changed.remove("checksum::text::format"));
    assert!(changed.insert("checksum::crc_of_reader".to_owned()));
    for arguments in [&["--locked"][..], &["--locked", "--release"]] {
        assert_eq!(linked(&build(arguments)), changed, "{arguments:?}");
    }
}
