//! Requests that no client would write: refused or answered, and the collector goes on as before.

#![cfg(target_os = "linux")]

#[allow(dead_code, reason = "shared with tests that use the rest")]
mod process;

use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use process::{BINARY, Folder, Serving, report};
use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};

/// Requests of each sender, and senders at once.
const REQUESTS: usize = 1_500;
const SENDERS: u8 = 8;

/// How long an answer is waited for before the sender says that it has no more to say.
const PATIENCE: Duration = Duration::from_millis(30);

/// Requests that are right, of every kind.
fn requests(token: &str) -> Vec<Vec<u8>> {
    let zstd = zstd::encode_all(report(1).as_bytes(), 3).unwrap();
    let manifest = "{\"headcount\":1,\"library\":\"counted\",\"version\":\"1.0.0\",\"features\":[],\
                    \"sites\":{\"a\":{\"kind\":\"fn\",\"deprecated\":{}}}}";
    let token = format!("authorization: Bearer {token}\r\n");
    [
        ("POST /v1/reports", "", report(2).into_bytes()),
        ("POST /v1/reports", "content-encoding: zstd\r\n", zstd),
        ("PUT /v1/libraries/counted/manifests/1.0.0", &token, manifest.into()),
        ("GET /v1/libraries/counted/removal?weeks=4&confidence=0.9", "", Vec::new()),
        ("GET /v1/libraries/counted/manifests/1.0.0", "", Vec::new()),
        ("GET /libraries/counted?weeks=13", "accept: text/html\r\n", Vec::new()),
        ("GET /metrics", "", Vec::new()),
    ]
    .map(|(head, headers, body)| {
        let length = body.len();
        let head = format!(
            "{head} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
             content-length: {length}\r\n{headers}\r\n"
        );
        [head.into_bytes(), body].concat()
    })
    .into()
}

/// Changes a request in a few places.
fn mutate(request: &mut Vec<u8>, others: &[Vec<u8>], rng: &mut TestRng) {
    for _ in 0..rng.random_range(1..4) {
        let start = rng.random_range(0..=request.len());
        let end = (start + rng.random_range(0..20)).min(request.len());
        let other = &others[rng.random_range(0..others.len())];
        match rng.random_range(0..7) {
            0 => drop(request.drain(start..end)),
            1 => request[start..end].fill(rng.random()),
            2 => request.insert(start, rng.random()),
            3 => {
                let part = request[start..end].repeat(rng.random_range(1..400));
                request.splice(start..start, part).for_each(drop);
            }
            4 => request.truncate(start),
            5 => {
                let from = rng.random_range(0..other.len());
                request.splice(start..end, other[from..].iter().copied()).for_each(drop);
            }
            _ => {
                let digits: Vec<usize> =
                    (0..request.len()).filter(|at| request[*at].is_ascii_digit()).collect();
                if !digits.is_empty() {
                    request[digits[rng.random_range(0..digits.len())]] =
                        rng.random_range(b'0'..=b'9');
                }
            }
        }
    }
}

/// Sends bytes, and returns all that comes back until the collector closes.
fn exchange(address: &str, request: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let _ = stream.write_all(request); // it may have closed already
    let (mut answer, mut part) = (Vec::new(), [0; 4096]);
    let begun = Instant::now();
    loop {
        match stream.read(&mut part) {
            Ok(0) => return answer,
            Ok(count) => answer.extend_from_slice(&part[..count]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                let _ = stream.shutdown(Shutdown::Write);
                assert!(begun.elapsed() < Duration::from_mins(1), "it does not close");
            }
            Err(_) => return answer,
        }
    }
}

/// The statuses of all answers on one connection.
fn statuses(answer: &[u8]) -> Vec<u16> {
    let text = String::from_utf8_lossy(answer);
    let heads = text.split("HTTP/1.1 ").skip(1);
    heads.filter_map(|head| head.get(..3)?.parse().ok()).collect()
}

fn descriptors(process: u32) -> usize {
    fs::read_dir(format!("/proc/{process}/fd")).unwrap().count()
}

fn resident_kib(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse().unwrap()
}

#[test]
fn mutated_requests_are_answered_and_leave_nothing_behind() {
    let folder = Folder::new();
    let token = folder.add_token();
    let log = folder.path("log").display().to_string();
    let script = format!("exec \"$0\" \"$@\" 2>>'{log}'");
    let mut arguments = vec!["-c".to_owned(), script, BINARY.to_owned()];
    arguments.extend(folder.serve());
    let serving = Serving::start("sh", &arguments);
    let requests = requests(&token);
    for request in &requests {
        let answer = exchange(&serving.address, request);
        assert!(statuses(&answer)[0] < 300, "{}", String::from_utf8_lossy(&answer));
    }
    let process = serving.process.id();
    let (open, resident) = (descriptors(process), resident_kib(process));

    let send = |seed: u8| {
        let mut rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
        let mut seen = BTreeMap::<u16, u32>::new();
        for number in 0..REQUESTS {
            let mut request = requests[rng.random_range(0..requests.len())].clone();
            mutate(&mut request, &requests, &mut rng);
            for status in statuses(&exchange(&serving.address, &request)) {
                let shown = String::from_utf8_lossy(&request);
                assert!(status < 500, "{status} for request {number} of sender {seed}: {shown}");
                *seen.entry(status).or_default() += 1;
            }
        }
        seen
    };
    let seen: Vec<_> = thread::scope(|scope| {
        let senders: Vec<_> = (0..SENDERS).map(|seed| scope.spawn(move || send(seed))).collect();
        senders.into_iter().map(|sender| sender.join().unwrap()).collect()
    });

    let mut statuses = BTreeMap::<u16, u32>::new();
    for (status, count) in seen.into_iter().flatten() {
        *statuses.entry(status).or_default() += count;
    }
    let growth = resident_kib(process).saturating_sub(resident);
    println!("answers by status: {statuses:?}; {growth} KiB more memory");
    assert!(statuses.len() > 5, "the mutations do not get far: {statuses:?}");
    assert!(growth < 32 << 10, "{growth} KiB more");
    let begun = Instant::now();
    while descriptors(process) > open {
        assert!(begun.elapsed() < Duration::from_secs(20), "descriptors are left open");
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(serving.request("POST /v1/reports", "", &report(3)).0, 200);
    serving.stop();
    let log = fs::read_to_string(log).unwrap();
    assert!(!log.contains("panicked") && !log.contains("ERROR"), "{log}");
    folder.check();
}
