//! What the audit lists is what the application's code keeps.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use headcount_sender::scan;
use headcount_tests::downstream::Downstream;
use headcount_tests::{build, success};

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

fn linked(program: &Path) -> BTreeSet<String> {
    let scan = scan::file(program).unwrap();
    assert_eq!(scan.problems, [] as [String; 0]);
    scan.sites.into_iter().map(|site| site.path.to_string()).collect()
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
