//! `cargo headcount manifest`, from the command line to what a collector receives.
#![cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]

mod fixture;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread::{self, JoinHandle};

use fixture::Workspace;
use headcount_report::Manifest;

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
    assert_eq!(manifest.sites[&"old".parse().unwrap()].deprecated, fixture::site("old").deprecated);
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

#[test]
fn two_sites_of_one_name_are_refused() {
    let workspace = Workspace::new();
    workspace.counted(&["old", "new", "new"]);
    let output = workspace.headcount(&["manifest", "-p", "counted-library"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8(output.stderr).unwrap();
    let said = "error: counted-library has several sites named `new`; give each its own with \
                `name = \"...\"`\n";
    assert!(stderr.ends_with(said), "{stderr}");
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
