//! Ten thousand requests that nobody should send, and the collector is as well as before.

#![cfg(target_os = "linux")]

#[allow(dead_code, reason = "shared with tests that use the rest")]
mod process;

use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use fastrand::Rng;
use process::{BINARY, Folder, Serving, report};

/// Requests in all.
const REQUESTS: usize = 12_000;

/// After so many, the collector should have all the memory that it needs.
const WARM: usize = REQUESTS / 3;

/// Connections at once.
const THREADS: usize = 16;

/// More memory than after the first third of the requests, at most, in KiB.
const GROWTH_KIB: u64 = 16 << 10;

/// What the collector waits for longer than that, it is told that it will not come.
const PATIENCE: Duration = Duration::from_millis(100);

/// Longer than the collector ever waits for anything.
const HANGS: Duration = Duration::from_secs(50);

/// The documentation of the routes: those that it lists are the ones that are tried.
const DOCS: &str = include_str!("../../docs/api.md");

const MANIFEST: &str = r#"{"headcount": 1, "library": "counted", "version": "1.0.0", "features": [],
    "sites": {"a": {"kind": "fn", "deprecated": {"since": "1.0.0", "note": "use `b`"}}}}"#;

/// A valid request of each route, and those with a body in each coding.
fn seeds(token: &str) -> Vec<Vec<u8>> {
    let rows = DOCS
        .lines()
        .filter(|line| line.starts_with("| "))
        .filter_map(|line| line.split('|').nth(1));
    let spans = rows.flat_map(|cell| cell.split('`').skip(1).step_by(2));
    let routes = spans.filter(|span| {
        span.starts_with("GET /") || span.starts_with("PUT /") || span.starts_with("POST /")
    });
    let mut seeds = Vec::new();
    for route in routes {
        let head = route.replace("{library}", "counted").replace("{version}", "1.0.0");
        let from = "x-forwarded-for: 203.0.113.77\r\n".to_owned();
        let (headers, body) = match route.split(' ').next() {
            Some("POST") => (from, report(1)),
            Some("PUT") => {
                (format!("{from}authorization: Bearer {token}\r\n"), MANIFEST.to_owned())
            }
            _ => (from, String::new()),
        };
        seeds.push(request(&head, &headers, body.as_bytes()));
        if !body.is_empty() {
            let zstd = zstd::encode_all(body.as_bytes(), 3).unwrap();
            seeds.push(request(&head, &format!("{headers}content-encoding: zstd\r\n"), &zstd));
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            gzip.write_all(body.as_bytes()).unwrap();
            let gzip = gzip.finish().unwrap();
            seeds.push(request(&head, &format!("{headers}content-encoding: gzip\r\n"), &gzip));
        }
    }
    seeds
}

fn request(head: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "{head} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{headers}content-length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

/// Texts that parsers trip over.
const TOKENS: [&[u8]; 26] = [
    b"\r\n",
    b"\r\n\r\n",
    b"\0",
    b"\xff\xfe",
    b" ",
    b":",
    b"%00",
    b"%2e%2e/",
    b"//",
    b"?",
    b"#",
    b"?threshold=NaN&weeks=-1",
    b"?threshold=1e999&confidence=0.9999&weeks=26",
    b"?site=%ff",
    b"transfer-encoding: chunked\r\n",
    b"ffffffffffffffff\r\n",
    b"content-length: 18446744073709551616\r\n",
    b"content-length: -1\r\n",
    b"content-encoding: zstd\r\n",
    b"expect: 100-continue\r\n",
    b"HTTP/1.0",
    b"{\"headcount\": 1, \"week\": \"9999-W53\", \"sections\": []}",
    b"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    b"1e400",
    b"\"\\ud800\"",
    "ß\u{202e}𝟙".as_bytes(),
];

/// Changes a request in one place or a few.
fn mutated(seeds: &[Vec<u8>], rng: &mut Rng) -> Vec<u8> {
    let mut request = rng.choice(seeds).unwrap().clone();
    for _ in 0..rng.usize(1..=4) {
        let at = rng.usize(0..=request.len());
        let end = at + rng.usize(0..=(request.len() - at).min(40));
        match rng.u8(0..8) {
            0 if at < request.len() => request[at] ^= 1 << rng.u8(0..8),
            1 => drop(request.drain(at..end)),
            2 => drop(request.splice(at..at, rng.choice(TOKENS).unwrap().iter().copied())),
            3 => drop(request.splice(at..end, rng.choice(TOKENS).unwrap().iter().copied())),
            4 => request.truncate(at),
            5 => request.extend_from_within(at..end),
            6 => {
                let other = rng.choice(seeds).unwrap();
                request.truncate(at);
                request.extend_from_slice(&other[rng.usize(0..=other.len())..]);
            }
            _ => {
                let filler = vec![rng.u8(..); rng.usize(0..1 << 15)];
                drop(request.splice(at..at, filler));
            }
        }
    }
    request
}

/// Sends a request, reads whatever comes, and gives the statuses of all answers in it.
fn statuses(address: &str, request: &[u8]) -> Vec<u16> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    // It may be refused before the last byte of it is sent.
    let _ = stream.write_all(request);
    let mut answer = Vec::new();
    if read(&mut stream, &mut answer).is_err() {
        let _ = stream.shutdown(Shutdown::Write);
        stream.set_read_timeout(Some(HANGS)).unwrap();
        let is_over = read(&mut stream, &mut answer);
        assert!(is_over.is_ok(), "no end after {:?}", String::from_utf8_lossy(request));
    }
    let answer = String::from_utf8_lossy(&answer);
    // An answer may repeat a word of the request, but no status that is one.
    let answers = answer.split("HTTP/1.1 ").skip(1);
    answers.filter_map(|answer| answer.get(..3)?.parse().ok()).collect()
}

/// Reads to the end. A reset is one, too.
fn read(stream: &mut TcpStream, answer: &mut Vec<u8>) -> Result<(), ()> {
    match stream.read_to_end(answer) {
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
            Err(())
        }
        _ => Ok(()),
    }
}

/// Sends so many changed requests; counts the answers by their status.
fn attack(address: &str, seeds: &[Vec<u8>], seed: u64, count: usize) -> BTreeMap<u16, usize> {
    let left = AtomicUsize::new(count);
    let one_more =
        || left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
    let work = |thread| {
        let mut rng = Rng::with_seed(seed + thread);
        let mut counts = BTreeMap::new();
        while one_more().is_ok() {
            let request = mutated(seeds, &mut rng);
            for status in statuses(address, &request) {
                let request = String::from_utf8_lossy(&request);
                assert!(status < 500 || status == 503, "{status} for {request:?}");
                *counts.entry(status).or_insert(0) += 1;
            }
        }
        counts
    };
    let work = &work;
    thread::scope(|scope| {
        let threads: Vec<_> =
            (0..THREADS as u64).map(|thread| scope.spawn(move || work(thread))).collect();
        let mut all = BTreeMap::new();
        for (status, count) in threads.into_iter().flat_map(|thread| thread.join().unwrap()) {
            *all.entry(status).or_insert(0) += count;
        }
        all
    })
}

fn descriptors(process: u32) -> usize {
    fs::read_dir(format!("/proc/{process}/fd")).unwrap().count()
}

/// The memory that a process has, in KiB.
fn memory_kib(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse().unwrap()
}

#[test]
fn it_bears_requests_that_nobody_should_send() {
    let seed = std::env::var("SEED")
        .map_or_else(|_| Rng::new().u64(..1 << 32), |seed| seed.parse().unwrap());
    println!("SEED={seed} makes the same requests again");
    let folder = Folder::new();
    let token = folder.add_token();
    let log = folder.path("log");
    let script = format!("exec \"$0\" \"$@\" 2>>'{}'", log.display());
    let mut arguments = vec!["-c".to_owned(), script, BINARY.to_owned()];
    arguments.extend(folder.serve());
    arguments.extend(["--proxy-header", "x-forwarded-for"].map(str::to_owned));
    let mut serving = Serving::start("sh", &arguments);
    let process = serving.process.id();

    let seeds = seeds(&token);
    // Twice: before the manifest is registered, its library is not there.
    let as_they_are = |_| seeds.iter().map(|seed| statuses(&serving.address, seed)).collect();
    let [_, answers]: [Vec<_>; 2] = [0, 1].map(as_they_are);
    for (seed, answer) in seeds.iter().zip(answers) {
        assert_eq!(answer, [200], "{}", String::from_utf8_lossy(seed));
    }
    let before = descriptors(process);
    attack(&serving.address, &seeds, seed, WARM);
    let warm = memory_kib(process);
    let counts = attack(&serving.address, &seeds, !seed, REQUESTS - WARM);
    println!("{} kinds of requests; answers by status: {counts:?}", seeds.len());
    println!("{warm} KiB after {WARM} requests, {} KiB after all", memory_kib(process));
    assert!(memory_kib(process) < warm + GROWTH_KIB, "memory grew from {warm} KiB");
    // Connections end when their tasks have noticed.
    let are_closed = |_: &i32| {
        thread::sleep(Duration::from_millis(100));
        descriptors(process) <= before
    };
    assert!(
        (0..600).any(|wait| are_closed(&wait)),
        "{} descriptors, not {before}",
        descriptors(process)
    );
    assert!(counts[&200] > 0 && counts[&400] > 0, "{counts:?}");

    assert_eq!(serving.request("POST /v1/reports", "", &report(2)).0, 200);
    let (_, metrics) = serving.request("GET /metrics", "", "");
    // Answers that nobody waited for are counted there.
    assert!(!metrics.contains("status=\"500\""), "{metrics}");
    assert!(serving.process.try_wait().unwrap().is_none());
    drop(serving);
    let log = fs::read_to_string(log).unwrap();
    assert!(
        log.contains("started") && !log.contains("panicked") && !log.contains("ERROR"),
        "{log}"
    );
    folder.check();
}
