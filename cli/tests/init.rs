//! `cargo headcount init`, on libraries as cargo makes them.
#![cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]

mod library;

use std::fs;
use std::process::Output;

use headcount_report::Manifest;
use library::Library;

/// Standard output and standard error, after the exit status was looked at.
#[track_caller]
fn said(output: &Output, status: i32) -> (String, String) {
    let [stdout, stderr] =
        [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned());
    assert_eq!(output.status.code(), Some(status), "{stdout}{stderr}");
    (stdout, stderr)
}

/// Runs a program that has to succeed.
#[track_caller]
fn succeed(library: &Library, command: &str) -> String {
    let words: Vec<_> = command.split(' ').collect();
    said(&library.command(words[0], &words[1..]).output().unwrap(), 0).0
}

fn read(library: &Library, path: &str) -> String {
    fs::read_to_string(library.path().join(path)).unwrap()
}

fn commit(library: &Library) {
    succeed(library, "git add --all");
    let author = "-c user.name=a -c user.email=a@example.com -c commit.gpgsign=false";
    succeed(library, &format!("git {author} commit --quiet --message=all"));
}

#[test]
fn a_new_library_becomes_a_counted_one() {
    let library = Library::new();
    succeed(&library, "cargo init --quiet --lib --vcs git --edition 2024 --name fresh");
    let (_, error) = said(&library.headcount(&["init", "--yes"]), 2);
    assert!(error.contains("commit them, or add `--allow-dirty`\n?? "), "{error}");
    commit(&library);

    let init = ["init", "--build-script", "--collector", "https://counts.example"];
    let (shown, error) = said(&library.headcount_answered("no\n", &init), 1);
    assert!(error.ends_with("Make these changes? [y/N] nothing was changed\n"), "{error}");
    for line in [
        "+headcount = \"0.1\"",
        "+headcount-build = \"0.1\"",
        "+headcount::library!(collector = \"https://counts.example\");",
        "+    headcount_build::library();",
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line} in\n{shown}");
    }
    assert_eq!(succeed(&library, "git status --porcelain"), "");

    let (shown_again, _) = said(&library.headcount_answered("y\n", &init), 0);
    let (changes, next) = shown_again.split_at(shown.len());
    assert_eq!(changes, shown);
    assert!(next.contains("`cargo headcount manifest` then lists"), "{next}");
    let status = succeed(&library, "git status --porcelain");
    assert_eq!(status, " M Cargo.toml\n M src/lib.rs\n?? build.rs\n");

    let root = read(&library, "src/lib.rs");
    library.write("src/lib.rs", &root.replace("pub fn", "#[headcount::track_usage]\npub fn"));
    succeed(&library, "cargo build");
    let (manifest, _) = said(&library.headcount(&["manifest"]), 0);
    let manifest = Manifest::decode(manifest.as_bytes()).unwrap();
    assert_eq!(manifest.library.as_str(), "fresh");
    assert_eq!(manifest.sites.keys().map(ToString::to_string).collect::<Vec<_>>(), ["add"]);

    commit(&library);
    let (_, error) = said(&library.headcount(&init), 2);
    assert_eq!(error, "error: fresh is set up already; there is nothing to change\n");
}

/// A workspace with the library `a` in a folder of its own.
fn workspace(workspace: &str, member: &str) -> Library {
    let library = Library::new();
    library.write("Cargo.toml", workspace);
    library.write("a/Cargo.toml", member);
    library.write("a/src/lib.rs", "//! A.\n#![no_std]\n");
    library
}

const A: &str = "[package]\nname = \"a\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";

#[test]
fn versions_stay_where_the_workspace_keeps_them() {
    let shared = "[workspace]\nmembers = [\"a\"]\nresolver = \"2\"\n\n[workspace.dependencies]\n\
                  a = { path = \"a\" } # ours\n# not ours\nserde = \"1\"\n";
    let member = format!("{A}\n[dependencies] # few\nserde = {{ workspace = true }} # why\n");
    let library = workspace(shared, &member);
    said(&library.headcount(&["init", "--yes", "--package", "a", "--build-script"]), 0);
    assert_eq!(
        read(&library, "Cargo.toml"),
        shared.replace("# not ours", "headcount = \"0.1\"\nheadcount-build = \"0.1\"\n# not ours")
    );
    let expected = member.replace("serde", "headcount.workspace = true\nserde");
    let build = "\n[build-dependencies]\nheadcount-build.workspace = true\n";
    assert_eq!(read(&library, "a/Cargo.toml"), expected + build);
    assert_eq!(read(&library, "a/src/lib.rs"), "//! A.\n#![no_std]\n\nheadcount::library!();\n");
}

#[test]
fn a_workspace_that_shares_nothing_is_left_alone() {
    let shared = "[workspace]\nmembers = [\"a\"]\nresolver = \"2\"\n";
    let library = workspace(shared, &A.replace('\n', "\r\n"));
    said(&library.headcount(&["init", "--yes", "--manifest-path", "a/Cargo.toml"]), 0);
    assert_eq!(read(&library, "Cargo.toml"), shared);
    let expected = format!("{A}\n[dependencies]\nheadcount = \"0.1\"\n").replace('\n', "\r\n");
    assert_eq!(read(&library, "a/Cargo.toml"), expected);
}

#[track_caller]
fn refused(member: &str, arguments: &[&str], expected: &str) {
    let library = workspace("[workspace]\nmembers = [\"a\"]\nresolver = \"2\"\n", member);
    let init = ["init", "--yes", "--manifest-path", "a/Cargo.toml"];
    let (shown, error) = said(&library.headcount(&[&init[..], arguments].concat()), 2);
    assert_eq!((shown.as_str(), error.contains(expected)), ("", true), "{error}");
    assert_eq!(read(&library, "a/Cargo.toml"), member);
}

#[test]
fn what_cannot_be_counted_is_refused() {
    refused(&format!("{A}\n[lib]\nproc-macro = true\n"), &[], "has no library that programs link");
    refused(&A.replace("2021", "2015"), &[], "`cargo fix --edition` brings it to 2018");
    refused(&format!("{A}build = false\n"), &["--build-script"], "says `build = false`");
    refused(A, &["--checkout", "/nowhere"], "there is no headcount in `/nowhere/runtime`");
}

#[test]
fn what_the_author_should_know_is_said() {
    let member = A.replace("edition", "rust-version = \"1.60\"\nedition");
    let library = workspace("[workspace]\nmembers = [\"a\"]\nresolver = \"2\"\n", &member);
    library.write("a/build.rs", "fn main() { read_some_file(); }\n");
    let (_, remarks) = said(&library.headcount(&["init", "--yes", "--build-script"]), 0);
    assert!(
        remarks.contains("a says `rust-version = \"1.60.0\"`; headcount needs 1."),
        "{remarks}"
    );
    assert!(remarks.contains("print `cargo:rerun-if-changed=..` for each file"), "{remarks}");
    let script = "fn main() {\n    headcount_build::library();\n read_some_file(); }\n";
    assert_eq!(read(&library, "a/build.rs"), script);
}

#[test]
fn a_checkout_can_be_named() {
    let library = workspace("[workspace]\nmembers = [\"a\"]\nresolver = \"2\"\n", A);
    let checkout = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    said(&library.headcount(&["init", "--yes", "--checkout", checkout]), 0);
    let expected =
        format!("{A}\n[dependencies]\nheadcount = {{ path = \"{checkout}/runtime\" }}\n");
    assert_eq!(read(&library, "a/Cargo.toml"), expected);
}
