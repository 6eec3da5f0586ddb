//! `cargo headcount manifest`, from the command line to what a collector receives.
#![cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]

mod fixture;
mod library;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Output;
use std::thread::{self, JoinHandle};

use fixture::Workspace;
use headcount_report::Manifest;
use library::Library;
use serde_json::{Value, json};

/// A collector that answers one request and returns what it received.
fn collector(status: &'static str, body: &'static str) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let served = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut received = Vec::new();
        let mut buffer = [0; 4096];
        while !is_complete(&received) {
            let length = stream.read(&mut buffer).unwrap();
            assert_ne!(length, 0, "the request is cut short");
            received.extend(&buffer[..length]);
        }
        let length = body.len();
        let head =
            format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n");
        write!(stream, "{head}\r\n{body}").unwrap();
        String::from_utf8(received).unwrap()
    });
    (address, served)
}

fn is_complete(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let head = head.to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    length.is_none_or(|length| body.len() >= length.parse::<usize>().unwrap())
}

#[track_caller]
fn check(manifest: &[u8]) {
    let manifest = Manifest::decode(manifest).unwrap();
    assert_eq!(
        (manifest.library.as_str(), manifest.version.as_str()),
        ("counted-library", "1.4.2")
    );
    let paths: Vec<_> = manifest.sites.keys().map(ToString::to_string).collect();
    assert_eq!(paths, ["new", "old", "unused"]);
    assert_eq!(manifest.sites["old"].deprecated, fixture::site("old").deprecated);
    let features: Vec<_> = manifest.features.iter().map(ToString::to_string).collect();
    assert_eq!(features, ["std", "tls"]);
}

#[test]
fn all_sites_of_the_library_also_unused_ones() {
    let workspace = Workspace::new();
    let named = workspace.headcount(&["manifest", "-p", "counted-library"]).output().unwrap();
    assert_eq!(named.status.code(), Some(0), "{}", String::from_utf8_lossy(&named.stderr));
    check(&named.stdout);
    let path = "counted-library/Cargo.toml";
    let output = workspace.headcount(&["manifest", "--manifest-path", path]).output().unwrap();
    assert_eq!(output.stdout, named.stdout);
    let output = workspace.headcount(&["manifest", "--out", "manifest.json"]).output().unwrap();
    assert_eq!((output.status.code(), output.stdout), (Some(0), vec![]));
    check(&fs::read(workspace.path().join("manifest.json")).unwrap());
}

/// What a command said to a person, after its status was looked at.
#[track_caller]
fn said(output: &Output, status: i32) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{stderr}");
    if status == 2 { stderr.into_owned() } else { String::from_utf8_lossy(&output.stdout).into() }
}

#[test]
fn two_sites_of_one_name_are_refused_with_both_places() {
    let library = Library::new();
    // Debug information is not the library's own choice here.
    let rest = "[dependencies]\nheadcount = \"0.1\"\n\n[features]\nstd = []\nfast = [\"std\"]\n\
                quiet = [\"headcount/disabled\"]\nsilent = [\"quiet\"]\n\n[profile.dev]\ndebug = 0\n";
    let head = "[package]\nname = \"colliding\"\nversion = \"0.3.0\"\nedition = \"2021\"\n";
    library.write("Cargo.toml", &format!("{head}\n{rest}"));
    let root = "//! Counted.

headcount::library!();

pub mod other;

pub struct Client;

#[headcount::track_usage]
impl Client {
    #[inline]
    pub fn all<T: Clone>(&self, of: &[T]) -> Vec<T> {
        headcount::used!(\"client::all\");
        of.to_vec()
    }
}

#[headcount::track_usage(name = \"Client::all\")]
pub fn all() {}
";
    let other = "
#[inline]
pub fn twice() -> (Vec<u8>, Vec<u16>) {
    headcount::used!(\"client::all\");
    (crate::Client.all(&[1]), crate::Client.all(&[2]))
}
";
    library.write("src/lib.rs", root);
    library.write("src/other.rs", other);
    let error = said(&library.headcount(&["manifest"]), 2);
    let expected = "error: colliding has several sites of one name; give each its own, with \
                    `name = \"...\"`\n  \
                    `Client::all`\n    src/lib.rs:9, in colliding::Client::all\n    \
                    src/lib.rs:18, in colliding::all\n  \
                    `client::all`\n    src/lib.rs:13, in colliding::Client::all\n    \
                    src/other.rs:4, in colliding::other::twice\n";
    assert!(error.ends_with(expected), "{error}");

    // Two copies of the generic function are one site.
    library.write("src/lib.rs", &root.replace("(name = \"Client::all\")", ""));
    library.write("src/other.rs", &other.replace("client::all", "client::twice"));
    let manifest = said(&library.headcount(&["manifest"]), 0);
    let manifest = Manifest::decode(manifest.as_bytes()).unwrap();
    let paths: Vec<_> = manifest.sites.keys().map(ToString::to_string).collect();
    assert_eq!(paths, ["Client::all", "all", "client::all", "client::twice"]);

    let error = said(&library.headcount(&["manifest", "--all-features"]), 2);
    let reason = "counting is off in this build: colliding turns on `headcount/disabled` by its \
                  feature `quiet`, `silent`. List the sites with all other features: \
                  `--no-default-features --features fast,std`\n";
    assert!(error.ends_with(reason), "{error}");
}

#[test]
fn sites_of_other_platforms_are_merged() {
    let workspace = Workspace::new();
    let run = |arguments: &[&str]| {
        let command = [&["manifest", "-p", "counted-library"], arguments].concat();
        workspace.headcount(&command).output().unwrap()
    };
    let mut other: Value = serde_json::from_slice(&run(&[]).stdout).unwrap();
    other["sites"].as_object_mut().unwrap().remove("new");
    other["sites"]["windows::only"] = json!({"kind": "fn"});
    workspace.write("windows.json", &other.to_string());
    let merged: Value = serde_json::from_str(&said(&run(&["--merge", "windows.json"]), 0)).unwrap();
    let paths: Vec<_> = merged["sites"].as_object().unwrap().keys().collect();
    assert_eq!(paths, ["new", "old", "unused", "windows::only"]);

    other["sites"]["old"]["deprecated"]["since"] = json!("1.3.0");
    other["sites"]["windows::only"] = json!({"kind": "method"});
    workspace.write("again.json", &other.to_string());
    let error = said(&run(&["--merge", "windows.json", "again.json"]), 2);
    let (_, error) = error.split_once("error: ").unwrap();
    assert_eq!(
        error,
        "this build and `again.json` are not of the same source\n  `old`: fn, deprecated, since \
         \"1.2.0\", remove_in \"2.0.0\", note \"use `new`\\u{1b}[31m\" (this build), fn, deprecated, \
         since \"1.3.0\", remove_in \"2.0.0\", note \"use `new`\\u{1b}[31m\" (`again.json`)\n"
    );
    other["sites"]["old"]["deprecated"]["since"] = json!("1.2.0");
    workspace.write("again.json", &other.to_string());
    let error = said(&run(&["--merge", "windows.json", "again.json"]), 2);
    let expected = "error: `windows.json` and `again.json` are not of the same source\n  \
                    `windows::only`: fn (`windows.json`), method (`again.json`)\n";
    assert!(error.ends_with(expected), "{error}");
}

#[test]
fn a_check_refuses_what_would_lose_or_mix_counts() {
    let workspace = Workspace::new();
    let run = |arguments: &[&str]| {
        let command = [&["manifest", "-p", "counted-library"], arguments].concat();
        workspace.headcount(&command).output().unwrap()
    };
    let published = |version: &str, sites: Value| {
        let manifest = json!({"headcount": 1, "library": "counted-library", "version": version,
            "features": [], "sites": sites});
        workspace.write(&format!("{version}.json"), &manifest.to_string());
    };
    let old = json!({"kind": "fn", "deprecated": {"note": "gone soon"}});
    published("1.4.1", json!({"new": {"kind": "fn"}, "retired": old}));
    let output = said(&run(&["--check", "1.4.1.json"]), 0);
    assert_eq!(
        output,
        "added    old\nadded    unused\nretired  retired  it was deprecated\n\
         counted-library 1.4.2, 3 sites: nothing is refused\n"
    );

    published("1.4.1", json!({"close": {"kind": "fn"}, "new": {"kind": "method"}}));
    published("1.3.0", json!({"unused": {"kind": "fn"}}));
    let check = ["--check", "1.4.1.json", "1.3.0.json"];
    let output = said(&run(&[&check[..], &["--out", "new.json"]].concat()), 1);
    assert_eq!(
        output,
        "removed       close   deprecate it before, or keep its name by `name = \"..\"`\n\
         reused        unused  a site of this name ended with 1.3.0; take another\n\
         kind changed  new     fn, was method; give it another `name`\n\
         added         old\n\
         counted-library 1.4.2, 3 sites: 3 changes are refused\n"
    );
    assert!(!workspace.path().join("new.json").exists(), "what is refused is not written");
    let output = said(&run(&[&check[..], &["--json"]].concat()), 1);
    assert_eq!(
        serde_json::from_str::<Value>(&output).unwrap(),
        json!({"library": "counted-library", "version": "1.4.2", "published": ["1.4.1", "1.3.0"],
            "refused": true, "added": ["old"], "retired": [], "removed": ["close"],
            "reused": {"unused": {"last_in": "1.3.0"}},
            "kind_changed": {"new": {"was": "method", "is": "fn"}}, "deprecation_changed": {}})
    );
    assert!(said(&run(&["--out", "new.json"]), 0).is_empty());
    let output = said(&run(&["--check", "new.json"]), 0);
    assert_eq!(output, "counted-library 1.4.2, 3 sites: nothing changed\n");
    workspace.write("new.json", "{}");
    assert!(said(&run(&["--check", "new.json"]), 2).contains("error: cannot use `new.json`"));
}

#[test]
fn the_folder_says_which_library_is_meant() {
    let workspace = Workspace::new();
    let root = "[package]\nname = \"root\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
                [workspace]\nmembers = [\"counted-library\"]\n";
    workspace.write("Cargo.toml", root);
    workspace.write("src/lib.rs", "");
    let error = said(&workspace.headcount(&["manifest"]).output().unwrap(), 2);
    assert!(error.contains("none of the packages built is a counted library"), "{error}");
    let folder = workspace.path().join("counted-library");
    let mut command = workspace.headcount(&["manifest"]);
    check(said(&command.current_dir(folder).output().unwrap(), 0).as_bytes());
}

#[test]
fn a_library_without_sites_is_no_counted_one() {
    let workspace = Workspace::new();
    let output = workspace.headcount(&["manifest", "-p", "middle-crate"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("none of the packages built is a counted library"), "{stderr}");
}

#[test]
fn registering_puts_the_manifest_with_the_token() {
    let workspace = Workspace::new();
    let (address, served) = collector("200 OK", "{}");
    let arguments = ["manifest", "-p", "counted-library", "--register", &address];
    let output = workspace.headcount(&arguments).env("HEADCOUNT_TOKEN", "secret").output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert!(stderr.ends_with("registered counted-library 1.4.2: 3 sites\n"), "{stderr}");
    assert_eq!(output.stdout, b"");
    let request = served.join().unwrap();
    let line = "PUT /v1/libraries/counted-library/manifests/1.4.2 HTTP/1.1\r\n";
    assert!(request.starts_with(line), "{request}");
    assert!(request.contains("authorization: Bearer secret\r\n"), "{request}");
    check(request.split_once("\r\n\r\n").unwrap().1.as_bytes());
}

#[test]
fn a_refusal_is_shown() {
    let workspace = Workspace::new();
    let (address, served) = collector("403 Forbidden", r#"{"error": "the token is for another"}"#);
    let arguments = ["manifest", "-p", "counted-library", "--register", &address];
    let mut command = workspace.headcount(&[&arguments[..], &["--token-env", "MINE"]].concat());
    let output = command.env("MINE", "secret").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8(output.stderr).unwrap();
    let said = format!(
        "error: {address} refused the manifest: the token is for another (403 Forbidden)\n"
    );
    assert!(stderr.ends_with(&said), "{stderr}");
    served.join().unwrap();
}

#[test]
fn without_a_token_nothing_is_sent() {
    let workspace = Workspace::new();
    let arguments = ["manifest", "-p", "counted-library", "--register", "http://127.0.0.1:9"];
    let output = workspace.headcount(&arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("set HEADCOUNT_TOKEN to the token"), "{stderr}");
}
