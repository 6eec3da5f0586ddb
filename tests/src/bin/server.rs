//! Something like a server: runs until its input ends, does as that says, and reports what it does.
//!
//! Arguments are the home and the collector. Each line of the input is answered by one line.

use std::time::{Duration, Instant};
use std::{env, fs, io, process, thread};

use headcount::Reporter;
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{self, ForkResult};

headcount::library!(collector = "http://127.84.72.1:8472");

#[headcount::track_usage]
fn get() {}

#[headcount::deprecated_tracked(since = "0.1.0", note = "use `get`")]
fn post() {}

fn main() {
    get(); // before there is a reporter
    let mut arguments = env::args().skip(1);
    let mut builder = Reporter::builder(headcount::application!());
    builder = builder.home(arguments.next().expect("a home")).include_local(["headcount-tests"]);
    for collector in arguments {
        builder = builder.collector(collector);
    }
    let mut reporter = Some(builder.spawn());
    for line in io::stdin().lines() {
        let line = line.expect("a line");
        let words: Vec<_> = line.split(' ').collect();
        println!("{}", answer(&words, &mut reporter));
    }
}

fn answer(words: &[&str], reporter: &mut Option<Reporter>) -> String {
    match words {
        ["get", times] => repeat(times, get),
        #[expect(deprecated, reason = "users call it nevertheless")]
        ["post", times] => repeat(times, post),
        // Waits until the reporter has looked for the first time, and sent if it may.
        ["state"] => state(reporter.as_ref().expect("a reporter")),
        ["fork"] => fork(reporter),
        // Tells which threads are left.
        ["stop"] => {
            drop(reporter.take());
            threads().join(" ")
        }
        _ => panic!("`{words:?}` is no request"),
    }
}

/// Has a child that hits, drops the reporter and ends.
#[expect(unsafe_code, reason = "a fork amid threads: the child only does what is tested")]
fn fork(reporter: &mut Option<Reporter>) -> String {
    // SAFETY: the reporter's thread sleeps, and no other one holds a lock of the allocator's.
    match unsafe { unistd::fork() }.expect("a child") {
        ForkResult::Child => {
            repeat("150", get);
            drop(reporter.take());
            process::exit(0);
        }
        ForkResult::Parent { child } => match waitpid(child, None) {
            Ok(WaitStatus::Exited(_, code)) => format!("the child ended with {code}"),
            other => format!("the child did not end by itself: {other:?}"),
        },
    }
}

fn repeat(times: &str, request: fn()) -> String {
    (0..times.parse().expect("a number")).for_each(|_| request());
    "done".to_owned()
}

fn state(reporter: &Reporter) -> String {
    let start = Instant::now();
    while start.elapsed() < Duration::from_mins(2) {
        let state = reporter.state();
        if let Some(error) = state.error {
            return format!("error: {error}");
        }
        if let Some(sending) = state.sending {
            return serde_json::to_string(&sending.delivered).expect("JSON");
        }
        if let Some(rule) = state.decided_by.filter(|rule| !rule.is_on()) {
            return rule.to_string();
        }
        thread::sleep(Duration::from_millis(5));
    }
    panic!("the reporter has not looked in two minutes");
}

fn threads() -> Vec<String> {
    let threads = fs::read_dir("/proc/self/task").expect("threads");
    let names = threads.map(|thread| fs::read_to_string(thread.expect("one").path().join("comm")));
    names.map(|name| name.expect("a name").trim().to_owned()).collect()
}
