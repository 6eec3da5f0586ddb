//! `ask removal`.

mod collector;
mod machine;

use collector::{Answer, Collector};
use machine::{Machine, Ran};
use serde_json::{Value, json};

fn site(path: &str, verdict: &str) -> Value {
    json!({
        "path": path, "kind": "fn", "versions": ["1.4.2"],
        "deprecated": {"since": "1.2.0", "remove_in": "2.0.0"},
        "n": 1400, "called": {"count": 7, "share": 0.005, "low": 0.001, "high": 0.018},
        "linked": null,
        "series": [{"week": "2026-W45", "n": 400, "called": 9, "upper_bound": 0.04},
                   {"week": "2026-W46", "n": 1400, "called": 7, "upper_bound": 0.016}],
        "verdict": {"kind": verdict, "text": format!("{verdict} \u{1b}[31mit is"), "more_sections": null}
    })
}

fn answer(sites: &[Value]) -> Answer {
    let body = json!({
        "library": "counted-library", "publish_at": 20, "threshold": 0.01, "confidence": 0.95,
        "origin": null, "line": null, "open": true,
        "weeks_wanted": 2, "week": "2026-W46", "weeks": ["2026-W45", "2026-W46"], "origins": ["developer"],
        "sample": "opt-in sections, not the population", "unregistered_sections": 3, "sites": sites
    });
    Answer::Say(200, body.to_string())
}

fn ask(answer: Answer, words: &str) -> (Ran, Collector) {
    let collector = Collector::answering(&[answer]);
    let words = format!("ask removal counted-library --collector {} {words}", collector.url);
    (Machine::new().run(&words), collector)
}

#[test]
fn the_answer_is_a_table_with_its_sample() {
    let mut few = site("few", "not_yet");
    few["n"] = json!(3);
    few["called"] = json!({"count": 1, "share": 0.333, "low": 0.06, "high": 0.79});
    few["series"] = json!([]);
    let mut linked = site("linked", "not_enough_sections");
    linked["kind"] = json!("linked");
    linked["called"] = json!(null);
    linked["linked"] = json!({"n": 400, "count": 40, "share": 0.1, "low": 0.07, "high": 0.13});
    let (ran, collector) = ask(answer(&[site("client::old", "safe"), few, linked]), "");
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert_eq!(ran.stdout, ANSWER);
    assert!(ran.stderr.contains("3 sections are of versions that nobody"), "{}", ran.stderr);
    let line = &collector.requests()[0].line;
    assert_eq!(line, "GET /v1/libraries/counted-library/removal HTTP/1.1");
}

const ANSWER: &str = "\
counted-library: what may be removed?
Safe means: in each of 2 weeks, at most 1 % use it, at 95 % confidence over a year.

site         deprecated      n  called           linked       by week  verdict
client::old  1.2.0       1,400  0.5 % (0.1–1.8)  -            █▃       safe
few          1.2.0           3  1 of 3           -                     not yet
linked       1.2.0       1,400  not counted      10 % (7–13)  █▃       not enough

client::old  deprecated since 1.2.0, to go in 2.0.0
  safe  [31mit is
few  deprecated since 1.2.0, to go in 2.0.0
  not_yet  [31mit is
linked  deprecated since 1.2.0, to go in 2.0.0
  not_enough_sections  [31mit is

opt-in sections, not the population
n: sections of 2026-W46, of versions that have the site. Called and linked: by how many of these, \
with 95 % intervals.
-: not published, since that takes 20 sections.
By week: the share in the last weeks, oldest first; each line has its own scale.
The verdicts rest on 2 weeks, 2026-W45 to 2026-W46, from developer machines.
";

#[test]
fn what_is_asked_travels_in_the_query() {
    let sites = [site("client::old", "safe")];
    let words = "--threshold 0.02 --confidence 0.9 --weeks 4 --site client::old";
    let (_, collector) = ask(answer(&sites), words);
    let line = &collector.requests()[0].line;
    assert!(
        line.contains("removal?threshold=0.02&confidence=0.9&weeks=4&site=client%3A%3Aold "),
        "{line}"
    );
}

/// The exit status of `--check` for these verdicts.
#[track_caller]
fn check(verdicts: &[&str], words: &str, status: i32) {
    let sites: Vec<_> =
        verdicts.iter().zip(["a", "b"]).map(|(verdict, path)| site(path, verdict)).collect();
    let (ran, _) = ask(answer(&sites), words);
    assert_eq!(ran.status, status, "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn a_check_passes_only_if_all_is_safe() {
    check(&["safe", "safe"], "--check", 0);
    check(&["safe", "not_yet"], "--check", 1);
    check(&["not_enough_sections"], "--check", 1);
    check(&["safe", "not_yet"], "", 0);
    check(&["safe", "not_yet"], "--check --site a", 0);
    check(&["safe", "not_yet"], "--check --site b", 1);
    check(&["safe", "not_yet"], "--check --site c", 2);
    check(&["safe"], "--check --json", 0);
}

#[test]
fn a_collector_that_says_no_is_quoted() {
    let no = Answer::Say(404, "{\"error\": \"no such library\"}".to_owned());
    let (ran, _) = ask(no, "--check");
    assert_eq!(ran.status, 2);
    assert!(ran.stderr.contains("404: no such library"), "{}", ran.stderr);
}

#[test]
fn an_answer_that_is_none_is_an_error() {
    let (ran, _) = ask(Answer::Say(200, "<html>".to_owned()), "--check");
    assert_eq!(ran.status, 2);
    assert!(ran.stderr.contains("cannot read"), "{}", ran.stderr);
    let ran = Machine::new().run("ask removal x --collector http://127.0.0.1:1");
    assert_eq!(ran.status, 2);
    assert!(ran.stderr.contains("is it running?"), "{}", ran.stderr);
}
