//! A clock that is a year ahead or behind, for programs and for the sender: nothing that was said by
//! a right one is lost.

use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;
use std::{env, fs};

use headcount_report::{Report, Week};
use headcount_tests::{clean, fixtures, root, success};
use jiff::Timestamp;

use crate::collector::Collector;
use crate::machine::Machine;
use crate::recording::HITTER;

const YEAR: i64 = 365 * 24 * 60 * 60;

/// What makes a clock wrong.
static CLOCK: LazyLock<PathBuf> = LazyLock::new(|| {
    let library = fixtures().join("libclock.so");
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let mut build = clean(rustc);
    build.args(["--crate-type", "cdylib", "--edition", "2024", "-o"]).arg(&library);
    success(build.arg(root().join("tests/builds/clock.rs")));
    library
});

/// Gives a command a clock that is wrong by so much.
fn wrong(command: &mut Command, seconds: i64) -> &mut Command {
    command.env("LD_PRELOAD", &*CLOCK).env("WRONG_BY_SECONDS", seconds.to_string())
}

fn week(seconds: i64) -> Week {
    Week::at(Timestamp::from_second(Timestamp::now().as_second() + seconds).unwrap())
}

#[test]
fn a_program_says_in_which_week_it_believes_to_be() {
    for seconds in [YEAR, -YEAR] {
        let spool = tempfile::tempdir().unwrap();
        let mut hitter = clean(&*HITTER);
        hitter.args(["hit", "1"]).env("HEADCOUNT_SPOOL", spool.path());
        success(wrong(&mut hitter, seconds));
        assert!(spool.path().join(format!("{}.spool", week(seconds))).exists(), "{seconds}");
    }
}

#[test]
fn a_sender_in_the_wrong_year_loses_nothing() {
    let mut collector = Collector::new("http://127.0.0.1:0");
    collector.start();
    let machine = Machine::new();
    machine.ok(&format!("on --send-to {}", collector.url()));
    machine.hit(week(0).plus(-1), 1, collector.url(), &["s0"]);
    machine.hit(week(0), 2, collector.url(), &["s1"]);
    let spool = machine.names("spool");
    for seconds in [YEAR, -YEAR] {
        for words in ["status", "send", "on"] {
            success(wrong(&mut machine.command(words), seconds));
            assert_eq!(machine.names("spool"), spool, "`{words}` with a clock {seconds} s ahead");
        }
        assert_eq!(machine.reports("outbox").len() + machine.reports("sent").len(), 0);
    }
    // What somebody recorded meanwhile waits for its time, and hinders nothing.
    machine.hit(week(YEAR), 3, collector.url(), &["s2"]);
    machine.ok("send");
    let sent = machine.reports("sent");
    let [report] = sent.as_slice() else { panic!("{} reports", sent.len()) };
    let report = Report::decode(report).unwrap();
    assert_eq!(report.week, week(0).plus(-1));
    let left = [week(0), week(YEAR)].map(|week| format!("{week}.spool"));
    assert!(left.iter().all(|name| machine.names("spool").contains(name)));
    assert!(fs::read(machine.home().join("consent.json")).is_ok());
}
