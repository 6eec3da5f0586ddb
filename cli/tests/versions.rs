//! Two versions of `cargo headcount` on one machine: what the other wrote is read, or refused; it is
//! never lost.

mod collector;
mod machine;

use std::fs;

use collector::{Answer, Collector};
use machine::{Machine, this_week, today};

#[test]
fn a_newer_consent_is_refused_and_kept() {
    let machine = Machine::new();
    machine.ok("on");
    machine.use_library(this_week(), 1, "counted-library", "https://count.example.org");
    let newer = r#"{"headcount": 2, "record": {"programs": "all"}, "surprise": [1, 2]}"#;
    fs::write(machine.home().join("consent.json"), newer).unwrap();
    let before = machine.files();
    for words in ["on", "on --send-to https://count.example.org", "send"] {
        let ran = machine.run(words);
        assert_eq!(ran.status, 2, "{words}: {}", ran.stdout);
        assert!(ran.stderr.contains("format 2, of another version"), "{words}: {}", ran.stderr);
    }
    let said = machine.ok("status");
    assert!(said.contains("off: ") && said.contains("format 2, of another version"), "{said}");
    assert!(machine.files() == before, "something was changed");

    // Off is off, whoever said on.
    machine.ok("off");
    assert!(machine.ok("status").contains("off: you said `cargo headcount off`"));
}

#[test]
fn a_newer_report_waits_for_who_can_send_it() {
    let collector = Collector::answering(&[Answer::Say(500, String::new())]);
    let machine = Machine::new();
    machine.ok(&format!("on --send-to {}", collector.url));
    machine.use_library(this_week(), 1, "counted-library", &collector.url);
    let send = format!("send --through {}", today());
    assert_eq!(machine.run(&send).status, 1);
    assert_eq!(collector.requests().len(), 1);

    let files = machine.files().into_iter().map(|(path, _)| path);
    let waiting = files.filter(|path| path.starts_with(machine.home().join("outbox")));
    let report = waiting.into_iter().find(|path| path.extension().is_some_and(|it| it == "json"));
    let report = report.expect("a report waits");
    let newer = r#"{"headcount": 2, "month": "2026-11", "sections": []}"#;
    fs::write(&report, newer).unwrap();
    let ran = machine.run(&send);
    assert_eq!(ran.status, 1, "{}", ran.stdout);
    assert!(ran.stderr.contains("report format 2 is unknown"), "{}", ran.stderr);
    assert_eq!(fs::read_to_string(report).unwrap(), newer);
    assert!(collector.requests().is_empty(), "it was sent");
}

/// What is optional was not there once.
#[test]
fn an_older_consent_is_read() {
    let machine = Machine::new();
    machine.ok("on");
    let older = r#"{"headcount": 1, "record": true, "since": "2026-11-01T12:00:00Z"}"#;
    fs::write(machine.home().join("consent.json"), older).unwrap();
    let said = machine.ok("status");
    assert!(said.contains("on: you said") && said.contains("since 2026-11-01 12:00 UTC"), "{said}");
}
