//! A collector that is told to stop answers what it has begun.

#![cfg(unix)]

#[allow(dead_code, reason = "shared with tests that use the rest")]
mod process;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;

use process::{BINARY, Folder, Serving, report};

/// The collector says this when it starts to read the body: the request is on its way.
const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

fn begin(serving: &Serving, length: usize) -> TcpStream {
    let mut stream = TcpStream::connect(&serving.address).unwrap();
    let head = format!(
        "POST /v1/reports HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\n\
         content-length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = vec![0; CONTINUE.len()];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(answer, CONTINUE);
    stream
}

#[test]
fn what_is_in_flight_is_answered_and_kept() {
    let folder = Folder::new();
    let mut serving = Serving::start(BINARY, &folder.serve());
    let bodies: Vec<String> = (0..20).map(report).collect();
    let streams: Vec<TcpStream> = bodies.iter().map(|body| begin(&serving, body.len())).collect();
    let id = serving.process.id().to_string();
    assert!(Command::new("kill").arg(&id).status().unwrap().success());
    while TcpStream::connect(&serving.address).is_ok() {
        std::thread::yield_now();
    }
    for (mut stream, body) in streams.into_iter().zip(&bodies) {
        stream.write_all(body.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.contains("\"admitted\":1"), "{answer}");
    }
    assert_eq!(serving.process.wait().unwrap().code(), Some(0));
    // SQLite removes its log when all is in the store.
    assert!(!folder.path("store.sqlite-wal").exists(), "the store was left open");
    let serving = Serving::start(BINARY, &folder.serve());
    for body in &bodies {
        let (_, answer) = serving.request("POST /v1/reports", "", body);
        assert!(answer.contains("\"repeated\":1"), "{answer}");
    }
}
