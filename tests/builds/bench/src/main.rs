//! What a hit costs, next to the same code without: `bench CASE COUNT`.
//!
//! Run under callgrind by `cargo xtask bench`, which takes differences between cases and counts.

use std::fs::OpenOptions;
use std::hint::black_box;
use std::io::Write;

use bench::{counted, linked, plain, tiny_counted, tiny_linked, tiny_plain};

/// A site is saturated after this many hits.
const CEILING: u64 = 10_000;

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
        "append" => (0..count).for_each(|_| append()),
        other => panic!("no such case: {other}"),
    }
}

/// What whoever writes a line of the same length into a file of the spool cannot do without.
fn append() {
    let folder = std::env::var("HEADCOUNT_SPOOL").expect("a folder");
    let path = std::path::Path::new(&folder).join("lines");
    let mut file = OpenOptions::new().append(true).create(true).open(path).expect("a file");
    file.write_all(b"\nh 8f3a52c1d07be694 a1b2c3d4e5f60718 1 counted;").expect("room");
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
