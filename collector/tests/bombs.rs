//! Bodies that would cost much memory, and cost the collector little.

#![cfg(target_os = "linux")]

#[allow(dead_code, reason = "shared with tests that use the rest")]
mod process;

use std::fmt::Write as _;
use std::io::Write;
use std::sync::mpsc::channel;
use std::thread;

use flate2::Compression;
use flate2::write::GzEncoder;
use process::{BINARY, Folder, Serving, exchange, report, running_week};
use rusqlite::Connection;

/// A mebibyte of zeros, compressed: repeated, it is still one valid body.
fn gzip_mebibyte() -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![0; 1 << 20]).unwrap();
    encoder.finish().unwrap()
}

fn zstd_mebibyte() -> Vec<u8> {
    zstd::encode_all(&*vec![0; 1 << 20], 3).unwrap()
}

/// The same report, but nothing says beforehand how long it is.
fn chunked(coding: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST /v1/reports HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
         content-encoding: {coding}\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n",
        body.len()
    );
    [head.as_bytes(), body, b"\r\n0\r\n\r\n"].concat()
}

/// The most memory that a process ever had, in KiB.
fn peak_kib(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse().unwrap()
}

#[test]
fn a_bomb_is_refused_with_bounded_memory() {
    let folder = Folder::new();
    let serving = Serving::start(BINARY, &folder.serve());
    assert_eq!(serving.request("POST /v1/reports", "", &report(1)).0, 200);
    let (gzip, zstd) = (gzip_mebibyte(), zstd_mebibyte());
    let times = |bytes: usize, frame: &[u8]| frame.repeat(bytes / frame.len());
    let unread = " ".repeat(2 << 20);
    assert_eq!(serving.request("POST /v1/reports", "", &unread).0, 413);
    let growth = |bombs: &[(&str, Vec<u8>)]| {
        let before = peak_kib(serving.process.id());
        for (coding, bomb) in bombs {
            let encoding = format!("content-encoding: {coding}\r\n");
            let (status, answer) = serving.request("POST /v1/reports", &encoding, bomb);
            assert_eq!(status, 413, "{} bytes of {coding}: {answer}", bomb.len());
        }
        peak_kib(serving.process.id()) - before
    };
    // Ten megabytes of what inflates to ten gigabytes and more are not read.
    let refused = growth(&[("gzip", times(10 << 20, &gzip)), ("zstd", times(10 << 20, &zstd))]);
    // Nor are they where the limit is found while they come.
    let before = peak_kib(serving.process.id());
    for (coding, frame) in [("gzip", &gzip), ("zstd", &zstd)] {
        let request = chunked(coding, &times(10 << 20, frame));
        let (status, answer) = exchange(&serving.address, &request).unwrap();
        assert_eq!(status, 413, "{coding} in chunks: {answer}");
    }
    let stopped = peak_kib(serving.process.id()) - before;
    // What the body's own limit lets in, a gigabyte and more, costs a few times that limit.
    let inflated = growth(&[("gzip", times(1 << 20, &gzip)), ("zstd", times(1 << 20, &zstd))]);
    println!("at the peak, {refused} KiB more, then {stopped}, then {inflated}");
    assert!(refused < 2 << 10 && stopped < 2 << 10, "{refused} KiB, {stopped} KiB");
    assert!(inflated < 8 << 10, "{inflated} KiB");
    assert_eq!(serving.request("POST /v1/reports", "", &report(2)).0, 200);
}

/// The largest report, of what takes most memory for its length: versions of many dependencies.
fn largest_report(number: usize) -> Vec<u8> {
    let mut dependencies = String::new();
    for at in 0..900 {
        let _ = write!(dependencies, "\"d{at}\":[\"1.0.0\"],");
    }
    let dependencies = dependencies.trim_end_matches(',');
    let mut body = format!("{{\"headcount\":1,\"week\":\"{}\",\"sections\":[", running_week());
    for section in 0..66 {
        let _ = write!(
            body,
            "{{\"id\":\"{:032x}\",\"library\":\"counted\",\"version\":\"1.0.0\",\"origin\":\
             \"developer\",\"scanned\":true,\"dependencies\":{{{dependencies}}},\"sites\":{{}}}},",
            number * 1_000 + section
        );
    }
    body.pop();
    body.push_str("]}");
    assert!(body.len() > 900 << 10 && body.len() <= 1 << 20, "{}", body.len());
    zstd::encode_all(body.as_bytes(), 3).unwrap()
}

/// So many of the largest reports come at once, while the store takes nothing.
const LARGEST: usize = 48;

/// Memory that they may take, in KiB: a few times what was measured.
const WAITING_KIB: u64 = 800 << 10;

#[test]
fn reports_that_wait_have_bounded_memory() {
    let folder = Folder::new();
    let token = folder.add_token();
    let serving = Serving::start(BINARY, &folder.serve());
    assert_eq!(serving.register(&token), 201);
    let before = peak_kib(serving.process.id());
    let writer = Connection::open(folder.store()).unwrap();
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (answered, answers) = channel();
    thread::scope(|scope| {
        for number in 0..LARGEST {
            let (answered, serving) = (answered.clone(), &serving);
            scope.spawn(move || {
                let body = largest_report(number);
                let encoding = "content-encoding: zstd\r\n";
                let (status, answer) = serving.request("POST /v1/reports", encoding, &body);
                answered.send((status, answer)).unwrap();
            });
        }
    });
    drop(answered);
    let refused = answers.iter().filter(|(status, answer)| {
        // A store that is locked for so long has failed; on a slow machine the time is over first.
        assert!(matches!(status, 408 | 500 | 503), "{status} {answer}");
        answer.contains("too many reports")
    });
    assert!(refused.count() > LARGEST / 2, "they all found room");
    writer.execute_batch("COMMIT").unwrap();
    let waiting = peak_kib(serving.process.id()) - before;
    println!("at the peak, {waiting} KiB more");
    assert!(waiting < WAITING_KIB, "{waiting} KiB");
    assert_eq!(serving.request("POST /v1/reports", "", &report(1)).0, 200);
}
