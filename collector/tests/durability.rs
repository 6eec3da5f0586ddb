//! A 2xx is sent after the sums are on disk: seen from outside, in the system calls.

#![cfg(target_os = "linux")]

#[allow(dead_code, reason = "shared with tests that use the rest")]
mod process;

use std::path::Path;
use std::time::{Duration, Instant};

use process::{BINARY, Folder, Serving, can_run, report};

/// What a line of the trace shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Event {
    /// Bytes of the report's end came in from a socket.
    Read,
    /// The store was written to.
    Write,
    /// The store was brought to the disk.
    Sync,
    /// The 2xx went out to a socket.
    Answer,
}

/// Occurs at the end of the report and nowhere else in what the process reads.
const MARK: &str = "5eeda1b2c3d4e5f60718293a4b5c6d7e";

#[test]
fn the_store_is_on_disk_before_the_answer_is_sent() {
    if !can_run("strace", &["-f", "-o", "/dev/null", "true"]) {
        return;
    }
    let folder = Folder::new();
    let trace = folder.path("trace");
    let mut arguments: Vec<String> = [
        "-D", // the tracer is the grandchild: who kills the child kills the collector
        "-f",
        "-y",
        "-s",
        "4096",
        "-e",
        "trace=network,read,readv,write,writev,pwrite64,fsync,fdatasync,sync_file_range",
        "-o",
    ]
    .map(str::to_owned)
    .to_vec();
    arguments.push(trace.display().to_string());
    arguments.push(BINARY.to_owned());
    arguments.extend(folder.serve());
    let serving = Serving::start("strace", &arguments);
    let body = report(0).replace(&format!("{:032x}", 0), MARK);
    let (status, answer) = serving.request("POST /v1/reports", "", &body);
    assert_eq!(status, 200, "{answer}");
    let lines = traced(&trace);
    drop(serving);

    let events = events(&lines);
    let first = |event| {
        events
            .iter()
            .position(|seen| *seen == event)
            .unwrap_or_else(|| panic!("no {event:?} in the trace:\n{}", lines.join("\n")))
    };
    assert_eq!(first(Event::Read), 0, "{events:?}");
    assert!(first(Event::Write) < first(Event::Sync), "{events:?}");
    assert!(first(Event::Sync) < first(Event::Answer), "{events:?}");
    let unsynced = events[..first(Event::Answer)].iter().rposition(|event| *event == Event::Write);
    let synced = events[..first(Event::Answer)].iter().rposition(|event| *event == Event::Sync);
    assert!(unsynced < synced, "something was written and not synchronised: {events:?}");
}

/// The lines of the trace, once the answer is among them.
fn traced(trace: &Path) -> Vec<String> {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let text = std::fs::read_to_string(trace).unwrap();
        if text.contains("HTTP/1.1 200 OK") || Instant::now() > deadline {
            return text.lines().map(str::to_owned).collect();
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The events from the moment the report was read.
///
/// A call that another thread interrupts takes two lines, `NAME(.. <unfinished ...>` and
/// `<... NAME resumed>..`: a write or a synchronisation counts from the line that ends it, and what
/// it was for stands in the one that begins it.
fn events(lines: &[String]) -> Vec<Event> {
    let mut pending: Vec<(&str, Event)> = Vec::new();
    let mut events = Vec::new();
    for line in lines {
        let (thread, call) = line.split_once(' ').unwrap_or((line, ""));
        let call = call.trim_start();
        let event = if call.starts_with("<...") {
            if call.contains(MARK) {
                Some(Event::Read)
            } else {
                let place = pending.iter().position(|(waiting, _)| *waiting == thread);
                place.map(|place| pending.remove(place).1)
            }
        } else {
            match event(call) {
                // The answer counts from its first moment: that is the worst case.
                Some(event) if call.contains("<unfinished") && event != Event::Answer => {
                    pending.push((thread, event));
                    None
                }
                event => event,
            }
        };
        events.extend(event);
    }
    let read = events.iter().position(|event| *event == Event::Read).unwrap_or(0);
    events.split_off(read)
}

fn event(call: &str) -> Option<Event> {
    let (name, rest) = call.split_once('(')?;
    let is_store = rest.contains("store.sqlite");
    match name {
        "read" | "readv" | "recvfrom" | "recvmsg" if call.contains(MARK) => Some(Event::Read),
        "fsync" | "fdatasync" if is_store => Some(Event::Sync),
        "write" | "pwrite64" | "writev" if is_store => Some(Event::Write),
        "write" | "writev" | "sendto" | "sendmsg" if call.contains("HTTP/1.1 200 OK") => {
            Some(Event::Answer)
        }
        _ => None,
    }
}

#[test]
fn a_trace_is_read_rightly() {
    let trace = format!(
        "10 pwrite64(5</t/store.sqlite-wal>, \"x\", 1, 0) = 1\n\
         11 recvfrom(9<socket:[1]>,  <unfinished ...>\n\
         12 fdatasync(5</t/store.sqlite-wal> <unfinished ...>\n\
         11 <... recvfrom resumed>\"{MARK}\", 99, 0, NULL, NULL) = 99\n\
         13 sendto(8<socket:[2]>, \"HTTP/1.1 200 OK\", 15 <unfinished ...>\n\
         12 <... fdatasync resumed>) = 0\n"
    );
    let lines: Vec<String> = trace.lines().map(str::to_owned).collect();
    assert_eq!(events(&lines), [Event::Read, Event::Answer, Event::Sync]);
}
