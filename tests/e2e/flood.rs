//! Thousands of short processes, as a test runner starts them, while the spool is packed.

use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use headcount_report::spool;
use headcount_sender::home::Home;
use headcount_sender::merge::Merged;
use headcount_sender::spool::Spool;
use headcount_tests::{clean, success};
use jiff::{SignedDuration, Timestamp};

use crate::recording::HITTER;

/// How many run, while the spool is packed over and over.
const PROCESSES: u64 = 2_000;

/// How many of them run at a time.
const AT_ONCE: u64 = 16;

#[test]
fn lines_that_programs_append_while_the_spool_is_packed_all_count() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path());
    fs::create_dir(home.spool()).unwrap();
    let spool = Spool::open(&home.spool()).unwrap();
    let _ = &*HITTER; // built before it is needed twice
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        let packing = scope.spawn(|| {
            let lock = home.lock_sending().unwrap();
            while !is_done.load(Ordering::Relaxed) {
                // As if each time were the next day: all that grew long is packed.
                spool.pack(Timestamp::now() + SignedDuration::from_hours(24), &lock).unwrap();
            }
        });
        let running: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(|| run(&home))).collect();
        for thread in running {
            thread.join().unwrap();
        }
        is_done.store(true, Ordering::Relaxed);
        packing.join().unwrap();
    });

    let mut packed = fs::read_dir(home.spool()).unwrap().map(|entry| entry.unwrap().path());
    assert!(packed.any(|path| path.extension().is_some_and(|end| end == "gz")));
    let mut merged = Merged::default();
    for week in spool.weeks().unwrap() {
        let lines = spool::decode(&spool.read(week).unwrap());
        assert_eq!((lines.unreadable, spool.dropped(week)), (0, 0));
        merged.extend(lines.lines);
    }
    assert_eq!(merged.processes().len() as u64, PROCESSES);
    let counts: BTreeMap<_, _> = merged.usage(|_| Some(())).remove(&()).unwrap().counts;
    let counts: Vec<_> = counts.values().copied().collect();
    assert_eq!(counts, [100 * PROCESSES; 12]);
}

/// Runs a share of the processes, one after the other.
fn run(home: &Home) {
    for _ in 0..PROCESSES / AT_ONCE {
        let mut command = clean(&*HITTER);
        command.arg("hit").args(["150"; 12]).env("HEADCOUNT_SPOOL", home.spool());
        success(&mut command);
    }
}
