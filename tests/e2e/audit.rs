//! Who uses what, as `cargo headcount audit` says: the truth is in the sources of `builds/callers`.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::process::Output;

use headcount_tests::{cargo_headcount, fixtures, headcount, root, variant};
use serde_json::{Value, json};

/// Each deprecated item that the program links: the crates whose own code refers to it, and whether
/// the library's does.
const CALLERS: [(&str, &[&str], bool); 12] = [
    ("Client::send", &["direct-caller 0.1.0"], false),
    ("Sink::put", &["generic-caller 0.2.0"], false),
    ("by_the_program", &[], false),
    ("by_two", &["direct-caller 0.1.0", "pointer-caller 0.3.0"], false),
    ("direct", &["direct-caller 0.1.0"], false),
    ("generic", &["generic-caller 0.2.0"], false),
    ("in_a_table", &["pointer-caller 0.3.0"], false),
    ("in_generic_code", &[], false),
    ("in_inline_code", &[], false),
    ("inlined", &["direct-caller 0.1.0"], false),
    ("passed_on", &["pointer-caller 0.3.0"], false),
    ("within_the_library", &[], true),
];

/// What is said of those without a name: nobody can know it from the build.
const UNNAMED: &str =
    "the program's own code, or generic or inline code of a crate that needs the library";

/// Audits a build of the fixture.
fn audit(arguments: &[&str], flags: &str) -> Output {
    let manifest = root().join("tests/builds/callers/Cargo.toml");
    let mut command = cargo_headcount(&manifest);
    command.args(["audit", "--target-dir"]).arg(fixtures()).args(arguments);
    command.env("RUSTFLAGS", flags).output().unwrap()
}

/// The one binary of an audit that succeeds.
#[track_caller]
fn binary(output: &Output) -> Value {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    let audit: Value = serde_json::from_slice(&output.stdout).unwrap();
    let [binary] = &audit["binaries"].as_array().unwrap()[..] else { panic!("{audit}") };
    assert_eq!((&binary["problems"], &binary["referrers_problems"]), (&json!([]), &json!([])));
    binary.clone()
}

/// The deprecated sites of a file, with who refers to them.
fn deprecated(file: &Value) -> BTreeMap<&str, &Value> {
    let sites = file["sites"].as_array().unwrap().iter();
    let deprecated = sites.filter(|site| site.get("deprecated").is_some());
    deprecated.map(|site| (site["path"].as_str().unwrap(), &site["referrers"])).collect()
}

/// `direct-caller 0.1.0` of each.
fn names(crates: &Value) -> Vec<String> {
    let name = |krate: &Value| {
        format!("{} {}", krate["name"].as_str().unwrap(), krate["version"].as_str().unwrap())
    };
    crates.as_array().unwrap().iter().map(name).collect()
}

/// What stands behind `used by`, below the name of a site.
#[track_caller]
fn used_by<'a>(text: &'a str, path: &str) -> &'a str {
    let mut lines = text.lines().skip_while(|line| line.trim() != path);
    let line = lines.find_map(|line| line.trim().strip_prefix("used by"));
    line.unwrap_or_else(|| panic!("`{path}` is not in {text}")).trim()
}

#[track_caller]
fn callers_agree_with_the_sources(profile: &[&str]) {
    let _lock = variant::lock();
    let arguments = [&["--package", "program"], profile].concat();
    let program = binary(&audit(&[&*arguments, &["--json"]].concat(), ""));
    let dependents = names(&program["libraries"][0]["dependents"]);
    let all = ["direct-caller 0.1.0", "generic-caller 0.2.0", "pointer-caller 0.3.0"];
    assert_eq!(dependents, [&all[..], &["program 1.0.0", "stranger 0.4.0"]].concat());
    let text = String::from_utf8(audit(&arguments, "").stdout).unwrap();

    let found = deprecated(&program);
    let expected: Vec<_> = CALLERS.iter().map(|(path, ..)| *path).collect();
    assert_eq!(found.keys().copied().collect::<Vec<_>>(), expected);
    for (path, crates, library_itself) in CALLERS {
        assert_eq!(names(&found[path]["crates"]), crates, "{path}");
        assert_eq!(found[path]["library_itself"], library_itself, "{path}");
        let said = match (crates, library_itself) {
            ([], false) => UNNAMED.to_owned(),
            ([], true) => "callee itself".to_owned(),
            _ => crates.join(", "),
        };
        assert_eq!(used_by(&text, path), said);
    }

    // Away from its target folder it says the same about itself, and of the crates that it cannot
    // know them.
    let path = program["path"].as_str().unwrap();
    let moved = fixtures().join("kept/callers-moved");
    fs::create_dir_all(moved.parent().unwrap()).unwrap();
    fs::copy(path, &moved).unwrap();
    let arguments = [OsStr::new("audit"), "--json".as_ref(), moved.as_ref()];
    let moved = &headcount(&arguments)["binaries"][0];
    assert_eq!(moved["referrers_from"], "unknown");
    let found = deprecated(moved);
    assert_eq!(found.keys().copied().collect::<Vec<_>>(), expected);
    assert!(found.values().all(|referrers| referrers.is_null()), "{found:?}");
}

#[test]
fn callers_agree_with_the_sources_in_debug() {
    callers_agree_with_the_sources(&[]);
}

#[test]
fn callers_agree_with_the_sources_in_release() {
    callers_agree_with_the_sources(&["--release"]);
}

/// The program holds nothing: all is in a Rust shared library, which lies where only cargo looks.
#[test]
fn a_shared_library_is_read_with_the_program_that_needs_it() {
    let _lock = variant::lock();
    let arguments = ["--package", "linked-dynamically", "--target", "host-tuple"];
    let flags = "-C prefer-dynamic";
    let program = binary(&audit(&[&arguments[..], &["--json"]].concat(), flags));
    assert_eq!((&program["libraries"], &program["sites"]), (&json!([]), &json!([])));
    let libraries = program["shared_libraries"].as_array().unwrap();
    let [shared] = &libraries[..] else { panic!("{libraries:?}") };
    let path = shared["path"].as_str().unwrap();
    assert!(path.ends_with("/debug/deps/libshared.so"), "{path}");
    assert_eq!(shared["libraries"][0]["library"], "callee");
    let elsewhere = program["elsewhere"].as_array().unwrap();
    let is_std = |name: &Value| name.as_str().unwrap().starts_with("libstd-");
    assert!(elsewhere.contains(&json!("libc.so.6")) && elsewhere.iter().any(is_std));

    // It exports everything, and who refers to it is known of some.
    let found = deprecated(shared);
    for (path, crates, library_itself) in CALLERS {
        let crates: Vec<_> =
            crates.iter().copied().filter(|name| name.starts_with("direct-caller")).collect();
        assert_eq!(names(&found[path]["crates"]), crates, "{path}");
        assert_eq!(found[path]["library_itself"], library_itself, "{path}");
    }
    assert!(found.contains_key("unused"));
    let denied = audit(&[&arguments[..], &["--deny", "deprecated"]].concat(), flags);
    assert_eq!(denied.status.code(), Some(1));
    let text = String::from_utf8(denied.stdout).unwrap();
    assert!(text.contains("\n  no counted library in it itself\n"), "{text}");
    assert!(text.contains("libshared.so  a shared library that it needs\n"), "{text}");
    let said = "perhaps nobody: a shared library keeps what it exports";
    assert_eq!(used_by(&text, "unused"), said);

    // Nor is a program free of headcount that needs what is not.
    let verified = audit_verify(program["path"].as_str().unwrap());
    assert_eq!(verified.status.code(), Some(1));
    let text = String::from_utf8(verified.stdout).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert!(lines[0].contains("/linked-dynamically holds nothing of headcount"), "{text}");
    assert!(lines[1].contains("/libshared.so holds headcount: site records: "), "{text}");
}

fn audit_verify(program: &str) -> Output {
    let mut command = cargo_headcount(&root().join("Cargo.toml"));
    command.args(["audit", "--verify", program]).output().unwrap()
}
