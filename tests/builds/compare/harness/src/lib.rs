//! What all programs of this workspace do: the same, whatever counts.

use std::hint::black_box;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

/// Calls after which each of them is at its usual speed: headcount has stopped to count.
const WARM_UP: u64 = 20_000;

/// How long calls are timed. The kernel tells processor time in steps of some milliseconds.
const SPAN: Duration = Duration::from_millis(200);

/// Calls between two looks at the clock.
const BATCH: u64 = 10_000;

/// Without arguments counts once and prints a line; `calls N` counts N times, which callgrind looks
/// at; `nanoseconds THREADS` says what a call takes in so many threads at once.
///
/// # Panics
/// At other arguments.
pub fn run(count: fn()) {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [] => {
            count();
            println!("Hello, world!");
        }
        ["calls", calls] => repeat(count, WARM_UP + calls.parse::<u64>().expect("a number")),
        ["nanoseconds", threads] => {
            repeat(count, WARM_UP);
            println!("{}", nanoseconds(count, threads.parse().expect("a number")));
        }
        _ => panic!("not known here: {arguments:?}"),
    }
}

fn repeat(count: fn(), calls: u64) {
    for _ in 0..calls {
        black_box(count)();
    }
}

/// Processor time of a call, the mean of all threads: on a busy machine they wait for their turn.
fn nanoseconds(count: fn(), threads: usize) -> f64 {
    let all: f64 = thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(|| of_one_thread(count))).collect();
        running.into_iter().map(|thread| thread.join().expect("counting ends")).sum()
    });
    all / threads as f64
}

fn of_one_thread(count: fn()) -> f64 {
    let (start, before) = (Instant::now(), processor_time());
    let mut calls = 0;
    while start.elapsed() < SPAN {
        repeat(count, BATCH);
        calls += BATCH;
    }
    (processor_time() - before) as f64 / calls as f64
}

/// Nanoseconds that this thread has run so far.
fn processor_time() -> u64 {
    let text = fs::read_to_string("/proc/thread-self/schedstat").expect("Linux tells it");
    let first = text.split(' ').next().unwrap_or_default();
    first.parse().expect("a number")
}
