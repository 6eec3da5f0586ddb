//! What a hit costs, next to the same code without: `bench CASE COUNT`.
//!
//! Run under callgrind by `cargo xtask bench`, which takes differences between cases and counts.

use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;

headcount::library!();

/// A site is saturated after this many hits.
const CEILING: u64 = 10_000;

macro_rules! forms {
    ($($(#[$attribute:meta])* $name:ident)*) => {
        $(
            $(#[$attribute])*
            fn $name(value: u32) -> u32 {
                value.wrapping_mul(3) ^ (value >> 1)
            }
        )*
    };
}

forms! {
    #[inline(never)]
    plain
    #[inline(never)]
    #[headcount::track_usage]
    counted
    #[inline(never)]
    #[headcount::track_usage(linked)]
    linked
    #[inline(always)]
    tiny_plain
    #[inline(always)]
    #[headcount::track_usage]
    tiny_counted
    #[inline(always)]
    #[headcount::track_usage(linked)]
    tiny_linked
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let count: u64 = arguments[2].parse().expect("a count");
    match arguments[1].as_str() {
        "plain" => calls(count, plain),
        "linked" => calls(count, linked),
        "below" => calls(count.min(CEILING), counted),
        "saturated" => {
            calls(CEILING, counted);
            calls(count, counted);
        }
        "loop_plain" => sums(count, tiny_plain),
        "loop_linked" => sums(count, tiny_linked),
        "loop_counted" => {
            calls(CEILING, tiny_counted);
            sums(count, tiny_counted);
        }
        "threads" => threads(count),
        other => panic!("no such case: {other}"),
    }
}

#[inline(always)]
fn calls(count: u64, call: impl Fn(u32) -> u32) {
    for value in 0..count {
        black_box(call(value as u32));
    }
}

/// Sums over 1,000 values, so many times.
#[inline(always)]
fn sums(count: u64, call: impl Fn(u32) -> u32) {
    let values: Vec<u32> = (0..1_000).collect();
    for _ in 0..count {
        let values = black_box(&values).iter();
        black_box(values.map(|value| call(*value)).fold(0, u32::wrapping_add));
    }
}

/// Nanoseconds a call at one thread and at two: a saturated hit, and a counter that is added to.
fn threads(count: u64) {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    calls(CEILING, counted);
    let added = |value| {
        COUNTER.fetch_add(1, Relaxed);
        plain(value)
    };
    for (name, call) in [("hit", &counted as &(dyn Fn(u32) -> u32 + Sync)), ("fetch_add", &added)] {
        let [one, two] = [1, 2].map(|threads| nanoseconds(threads, count, call));
        println!("{name} {one:.2} {two:.2}");
    }
}

fn nanoseconds(threads: usize, count: u64, call: &(dyn Fn(u32) -> u32 + Sync)) -> f64 {
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| calls(count, call));
        }
    });
    start.elapsed().as_nanos() as f64 / count as f64
}
