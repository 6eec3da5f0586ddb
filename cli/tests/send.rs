//! `send`: once, the same bytes on every try, to nobody else.

mod collector;
mod machine;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use collector::{Answer, Collector};
use headcount_report::Report;
use machine::{Machine, Ran, this_week, today};
use serde_json::Value;

/// A machine with one used library and a yes to its collector.
fn machine_for(collector: &Collector) -> Machine {
    let machine = Machine::new();
    machine.ok(&format!("on --send-to {}", collector.url));
    machine.use_library(this_week(), 1, "counted-library", &collector.url);
    machine
}

fn send(machine: &Machine) -> Ran {
    machine.run(&format!("send --through {}", today()))
}

#[test]
fn a_report_that_was_taken_is_kept_as_sent() {
    let collector = Collector::answering(&[Answer::taken()]);
    let machine = machine_for(&collector);
    let ran = send(&machine);
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(machine.reports("outbox").is_empty());
    assert_eq!(machine.reports("sent").len(), 1);
    let requests = collector.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].line, "POST /v1/reports HTTP/1.1");
    assert_eq!(send(&machine).status, 0);
    assert!(collector.requests().is_empty(), "it was sent again");
}

#[test]
fn the_request_has_the_documented_headers_and_no_other() {
    let collector = Collector::answering(&[Answer::taken()]);
    send(&machine_for(&collector));
    let sent: BTreeSet<String> =
        collector.requests()[0].headers.iter().map(|(name, _)| name.clone()).collect();
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/collected-data.md");
    let docs = fs::read_to_string(docs).unwrap();
    let table = docs.split_once("| header |").unwrap().1;
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let name = |row: &str| row.split('`').nth(1).unwrap().to_owned();
    assert_eq!(sent, rows.map(name).collect());
}

/// A collector says no to the report itself.
#[track_caller]
fn is_put_away(status: u16) {
    let no = r#"{"error": "nobody registered this\u001b[31m library"}"#;
    let collector = Collector::answering(&[Answer::Say(status, no.to_owned())]);
    let machine = machine_for(&collector);
    let ran = send(&machine);
    assert_eq!(ran.status, 1);
    let reason = format!("{status}: nobody registered this[31m library");
    assert!(ran.stderr.contains(&reason), "{}", ran.stderr);
    assert_eq!(machine.reports("refused").len(), 1);
    assert!(machine.reports("outbox").is_empty());
    assert_eq!(send(&machine).status, 0);
    assert_eq!(collector.requests().len(), 1, "it was sent again");
}

#[test]
fn a_refused_report_is_put_away_with_the_reason() {
    for status in [400, 413, 415, 422] {
        is_put_away(status);
    }
}

/// Whatever went wrong, the next try sends the same bytes.
#[track_caller]
fn is_tried_again(answer: Answer) {
    let collector = Collector::answering(&[answer.clone(), answer, Answer::taken()]);
    let machine = machine_for(&collector);
    for expect in [1, 1, 0, 0] {
        let ran = send(&machine);
        assert_eq!(ran.status, expect, "{}", ran.stderr);
    }
    let bodies: Vec<_> = collector.requests().into_iter().map(|request| request.body).collect();
    assert_eq!(bodies.len(), 3);
    assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]), "a retry differs");
    assert_eq!(machine.reports("sent").len(), 1);
}

#[test]
fn a_report_is_tried_again_until_it_is_taken() {
    is_tried_again(Answer::Say(500, String::new()));
    is_tried_again(Answer::Say(503, "{\"error\": \"restarting\"}".to_owned()));
    is_tried_again(Answer::Lose);
}

/// None of these says anything about the report.
#[test]
fn a_wrong_address_or_set_up_costs_no_report() {
    for status in [401, 403, 404, 405, 407, 408, 411, 425, 429, 431, 451] {
        is_tried_again(Answer::Say(status, "{\"error\": \"not here\"}".to_owned()));
    }
    let page = "<html>Log in to use this network</html>";
    for status in [200, 400, 413, 422, 511] {
        is_tried_again(Answer::Say(status, page.to_owned()));
    }
    is_tried_again(Answer::Say(204, String::new()));
}

/// What a timer runs does not insist; a person who types `send` may.
#[test]
fn a_failure_is_followed_by_a_pause_for_all_but_the_owner() {
    let no = Answer::Say(500, "{\"error\": \"restarting\"}".to_owned());
    let collector = Collector::answering(&[no.clone(), no, Answer::taken()]);
    let machine = Machine::new();
    machine.ok(&format!("on --send-to {}", collector.url));
    machine.use_library(this_week().plus(-2), 1, "counted-library", &collector.url);
    for (words, expect, requests) in
        [("send --due", 1, 1), ("send --due", 0, 0), ("send", 1, 1), ("send --due", 0, 0)]
    {
        let ran = machine.run(words);
        assert_eq!(ran.status, expect, "{words}: {}", ran.stderr);
        assert_eq!(collector.requests().len(), requests, "{words}");
    }
    let status = machine.ok("status");
    assert!(status.contains("Due 20") && status.contains("failed: 500: restarting"), "{status}");
    machine.ok("send");
    let status = machine.ok("status");
    assert!(!status.contains("Due 20") && !status.contains("failed: "), "{status}");
    let lately = status.split_once("What was done lately\n").expect(&status).1;
    let lines: Vec<_> = lately.lines().take_while(|line| !line.is_empty()).collect();
    let ends = ["500: restarting", "500: restarting", &collector.url];
    assert_eq!(lines.len(), ends.len(), "{status}");
    assert!(lines.iter().zip(ends).all(|(line, end)| line.ends_with(end)), "{status}");
}

/// So that not every machine sends when a week is over.
#[test]
fn a_week_that_is_over_is_sent_at_a_moment_of_its_own() {
    let collector = Collector::answering(&[Answer::taken()]);
    let last_week = this_week().plus(-1);
    let mut dues = BTreeSet::new();
    for _ in 0..4 {
        let machine = Machine::new();
        machine.ok(&format!("on --send-to {}", collector.url));
        machine.use_library(last_week, 1, "counted-library", &collector.url);
        machine.ok("send --due");
        let folder = if collector.requests().is_empty() { "outbox" } else { "sent" };
        assert_eq!(machine.reports(folder).len(), 1);
        let status: Value = serde_json::from_str(&machine.ok("status --json")).unwrap();
        dues.insert(status["collectors"][0]["due"].to_string());
    }
    assert!(dues.len() > 1 || dues.contains("null"), "all machines send at {dues:?}");
}

#[test]
fn a_redirection_is_not_followed() {
    let elsewhere = Collector::answering(&[Answer::taken()]);
    is_tried_again(Answer::Redirect(format!("{}/v1/reports", elsewhere.url)));
    assert!(elsewhere.requests().is_empty(), "the report went elsewhere");
}

#[test]
fn each_collector_gets_its_own_libraries() {
    let (one, other) =
        (Collector::answering(&[Answer::taken()]), Collector::answering(&[Answer::taken()]));
    let unasked = Collector::answering(&[Answer::taken()]);
    let machine = machine_for(&one);
    machine.ok(&format!("on --send-to {}", other.url));
    machine.use_library(this_week(), 2, "other-library", &other.url);
    machine.use_library(this_week(), 2, "third-library", &unasked.url);
    assert_eq!(send(&machine).status, 0);
    let libraries = |collector: &Collector| -> Vec<Vec<String>> {
        let reports = collector.requests().into_iter();
        let reports = reports.map(|request| Report::decode(&request.body).unwrap());
        let names = |report: Report| {
            report.sections.iter().map(|section| section.library.to_string()).collect()
        };
        reports.map(names).collect()
    };
    assert_eq!(libraries(&one), [["counted-library"]]);
    assert_eq!(libraries(&other), [["other-library"]]);
    assert!(unasked.requests().is_empty(), "sent without a yes");
}

#[test]
fn what_waits_when_a_yes_is_taken_back_is_never_sent() {
    let collector = Collector::answering(&[Answer::Say(500, String::new())]);
    let (yes, no) = ("on --send-to", "on --never-send-to");
    for end in [format!("{no} {}", collector.url), "off".to_owned()] {
        let machine = machine_for(&collector);
        send(&machine);
        machine.ok(&end);
        assert!(machine.reports("outbox").is_empty(), "it still waits after `{end}`");
        assert_eq!(machine.reports("refused").len(), 1);
        machine.ok(&format!("{yes} {}", collector.url));
        collector.requests();
        send(&machine);
        assert!(collector.requests().is_empty(), "sent after `{end}`");
    }
}

#[test]
fn lines_after_the_report_are_left_out_and_said_so() {
    let collector = Collector::answering(&[Answer::taken()]);
    let machine = machine_for(&collector);
    send(&machine);
    machine.use_library(this_week(), 2, "counted-library", &collector.url);
    let ran = send(&machine);
    assert!(ran.stderr.contains("1 line that came after the report"), "{}", ran.stderr);
    assert!(machine.ok("status --json").contains("1 line that came after the report"));
    assert_eq!(collector.requests().len(), 1);
}

#[test]
fn what_waits_is_sent_even_without_a_spool() {
    let collector = Collector::answering(&[Answer::Say(500, String::new()), Answer::taken()]);
    let machine = machine_for(&collector);
    send(&machine);
    fs::remove_dir_all(machine.home().join("spool")).unwrap();
    let ran = send(&machine);
    assert!(ran.stderr.contains("no spool folder"), "{}", ran.stderr);
    assert_eq!(machine.reports("sent").len(), 1);
}

#[test]
fn a_week_that_has_not_begun_cannot_be_closed() {
    let ran =
        machine_for(&Collector::answering(&[Answer::taken()])).run("send --through 9000-01-01");
    assert_eq!(ran.status, 2);
    assert!(ran.stderr.contains("has not begun"), "{}", ran.stderr);
}

/// Starts a sender and kills it; whether that came in time.
fn kill_after(delay: Duration, machine: &Machine) -> bool {
    let mut command = machine.command(&format!("send --through {}", today()));
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    sleep(delay);
    child.kill().unwrap();
    !child.wait().unwrap().success()
}

/// A sender that is killed at any moment neither loses a report nor sends two that differ.
#[test]
fn kills_cost_nothing_and_count_nothing_twice() {
    let mut killed = 0;
    for step in 0..25 {
        let collector = Collector::answering(&[Answer::taken()]);
        let machine = machine_for(&collector);
        for _ in 0..2 {
            killed += usize::from(kill_after(Duration::from_millis(step), &machine));
        }
        assert_eq!(send(&machine).status, 0);
        assert_eq!(machine.reports("sent").len(), 1);
        assert!(machine.reports("outbox").is_empty() && machine.reports("refused").is_empty());
        let bodies: BTreeSet<_> = collector.requests().into_iter().map(|it| it.body).collect();
        assert_eq!(bodies.len(), 1, "the same week was reported under several ids");
        assert_eq!(Report::decode(bodies.first().unwrap()).unwrap(), machine.reports("sent")[0]);
    }
    assert!(killed > 0, "no kill came in time");
}
