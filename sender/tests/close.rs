//! Closing weeks: once, whole, and nothing that was said before a yes.

mod machine;

use std::collections::BTreeSet;
use std::fs;

use headcount_report::{Fact, Facts, SectionId};
use headcount_sender::courier::Courier;
use headcount_sender::deliver::{Which, deliver, withdraw};
use headcount_sender::remark::Remark;
use machine::{COLLECTOR, Machine, noon, record};

const OTHER: &str = "https://other.example";

fn facts(words: &[Fact]) -> Facts {
    words.iter().copied().collect()
}

#[test]
fn a_finished_week_becomes_a_report_and_its_spool_goes() {
    let machine = Machine::new();
    let consent = machine.consent(&[COLLECTOR]);
    let build = machine.build(&record("counted-library", COLLECTOR));
    for process in 0..100 {
        machine.hit("2026-W47", process, build, 1, "client::send");
    }
    machine.hit("2026-W47", 7, build, 100, "client::old");
    machine.hit("2026-W48", 7, build, 1, "client::send");

    let closing = machine.close(&consent, "2026-11-24");
    assert!(closing.remarks.is_empty(), "{:?}", closing.remarks);
    let reports = machine.reports("outbox");
    let [(name, report)] = reports.as_slice() else { panic!("{reports:?}") };
    assert!(name.starts_with("2026-W47--count.example.org-"), "{name}");
    assert_eq!(report.week.to_string(), "2026-W47");
    let [section] = report.sections.as_slice() else { panic!("{report:?}") };
    assert!(!section.scanned);
    let sites: Vec<_> = section.sites.iter().map(|(path, facts)| (path.as_str(), facts)).collect();
    let called = facts(&[Fact::Called, Fact::Called100]);
    assert_eq!(sites, [("client::old", &called), ("client::send", &called)]);
    assert!(!machine.spool_file("2026-W47").exists());
    assert!(machine.spool_file("2026-W48").exists());
}

#[test]
fn the_first_minute_of_a_week_belongs_to_slow_programs() {
    let machine = Machine::new();
    let consent = machine.consent(&[COLLECTOR]);
    let build = machine.build(&record("counted-library", COLLECTOR));
    machine.hit("2026-W47", 1, build, 1, "a");
    let running =
        |text: &str| headcount_sender::close::running_week(text.parse().unwrap()).to_string();
    assert_eq!(running("2026-11-23T00:00:59Z"), "2026-W47");
    assert_eq!(running("2026-11-23T00:01:00Z"), "2026-W48");
    machine.close(&consent, "2026-11-22");
    assert!(machine.reports("outbox").is_empty());
}

#[test]
fn a_running_week_that_was_closed_is_never_written_again() {
    let machine = Machine::new();
    let consent = machine.consent(&[COLLECTOR]);
    let build = machine.build(&record("counted-library", COLLECTOR));
    machine.hit("2026-W47", 1, build, 1, "a");
    machine.close_through(&consent, "2026-11-19", "2026-W47");
    let first = machine.reports("outbox");
    assert_eq!(first.len(), 1);
    assert!(machine.spool_file("2026-W47").exists(), "programs still append to it");

    assert!(machine.close_through(&consent, "2026-11-19", "2026-W47").remarks.is_empty());
    machine.hit("2026-W47", 1, build, 1, "b");
    machine.hit("2026-W47", 2, build, 1, "b");
    for (day, still_there) in [("2026-11-20", true), ("2026-11-24", false)] {
        let closing = machine.close_through(&consent, day, "2026-W47");
        let late = Remark::Late {
            week: "2026-W47".parse().unwrap(),
            collector: COLLECTOR.parse().unwrap(),
            lines: 2,
        };
        assert_eq!(closing.remarks, [late].into());
        assert!(closing.closed.is_empty());
        assert_eq!(machine.reports("outbox"), first);
        assert_eq!(machine.spool_file("2026-W47").exists(), still_there);
    }
}

#[test]
fn a_kill_between_two_reports_costs_neither() {
    let machine = Machine::new();
    let both = machine.consent(&[COLLECTOR, OTHER]);
    let one = machine.build(&record("counted-library", COLLECTOR));
    let other = machine.build(&record("other-library", OTHER));
    machine.hit("2026-W47", 1, one, 1, "a");
    machine.hit("2026-W47", 1, other, 1, "b");
    // As if killed after the first: only one collector's report is there, and the spool.
    let spool = fs::read(machine.spool_file("2026-W47")).unwrap();
    let mut only_one = both.clone();
    only_one.collectors.retain(|url, _| url.as_str() == COLLECTOR);
    machine.close(&only_one, "2026-11-24");
    fs::write(machine.spool_file("2026-W47"), spool).unwrap();
    let first = machine.reports("outbox");
    assert_eq!(first.len(), 1);

    machine.close(&both, "2026-11-24");
    let reports = machine.reports("outbox");
    assert_eq!(reports.len(), 2);
    assert!(reports.contains(&first[0]), "the first was written anew");
    assert_eq!(reports[1].1.sections[0].library.as_str(), "other-library");
    assert!(!machine.spool_file("2026-W47").exists());
}

#[test]
fn nothing_that_was_said_before_a_yes_is_sent() {
    let machine = Machine::new();
    let build = machine.build(&record("counted-library", COLLECTOR));
    machine.hit("2026-W47", 1, build, 1, "before");
    let consent = machine.consent(&[COLLECTOR]);
    machine.hit("2026-W47", 1, build, 100, "before");
    machine.hit("2026-W47", 1, build, 1, "after");
    machine.hit("2026-W47", 2, build, 1, "another");
    machine.hit("2026-W48", 1, build, 1, "next_week");
    machine.close_through(&consent, "2026-11-24", "2026-W48");
    let said: Vec<_> = machine
        .reports("outbox")
        .iter()
        .flat_map(|(_, report)| report.sections.clone())
        .flat_map(|section| section.sites.into_keys())
        .map(|path| path.to_string())
        .collect();
    assert_eq!(said, ["another", "next_week"]);
}

#[test]
fn without_a_yes_nothing_is_written_and_nothing_deleted() {
    let machine = Machine::new();
    let consent = machine.consent(&[OTHER]);
    let build = machine.build(&record("counted-library", COLLECTOR));
    machine.hit("2026-W47", 1, build, 1, "a");
    machine.close(&machine.consent(&[]), "2026-11-24");
    assert!(machine.spool_file("2026-W47").exists());
    machine.close(&consent, "2026-11-24");
    assert!(machine.reports("outbox").is_empty(), "the library names another collector");
}

#[test]
fn a_week_that_no_collector_takes_is_dropped_with_a_line() {
    let machine = Machine::new();
    let consent = machine.consent(&[COLLECTOR]);
    let build = machine.build(&record("counted-library", COLLECTOR));
    machine.hit("2026-W42", 1, build, 1, "a");
    machine.hit("2026-W43", 1, build, 1, "a");
    let closing = machine.close(&consent, "2026-11-19");
    assert_eq!(closing.remarks, [Remark::TooOld { week: "2026-W42".parse().unwrap() }].into());
    let weeks: Vec<_> = closing.closed.iter().map(|one| one.week.to_string()).collect();
    assert_eq!(weeks, ["2026-W43"]);
}

#[test]
fn what_cannot_be_read_is_counted_and_costs_nothing_else() {
    let machine = Machine::new();
    let consent = machine.consent(&[COLLECTOR]);
    let build = machine.build(&record("counted-library", COLLECTOR));
    machine.append("2026-W47", b"\nh torn");
    machine.hit("2026-W47", 1, build, 1, "a");
    machine.append("2026-W47", b"\n\xff\xfe;");
    machine.hit("2026-W47", 1, build ^ 1, 1, "a");
    let bad = machine.home.spool().join("build-0000000000000001.json");
    fs::write(bad, serde_json::to_string(&record("another", COLLECTOR)).unwrap()).unwrap();
    let week = "2026-W47".parse().unwrap();
    let closing = machine.close(&consent, "2026-11-24");
    let expect = [
        Remark::Unreadable { week, lines: 2 },
        Remark::UnknownBuild { week, hits: 1 },
        Remark::BadBuilds { files: 1 },
    ];
    assert_eq!(closing.remarks, expect.into());
    assert_eq!(machine.reports("outbox")[0].1.sections.len(), 1);
}

#[test]
fn ids_are_random() {
    let ids: BTreeSet<SectionId> = (0..20)
        .map(|_| {
            let machine = Machine::new();
            let consent = machine.consent(&[COLLECTOR]);
            let build = machine.build(&record("counted-library", COLLECTOR));
            machine.hit("2026-W47", 1, build, 1, "a");
            machine.close(&consent, "2026-11-24");
            machine.reports("outbox")[0].1.sections[0].id
        })
        .collect();
    assert_eq!(ids.len(), 20);
}

#[test]
fn what_a_killed_sender_left_goes() {
    let machine = Machine::new();
    let consent = machine.consent(&[COLLECTOR]);
    let build = machine.build(&record("counted-library", COLLECTOR));
    machine.hit("2026-W47", 1, build, 1, "a");
    drop(machine.home.lock_sending().unwrap());
    let half_written = machine.home.outbox().join(".headcount-unfinished-Ab12Cd");
    let about_nothing = machine.home.outbox().join("2026-W46--count.example.org-0123.about");
    for file in [&half_written, &about_nothing] {
        fs::write(file, "{\"headcount\": 1, \"we").unwrap();
    }
    for _ in 0..2 {
        machine.close(&consent, "2026-11-24");
        assert!(!half_written.exists() && !about_nothing.exists());
        let outbox = fs::read_dir(machine.home.outbox()).unwrap();
        assert_eq!(outbox.count(), 2, "a report and what is said about it");
    }
}

#[test]
fn only_one_process_sends_and_a_dead_one_does_not_block() {
    let machine = Machine::new();
    let lock = machine.home.lock_sending().unwrap();
    assert!(machine.home.try_lock_sending().unwrap().is_none());
    drop(lock);
    assert!(machine.home.try_lock_sending().unwrap().is_some());
}

#[test]
fn a_withdrawn_report_is_not_sent_and_not_written_again() {
    let machine = Machine::new();
    let consent = machine.consent(&[COLLECTOR]);
    let build = machine.build(&record("counted-library", COLLECTOR));
    machine.hit("2026-W47", 1, build, 1, "a");
    machine.close_through(&consent, "2026-11-19", "2026-W47");
    let lock = machine.home.lock_sending().unwrap();
    withdraw(&machine.home, noon("2026-11-19"), |_| true, &lock).unwrap();
    drop(lock);
    machine.close_through(&consent, "2026-11-19", "2026-W47");
    assert!(machine.reports("outbox").is_empty());
    assert_eq!(machine.reports("refused").len(), 1);
}

#[test]
fn a_report_that_waited_too_long_goes_nowhere() {
    let machine = Machine::new();
    let consent = machine.consent(&[COLLECTOR]);
    consent.save(&machine.home).unwrap();
    let build = machine.build(&record("counted-library", COLLECTOR));
    machine.hit("2026-W42", 1, build, 1, "a");
    machine.close(&consent, "2026-11-12");
    assert_eq!(machine.reports("outbox").len(), 1);
    let lock = machine.home.lock_sending().unwrap();
    let delivered =
        deliver(&machine.home, noon("2026-11-19"), Which::Due, &mut Courier::default(), &lock)
            .unwrap();
    assert!(format!("{delivered:?}").contains("waited so long"), "{delivered:?}");
    assert_eq!(machine.reports("refused").len(), 1);
}

#[test]
fn a_clock_that_runs_ahead_closes_and_drops_nothing() {
    let machine = Machine::new();
    let consent = machine.consent(&[COLLECTOR]);
    let build = machine.build(&record("counted-library", COLLECTOR));
    machine.hit("2026-W46", 1, build, 1, "a");
    machine.hit("2026-W47", 1, build, 1, "a");
    let closing = machine.close(&consent, "2027-11-19");
    let newest = "2026-W47".parse().unwrap();
    assert_eq!(closing.remarks, [Remark::Clock { newest }].into());
    assert!(machine.spool_file("2026-W46").exists() && machine.spool_file("2026-W47").exists());
    assert!(machine.reports("outbox").is_empty());

    machine.hit("2026-W47", 2, build, 1, "b");
    machine.close(&consent, "2026-11-24");
    let reports = machine.reports("outbox");
    let weeks: Vec<_> = reports.iter().map(|(_, report)| report.week.to_string()).collect();
    assert_eq!(weeks, ["2026-W46", "2026-W47"]);
    assert_eq!(reports[1].1.sections[0].sites.len(), 2, "what came after the jump is in it");
}

/// After a long absence the clock is believed as soon as a program has recorded something by it.
#[test]
fn old_weeks_go_once_something_newer_is_there() {
    let machine = Machine::new();
    let consent = machine.consent(&[COLLECTOR]);
    let build = machine.build(&record("counted-library", COLLECTOR));
    machine.hit("2026-W40", 1, build, 1, "a");
    machine.close(&consent, "2026-11-19");
    assert!(machine.spool_file("2026-W40").exists());
    machine.hit("2026-W47", 2, build, 1, "a");
    let closing = machine.close(&consent, "2026-11-19");
    assert_eq!(closing.remarks, [Remark::TooOld { week: "2026-W40".parse().unwrap() }].into());
    assert!(!machine.spool_file("2026-W40").exists());
}

/// A report that waits is not put away because of a clock; the collector's own decides.
#[test]
fn a_clock_that_runs_ahead_refuses_no_report_that_waits() {
    let machine = Machine::new();
    let nobody = "http://127.0.0.1:1"; // no collector listens there
    let consent = machine.consent(&[nobody]);
    consent.save(&machine.home).unwrap();
    let build = machine.build(&record("counted-library", nobody));
    machine.hit("2026-W47", 1, build, 1, "a");
    machine.close(&consent, "2026-11-24");
    let lock = machine.home.lock_sending().unwrap();
    deliver(&machine.home, noon("2027-11-24"), Which::All, &mut Courier::default(), &lock).unwrap();
    assert_eq!(machine.reports("outbox").len(), 1);
    assert!(machine.reports("refused").is_empty());
}
