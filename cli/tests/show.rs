//! `show`: the exact bytes, and nothing changed.

mod collector;
mod machine;

use collector::{Answer, Collector};
use headcount_report::Report;
use machine::{Machine, this_week, today};

const COLLECTOR: &str = "https://count.example.org";

#[test]
fn without_consent_there_is_nothing_and_nothing_changes() {
    let machine = Machine::new();
    let ran = machine.run("show");
    assert_eq!((ran.status, ran.stdout.as_str()), (0, ""));
    assert!(ran.stderr.contains("nothing was ever allowed"), "{}", ran.stderr);
    assert!(machine.files().is_empty());
    assert!(!machine.home().exists());
}

#[test]
fn a_collector_without_a_yes_gets_nothing_but_can_be_looked_at() {
    let machine = Machine::new();
    machine.ok("on");
    machine.use_library(this_week(), 1, "counted-library", COLLECTOR);
    let before = machine.files();
    let ran = machine.run("show");
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.contains(&format!("show --collector {COLLECTOR}")), "{}", ran.stderr);

    let ran = machine.run(&format!("show --collector {COLLECTOR}"));
    assert!(ran.stderr.contains("gets nothing"), "{}", ran.stderr);
    let report = Report::decode(ran.stdout.as_bytes()).unwrap();
    assert_eq!(report.sections[0].library.as_str(), "counted-library");
    assert_eq!(machine.files(), before);
}

#[test]
fn what_is_shown_is_what_is_sent() {
    let machine = Machine::new();
    let collector = Collector::answering(&[Answer::Lose, Answer::taken()]);
    machine.ok(&format!("on --send-to {}", collector.url));
    machine.use_library(this_week(), 1, "counted-library", &collector.url);
    machine.run(&format!("send --through {}", today()));

    let waiting = machine.ok("show");
    machine.ok("send");
    let requests = collector.requests();
    assert_eq!(requests.len(), 2);
    for request in requests {
        assert_eq!(String::from_utf8(request.body).unwrap(), waiting);
    }
    assert_eq!(machine.ok("show --sent"), waiting);
    assert_eq!(machine.ok("show"), "");
    assert_eq!(machine.ok("show --sent --through 2020-01-01"), "");
    assert_eq!(machine.ok(&format!("show --sent --collector {COLLECTOR}")), "");
}

#[test]
fn each_field_is_explained_and_no_other() {
    let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/collected-data.md");
    let docs = std::fs::read_to_string(docs).unwrap();
    let rows = docs.split_once("| field |").unwrap().1.lines().skip(2);
    let documented: Vec<_> = rows
        .take_while(|line| line.starts_with('|'))
        .map(|row| row.split('`').nth(1).unwrap().to_owned())
        .collect();
    let ran = Machine::new().run("show --explain");
    assert_eq!(ran.stdout, "", "only reports are there");
    let table = ran.stderr.lines().skip_while(|line| !line.starts_with("field ")).skip(1);
    let explained: Vec<_> =
        table.filter_map(|line| line.split_whitespace().next()).map(String::from).collect();
    assert_eq!(explained, documented);
}
