//! Something like a server: runs until its input ends, does as that says, and reports what it does.
//!
//! Arguments are the home and the collector. Each line of the input is answered by one line.

use std::time::{Duration, Instant};
use std::{env, fs, io, thread};

use headcount::Reporter;

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
        // Tells which threads are left.
        ["stop"] => {
            drop(reporter.take());
            threads().join(" ")
        }
        _ => panic!("`{words:?}` is no request"),
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
