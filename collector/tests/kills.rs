//! Killed at any moment, the collector has counted each report that it acknowledged, and once.

#![cfg(target_os = "linux")]

#[allow(dead_code, reason = "shared with tests that use the rest")]
mod process;

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use process::{BINARY, Folder, Serving, can_run, report, request};
use rusqlite::Connection;

/// How often the collector is killed under load.
const KILLS: u32 = 50;

/// Who sends at once.
const SENDERS: u32 = 32;

/// What changes the store's files.
const CALLS: [&str; 4] = ["pwrite64", "fdatasync", "fsync", "ftruncate"];

/// A folder with a store in which `counted` is registered.
fn registered() -> Folder {
    let folder = Folder::new();
    let token = folder.add_token();
    let serving = Serving::start(BINARY, &folder.serve());
    assert_eq!(serving.register(&token), 201);
    serving.stop();
    folder
}

/// The same files in a folder of their own.
fn copy(folder: &Folder) -> Folder {
    let copy = Folder::new();
    for name in ["store.sqlite", "store.sqlite-wal"] {
        if folder.path(name).exists() {
            fs::copy(folder.path(name), copy.path(name)).unwrap();
        }
    }
    copy
}

/// Keeps the collector from writing for a while: what comes meanwhile is written in one group.
fn gather(folder: &Folder, meanwhile: impl FnOnce()) {
    let lock = Connection::open(folder.store()).unwrap();
    lock.busy_timeout(Duration::from_secs(20)).unwrap();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    meanwhile();
    thread::sleep(Duration::from_millis(50));
}

/// Groups that are in the log.
fn entries(folder: &Folder) -> u32 {
    let connection = Connection::open(folder.store()).unwrap();
    connection.query_row("SELECT count(*) FROM delta", [], |row| row.get(0)).unwrap()
}

/// Sends a report; says whether it was acknowledged.
fn send(address: &str, id: u32) -> bool {
    match request(address, "POST /v1/reports", "", report(id).as_bytes()) {
        Ok((200, _)) => true,
        Ok((503, _)) | Err(_) => false,
        Ok(other) => panic!("{other:?}"),
    }
}

/// Sends reports at once, and returns those that were acknowledged.
fn send_all(folder: &Folder, address: &str, ids: std::ops::Range<u32>) -> Vec<u32> {
    thread::scope(|scope| {
        let mut senders = Vec::new();
        gather(folder, || {
            senders.extend(ids.map(|id| scope.spawn(move || send(address, id).then_some(id))));
        });
        senders.into_iter().filter_map(|sender| sender.join().unwrap()).collect()
    })
}

/// Whatever happened: what was acknowledged is there, and whoever sends all again is counted once.
#[track_caller]
fn check(folder: &Folder, sent: std::ops::Range<u32>, acknowledged: &[u32], at: &str) {
    let serving = Serving::start(BINARY, &folder.serve());
    // Nothing is published of nothing.
    let called = serving.called().as_u64().unwrap_or(0);
    assert!(acknowledged.len() as u64 <= called && called <= u64::from(sent.end), "{at}: {called}");
    for id in sent.clone() {
        let (status, answer) = serving.request("POST /v1/reports", "", &report(id));
        assert_eq!(status, 200, "{at}: {answer}");
        let is_repeated = answer.contains("\"repeated\":1");
        assert!(is_repeated || !acknowledged.contains(&id), "{at}: {id} was lost");
    }
    assert_eq!(serving.called(), sent.end, "{at}");
    drop(serving);
    folder.check();
}

#[test]
fn under_load_each_acknowledged_report_counts_once() {
    let folder = registered();
    let address = Mutex::new(String::new());
    let (next, acknowledged, stop) = (AtomicU32::new(0), AtomicU32::new(0), AtomicBool::new(false));
    let work = || {
        while !stop.load(Ordering::Relaxed) {
            let id = next.fetch_add(1, Ordering::Relaxed);
            loop {
                let now = address.lock().unwrap().clone();
                if send(&now, id) {
                    break;
                }
                thread::sleep(Duration::from_millis(2));
            }
            acknowledged.fetch_add(1, Ordering::Relaxed);
        }
    };
    let mut logged = 0;
    let serve = || {
        let serving = Serving::start(BINARY, &folder.serve());
        serving.address.clone_into(&mut address.lock().unwrap());
        serving
    };
    let serving = thread::scope(|scope| {
        for _ in 0..SENDERS {
            scope.spawn(work);
        }
        for kill in 0..KILLS {
            let serving = serve();
            let before = acknowledged.load(Ordering::Relaxed);
            if kill % 2 == 0 {
                gather(&folder, || {});
            }
            while acknowledged.load(Ordering::Relaxed) <= before + kill * 7 % 40 {
                thread::sleep(Duration::from_micros(200));
            }
            drop(serving); // SIGKILL
            logged += u32::from(entries(&folder) > 0);
        }
        stop.store(true, Ordering::Relaxed);
        serve()
    });
    let acknowledged = acknowledged.into_inner();
    println!("{KILLS} kills, {acknowledged} reports; {logged} times there was a log to fold");
    assert!(logged > 0 && acknowledged >= KILLS);
    assert_eq!(serving.called(), acknowledged);
    serving.stop();
    folder.check();
}

#[test]
fn a_commit_is_whole_or_not_at_all() {
    if !can_run("strace", &["-f", "-o", "/dev/null", "true"]) {
        return;
    }
    let clean = registered();
    let sent = 0..SENDERS;
    let kills = each_kill(|call, nth| {
        let folder = copy(&clean);
        let mut serving = Serving::start(BINARY, &folder.serve());
        let mut strace = Command::new("strace")
            .args(inject(call, nth))
            .args(["-p", &serving.process.id().to_string()])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(strace.stderr.take().unwrap());
        let mut attached = String::new();
        said.read_line(&mut attached).unwrap();
        assert!(attached.contains("attached"), "{attached}");
        let acknowledged = send_all(&folder, &serving.address, sent.clone());
        // Whoever got no answer saw it die: its end may take a moment.
        let is_killed = acknowledged.len() < sent.len();
        if is_killed {
            assert_eq!(serving.process.wait().unwrap().signal(), Some(9));
        }
        drop(serving);
        strace.wait().unwrap();
        check(&folder, sent.clone(), &acknowledged, &format!("{call} {nth}"));
        is_killed
    });
    println!("a commit: {kills} kills");
    assert!(kills >= 5, "{kills}");
}

#[test]
fn a_fold_is_whole_or_not_at_all() {
    if !can_run("strace", &["-f", "-o", "/dev/null", "true"]) {
        return;
    }
    let folder = registered();
    let serving = Serving::start(BINARY, &folder.serve());
    let acknowledged = send_all(&folder, &serving.address, 0..SENDERS);
    drop(serving); // SIGKILL
    assert_eq!((acknowledged.len(), entries(&folder) > 0), (SENDERS as usize, true));
    // What was logged is folded at the start, before anything else.
    let kills = each_kill(|call, nth| {
        let folder = copy(&folder);
        let mut arguments = vec!["-D".to_owned()]; // who kills the child kills the collector
        arguments.extend(inject(call, nth));
        arguments.push(BINARY.to_owned());
        arguments.extend(folder.serve());
        let is_killed = Serving::try_start("strace", &arguments).is_none();
        check(&folder, 0..SENDERS, &acknowledged, &format!("{call} {nth}"));
        is_killed
    });
    println!("a fold: {kills} kills");
    assert!(kills >= 8, "{kills}");
}

/// Has `kill` kill at the first of each of [`CALLS`], the second, and so on until it says that none
/// was left. Returns how many there were.
fn each_kill(mut kill: impl FnMut(&str, u32) -> bool) -> u32 {
    let mut kills = 0;
    for call in CALLS {
        for nth in 1.. {
            if !kill(call, nth) {
                break;
            }
            kills += 1;
        }
    }
    kills
}

fn inject(call: &str, nth: u32) -> Vec<String> {
    let inject = format!("--inject={call}:signal=KILL:when={nth}");
    ["-f".to_owned(), "--output=/dev/null".to_owned(), format!("--trace={call}"), inject].to_vec()
}
