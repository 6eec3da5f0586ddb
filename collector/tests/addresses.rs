//! One network adds so much and no more, and nothing that the collector writes says which it was.

#![cfg(unix)]

#[allow(dead_code, reason = "shared with tests that use the rest")]
mod process;

use process::{BINARY, Folder, Serving, report};
use serde_json::Value;

/// Starts a collector that takes three sections from each network and logs all it can to a file.
fn serve(folder: &Folder, log_format: &str) -> Serving {
    let log = folder.path("log").display().to_string();
    let script = format!("exec \"$0\" \"$@\" 2>>'{log}'");
    let mut arguments = vec!["-c".to_owned(), script, BINARY.to_owned()];
    arguments.extend(folder.serve());
    let rules = ["--sections-per-prefix", "3", "--proxy-header", "x-forwarded-for"];
    let log = ["--log-level", "trace", "--log-format", log_format];
    arguments.extend(rules.into_iter().chain(log).map(str::to_owned));
    Serving::start("sh", &arguments)
}

#[test]
fn a_network_adds_so_much_and_leaves_no_trace() {
    leaves_no_trace("text");
}

#[test]
fn nor_does_it_in_json() {
    leaves_no_trace("json");
}

fn leaves_no_trace(log_format: &str) {
    let folder = Folder::new();
    let token = folder.add_token();
    let serving = serve(&folder, log_format);
    let mut written = Vec::new();
    let mut reports = 0;
    let mut send = |from: &str| {
        reports += 1;
        let header = format!("x-forwarded-for: {from}\r\n");
        let (status, answer) = serving.request("POST /v1/reports", &header, &report(reports));
        assert_eq!(status, 200, "{answer}");
        let parsed: Value = serde_json::from_str(&answer).unwrap();
        written.extend(answer.into_bytes());
        match (parsed["admitted"].as_u64(), parsed["over_limit"].as_u64()) {
            (Some(1), Some(0)) => true,
            (Some(0), Some(1)) => false,
            _ => panic!("{parsed}"),
        }
    };
    for host in 1..=3 {
        assert!(send(&format!("203.0.113.{host}")));
        assert!(send(&format!("2001:db8:77:{host}::1")));
    }
    assert!(!send("203.0.113.77") && !send("2001:db8:77:ffff::1"), "the network's fourth");
    assert!(!send("198.51.100.1, 203.0.113.77"), "what the client wrote before the proxy");
    assert!(send("198.51.100.1") && send("2001:db8:78::1"), "other networks");

    let from = "x-forwarded-for: 203.0.113.77\r\n";
    for (head, body) in [
        ("POST /v1/reports", "{"),
        ("POST /v1/nothing", ""),
        ("PUT /v1/libraries/counted/manifests/1.0.0", "{}"),
        ("GET /v1/libraries/counted/removal", ""),
        ("GET /v1/libraries", ""),
        ("GET /", ""),
        ("BREW /", ""),
        ("no request", ""),
    ] {
        written.extend(serving.request(head, from, body).1.into_bytes());
    }
    let too_long = " ".repeat(2 << 20);
    written.extend(serving.request("POST /v1/reports", from, &too_long).1.into_bytes());
    let manifest = r#"{"headcount": 1, "library": "counted", "version": "1.0.0", "features": [],
        "sites": {"a": {"kind": "fn"}}}"#;
    for (token, expected) in [(format!("{token}77"), 401), (token.clone(), 201)] {
        let headers = format!("{from}authorization: Bearer {token}\r\n");
        let head = "PUT /v1/libraries/counted/manifests/1.0.0";
        let (status, answer) = serving.request(head, &headers, manifest);
        assert_eq!(status, expected, "{answer}");
        written.extend(answer.into_bytes());
    }
    written.extend(serving.request("GET /metrics", from, "").1.into_bytes());
    drop(serving);
    drop(serve(&folder, log_format)); // which reads what the first one wrote

    for entry in std::fs::read_dir(folder.store().parent().unwrap()).unwrap() {
        written.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    let holds = |part: &[u8]| written.windows(part.len()).any(|window| window == part);
    for read in ["CREATE TABLE sums", "over_limit", "refused a token", "connections_total{end="] {
        assert!(holds(read.as_bytes()), "`{read}` was not read");
    }
    assert!(!holds(token.as_bytes()), "the token was written");
    for part in ["203.0.113", "198.51.100", "2001:db8", "2001:0db8", "127.0.0.1", "forwarded"] {
        assert!(!holds(part.as_bytes()), "`{part}` was written");
    }
    for octets in [[203, 0, 113, 77], [198, 51, 100, 1], [0x20, 0x01, 0x0d, 0xb8]] {
        let backwards: Vec<u8> = octets.iter().rev().copied().collect();
        assert!(!holds(&octets) && !holds(&backwards), "{octets:?} was written");
    }
}
