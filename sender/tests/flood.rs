//! Thousands of short processes: the spool stays small, and packing it changes nothing.

mod machine;

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use headcount_report::spool::{FileIdentity, Line, dropped_file_name};
use headcount_report::{Week, spool};
use headcount_sender::merge::Merged;
use headcount_sender::remark::Remark;
use jiff::{SignedDuration, Timestamp};
use machine::{COLLECTOR, Machine, record};

const WEEK: &str = "2026-W47";

fn week() -> Week {
    WEEK.parse().unwrap()
}

/// Packs, so many hours from now.
fn pack(machine: &Machine, hours: i64) {
    let lock = machine.home.lock_sending().unwrap();
    machine.spool().pack(Timestamp::now() + SignedDuration::from_hours(hours), &lock).unwrap();
}

fn read(machine: &Machine) -> Vec<u8> {
    machine.spool().read(week()).unwrap()
}

fn merged(bytes: &[u8]) -> Merged {
    spool::decode(bytes).lines.into_iter().collect()
}

/// What processes of one test suite say: each runs one of 40 executables, and uses 12 of 500 sites,
/// others than the process before.
fn say(machine: &Machine, build: u64, processes: std::ops::Range<u64>) {
    let mut lines = Vec::new();
    for number in processes {
        let process = number.wrapping_mul(0x9e37_79b9_7f4a_7c15); // each with other digits
        let executable = number % 40;
        let path = PathBuf::from(format!("/home/me/project/target/debug/deps/suite-{executable}"));
        let file = FileIdentity { path, size_bytes: 4_000_000, mtime_ns: 1, inode: executable };
        lines.extend(Line::Executable { process, file }.encode());
        for nth in 0..12 {
            let site = (number * 7 + nth * (1 + number % 41)) % 500;
            let site = format!("client::Client::method_{site}").parse().unwrap();
            lines.extend(Line::Hit { process, build, count: 1, site }.encode());
        }
    }
    machine.append(WEEK, &lines);
}

/// Bytes in a folder.
fn bytes(folder: &Path) -> u64 {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum()
}

#[test]
fn twenty_thousand_processes_take_less_than_five_megabytes_and_lose_no_site() {
    let machine = Machine::new();
    let build = machine.build(&record("counted-library", COLLECTOR));
    let mut said = Vec::new();
    for day in 0..2 {
        say(&machine, build, day * 10_000..(day + 1) * 10_000);
        said = read(&machine);
        pack(&machine, i64::try_from(day).unwrap() * 24);
    }
    assert!(said.len() > 12 << 20, "{}", said.len());
    let packed = bytes(machine.spool().folder());
    println!("{} bytes of lines take {packed}", said.len());
    assert!(packed < 5_000_000, "{packed}");
    assert!(read(&machine) == said, "a byte changed");
    let merged = merged(&said);
    assert_eq!(merged.processes().len(), 20_000);
    assert_eq!(merged.usage(|_| Some(()))[&()].counts.len(), 500);

    machine.close(&machine.consent(&[]), "2026-11-19");
    let consent = machine.consent(&[COLLECTOR]);
    assert!(machine.close_through(&consent, "2026-11-19", WEEK).closed.is_empty());
    say(&machine, build, 20_000..20_100);
    machine.close(&consent, "2026-11-24");
    assert_eq!(machine.reports("outbox")[0].1.sections.len(), 1, "only what came after the yes");
    assert!(machine.spool().weeks().unwrap().is_empty());
}

/// More than programs write into one file: most of it was packed, on four days.
#[test]
#[ignore = "packs a hundred megabytes"]
fn a_spool_of_fifty_megabytes_is_one_section() {
    let machine = Machine::new();
    let build = machine.build(&record("counted-library", COLLECTOR));
    let line = |process, site: &str| {
        let site = format!("client::{}::{site}", "module".repeat(38)).parse().unwrap();
        Line::Hit { process, build, count: 100, site }.encode()
    };
    let (mut process, mut bytes) = (0, 0);
    for day in 0..4 {
        let mut lines = Vec::new();
        while lines.len() < 13 << 20 {
            process += 1;
            lines.extend(["a", "b", "c", "d"].map(|site| line(process, site)).concat());
        }
        bytes += lines.len();
        machine.append(WEEK, &lines);
        pack(&machine, day * 24);
    }
    assert_eq!((bytes, read(&machine).len()), (bytes, bytes));
    assert!(bytes > 50_000_000, "{bytes}");
    assert_eq!(merged(&read(&machine)).processes().len() as u64, process);
    machine.close(&machine.consent(&[]), "2026-11-19");
    let mut consent = machine.consent(&[]);
    consent.allow(COLLECTOR.parse().unwrap(), Timestamp::UNIX_EPOCH, &[].into());
    machine.close(&consent, "2026-11-24");
    let reports = machine.reports("outbox");
    let [section] = &reports[0].1.sections[..] else { panic!("{reports:?}") };
    assert_eq!(section.sites.len(), 4);
    assert!(machine.spool().weeks().unwrap().is_empty());
}

/// A program that is stopped between opening the file and writing to it.
#[test]
fn a_line_that_comes_while_the_file_is_packed_is_not_lost() {
    let machine = Machine::new();
    let build = machine.build(&record("counted-library", COLLECTOR));
    say(&machine, build, 0..5_000);
    let mut slow = OpenOptions::new().append(true).open(machine.spool_file(WEEK)).unwrap();
    pack(&machine, 0);
    assert!(!machine.spool_file(WEEK).exists());
    say(&machine, build, 5_000..10_000);
    pack(&machine, 0);
    assert!(machine.spool_file(WEEK).exists(), "the slow program's file was replaced");
    let site = "client::slow".parse().unwrap();
    slow.write_all(&Line::Hit { process: 1, build, count: 1, site }.encode()).unwrap();
    let said = merged(&read(&machine));
    assert_eq!(said.processes().len(), 10_001);
    for hours in [0, 0, 1, 2] {
        pack(&machine, hours);
        assert!(merged(&read(&machine)) == said, "a line was lost");
    }
    assert!(!machine.spool_file(WEEK).exists(), "nobody can still write to the one before");
}

#[test]
fn a_kill_after_packing_and_before_emptying_changes_no_sum() {
    let machine = Machine::new();
    let build = machine.build(&record("counted-library", COLLECTOR));
    say(&machine, build, 0..5_000);
    let before = fs::read(machine.spool_file(WEEK)).unwrap();
    pack(&machine, 0);
    let aside = machine.spool_file(WEEK).with_extension("spool.aside");
    assert_eq!(fs::metadata(&aside).unwrap().len(), 0);
    fs::write(&aside, &before).unwrap();
    for _ in 0..2 {
        assert!(merged(&read(&machine)) == merged(&before), "a sum changed");
        pack(&machine, 0);
    }
}

#[test]
fn a_damaged_packed_file_costs_its_rest_only() {
    let machine = Machine::new();
    let build = machine.build(&record("counted-library", COLLECTOR));
    say(&machine, build, 0..5_000);
    pack(&machine, 0);
    let packed = machine.spool_file(WEEK).with_extension("spool.gz");
    let whole = fs::read(&packed).unwrap();
    fs::write(&packed, &whole[..whole.len() / 2]).unwrap();
    let read = spool::decode(&read(&machine));
    assert!(read.lines.len() > 10_000, "{}", read.lines.len());
    assert!((1..=2).contains(&read.unreadable), "{}", read.unreadable);
}

#[test]
fn a_short_file_is_left_alone() {
    let machine = Machine::new();
    let build = machine.build(&record("counted-library", COLLECTOR));
    say(&machine, build, 0..10);
    pack(&machine, 0);
    assert_eq!(machine.spool_file(WEEK).metadata().unwrap().len(), read(&machine).len() as u64);
}

#[test]
fn what_programs_dropped_is_said() {
    let machine = Machine::new();
    let build = machine.build(&record("counted-library", COLLECTOR));
    machine.hit(WEEK, 1, build, 1, "a");
    fs::write(machine.home.spool().join(dropped_file_name(week())), "...").unwrap();
    let closing = machine.close(&machine.consent(&[COLLECTOR]), "2026-11-24");
    assert_eq!(closing.remarks, [Remark::Dropped { week: week(), lines: 3 }].into());
    assert_eq!(machine.spool().dropped(week()), 0, "it is said once");
}
