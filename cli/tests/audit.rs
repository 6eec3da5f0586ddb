//! `cargo headcount audit`, from the command line to what it prints and how it exits.
#![cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]

mod fixture;

use std::fs;

use fixture::Workspace;
use serde_json::{Value, json};

/// Runs, checks the exit status, and returns standard output and standard error.
#[track_caller]
fn run(workspace: &Workspace, arguments: &[&str], status: i32) -> (String, String) {
    let output = workspace.headcount(arguments).output().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(status), "{stdout}\n{stderr}");
    (stdout, stderr)
}

#[track_caller]
fn json(workspace: &Workspace, arguments: &[&str]) -> Value {
    let arguments = [&["audit", "--json"], arguments].concat();
    serde_json::from_str(&run(workspace, &arguments, 0).0).unwrap()
}

/// Names of the crates that refer to the site.
fn referrers(binary: &Value, path: &str) -> Value {
    let sites = binary["sites"].as_array().unwrap();
    let site = sites.iter().find(|site| site["path"] == path).unwrap();
    site["referrers"]["crates"].clone()
}

#[test]
fn a_workspace_is_built_and_read() {
    let workspace = Workspace::new();
    let (stdout, stderr) = run(&workspace, &["audit", "-p", "app"], 0);
    assert_eq!(without_system(&stdout), AUDIT_OF_APP);
    assert!(stderr.contains("Compiling app"), "{stderr}");
}

/// Which libraries a system has for every program differs.
fn without_system(text: &str) -> String {
    let line = |line: &str| match line.split_once("build: ") {
        Some((before, _)) => format!("{before}build: SYSTEM\n"),
        None => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

const AUDIT_OF_APP: &str = "\
target/debug/app
  1 counted library; 2 tracked APIs kept by the linker, 1 of them deprecated

  Deprecated, and kept by the linker
    old
      library       counted-library 1.4.2
      deprecated    since 1.2.0, to be removed in 2.0.0
      note          use `new` [31m
      used by       middle-crate 0.3.0

  counted-library 1.4.2
    built         from crates.io, by rustc 1.95.0, debug, for x86_64-unknown-linux-gnu
    collector     https://counts.example
    features      std
    dependencies  libz-sys 1.1.23
    system        openssl 3.0.19
    needed by     app 2.0.0, middle-crate 0.3.0
    kept          new

  app 2.0.0  the application
    packages      1 is linked, 1 only for build scripts and macros (--graph lists them)

  Not read, because they are not of its build: SYSTEM

Kept by the linker means that the code is in the file, not that it runs.
Used by: what the libraries of this build tell; the program's own code may use it too.
A collector is named by the library's author. Nothing is sent to it unless you allow that: \
`cargo headcount status`.
";

#[test]
fn json_tells_everything_and_each_program_its_own_referrers() {
    let workspace = Workspace::new();
    let audit = json(&workspace, &[]);
    let binaries = audit["binaries"].as_array().unwrap();
    let binary = |name: &str| {
        let of_name = |binary: &&Value| binary["path"].as_str().unwrap().ends_with(name);
        binaries.iter().find(of_name).unwrap()
    };
    let (app, other) = (binary("/app"), binary("/other-app"));
    assert_eq!(app["referrers_from"], "build");
    let mut library = json!(fixture::build());
    library["dependents"] = json!([
        {"name": "app", "version": "2.0.0"}, {"name": "middle-crate", "version": "0.3.0"}
    ]);
    assert_eq!(app["libraries"], json!([library]));
    assert_eq!(app["application"], json!(fixture::graph()));
    assert_eq!(app["sites"][0]["deprecated"]["remove_in"], "2.0.0");
    assert_eq!(referrers(app, "old"), json!([{"name": "middle-crate", "version": "0.3.0"}]));
    assert_eq!(referrers(app, "new"), json!([]));
    assert_eq!(referrers(other, "old"), json!([{"name": "elsewhere", "version": "0.1.0"}]));
    assert_eq!(other["application"], Value::Null);
    assert_eq!(audit["unread"], json!([]));
}

#[test]
fn a_binary_alone_is_explained_by_its_target_folder_or_not_at_all() {
    let workspace = Workspace::new();
    run(&workspace, &["audit", "-p", "app"], 0);
    let app = &json(&workspace, &["target/debug/app"])["binaries"][0];
    let deps = workspace.path().join("target/debug/deps").canonicalize().unwrap();
    assert_eq!(app["referrers_from"], "folder");
    assert_eq!(app["referrers_folder"], json!(deps));
    // What only the build script calls cannot be told apart here.
    let found = referrers(app, "old");
    assert!(found.as_array().unwrap().contains(&json!({"name": "middle_crate", "version": null})));

    let executable = workspace.path().join("target/debug/app");
    fs::copy(executable, workspace.path().join("copy")).unwrap();
    let copy = &json(&workspace, &["copy"])["binaries"][0];
    assert_eq!(copy["referrers_from"], "unknown");
    assert_eq!(copy["sites"][0]["referrers"], Value::Null);
    let (stdout, _) = run(&workspace, &["audit", "copy"], 0);
    let said = "used by       unknown: this file does not lie in its target folder\n";
    assert!(stdout.contains(said), "{stdout}");
}

#[test]
fn what_is_denied_is_found() {
    let workspace = Workspace::new();
    let (_, stderr) = run(&workspace, &["audit", "-p", "app", "--deny", "deprecated"], 1);
    assert!(stderr.ends_with("\nerror: `target/debug/app` links 1 deprecated API\n"), "{stderr}");
    run(&workspace, &["audit", "/bin/ls", "--deny", "deprecated"], 0);
    // What was not read completely is not known to be free of it.
    let elf = fs::read("/bin/ls").unwrap();
    fs::write(workspace.path().join("cut"), &elf[..elf.len() / 2]).unwrap();
    let (_, stderr) = run(&workspace, &["audit", "cut"], 0);
    assert!(stderr.starts_with("warning: cut: it is cut short"), "{stderr}");
    let (_, stderr) = run(&workspace, &["audit", "cut", "--deny", "deprecated"], 2);
    assert!(stderr.contains("\nerror: `cut` was not read completely: "), "{stderr}");
}

#[test]
fn a_bad_file_does_not_keep_the_others_from_being_read() {
    let workspace = Workspace::new();
    workspace.write("note", "a text and no program");
    let (stdout, stderr) = run(&workspace, &["audit", "note", "/bin/ls", "missing"], 2);
    assert!(stdout.starts_with("/bin/ls\n  no counted library"), "{stdout}");
    let said = "error: `note` is a text file, not an executable or a library\n\
                error: cannot open `missing`\n  because: ";
    assert!(stderr.starts_with(said), "{stderr}");
}

#[test]
fn the_graph_is_listed_when_asked_for() {
    let workspace = Workspace::new();
    let (stdout, _) = run(&workspace, &["audit", "-p", "app", "--graph"], 0);
    let listed = "    linked-one 1.0.0  crates.io\n    for-building 1.0.0  crates.io, build only\n";
    assert!(stdout.contains(listed), "{stdout}");
}

#[test]
fn verify_proves_that_nothing_is_there() {
    let workspace = Workspace::new();
    let own = env!("CARGO_BIN_EXE_cargo-headcount");
    let (stdout, _) = run(&workspace, &["audit", "--verify", own], 0);
    let proved = "holds nothing of headcount: no site and its record, no build record\n";
    assert!(stdout.ends_with(proved), "{stdout}");
    run(&workspace, &["audit", "-p", "app"], 0);
    let (stdout, _) = run(&workspace, &["audit", "--verify", "target/debug/app", own], 1);
    let found = "site records: 2; build records: 1; graphs of an application: 1\n";
    assert!(stdout.starts_with(&format!("target/debug/app holds headcount: {found}")), "{stdout}");
    run(&workspace, &["audit", "--verify", "missing", "target/debug/app"], 2);
}

#[test]
fn a_build_goes_where_it_is_told() {
    let workspace = Workspace::new();
    let (stdout, _) = run(&workspace, &["audit", "-p", "app", "--target-dir", "elsewhere"], 0);
    assert!(stdout.starts_with("elsewhere/debug/app\n"), "{stdout}");
    assert!(!workspace.path().join("target").exists());
}

#[test]
fn a_binary_is_not_built() {
    let workspace = Workspace::new();
    for options in ["--release", "--package=app", "--target-dir=elsewhere", "--all-features"] {
        let (_, stderr) = run(&workspace, &["audit", "/bin/ls", options], 2);
        let option = options.split('=').next().unwrap();
        assert!(stderr.contains(&format!("cannot be used with '{option}")), "{stderr}");
    }
}

#[test]
fn a_build_that_fails_is_an_error() {
    let workspace = Workspace::new();
    workspace.write("app/src/main.rs", "fn main() { nonsense }");
    let (_, stderr) = run(&workspace, &["audit", "-p", "app"], 2);
    assert!(stderr.contains("cannot find value `nonsense`"), "{stderr}");
    assert!(stderr.ends_with("error: cargo could not build this\n"), "{stderr}");
    let (_, stderr) = run(&workspace, &["audit", "-p", "middle-crate"], 2);
    assert!(stderr.contains("this build has no executable"), "{stderr}");
}
