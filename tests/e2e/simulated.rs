//! Simulated machines, and some who lie, report over HTTP to a real collector; what it answers is
//! held against what is true.

use std::collections::BTreeSet;

use headcount_report::{Report, Week};
use headcount_simulator::{Population, Truth, Year};
use jiff::Timestamp;
use serde_json::Value;

use crate::collector::Collector;

/// What the collector takes of one network.
const PER_NETWORK: u64 = 20;

/// Of the flood, as much as is tried.
const FLOOD: usize = 150;

#[test]
fn what_a_collector_answers_is_near_the_truth() {
    let last = Week::at(Timestamp::now()).plus(-1);
    let population = Population { machines: 2_500, participation: 0.1, offline: 0.06 };
    let year = Year::of("simulated-library".parse().unwrap(), last, 47, population);
    let mut collector = Collector::new("http://127.0.0.1:0");
    let per_network = PER_NETWORK.to_string();
    let networks = ["--proxy-header", "X-Forwarded-For", "--sections-per-prefix", &per_network];
    collector.start_with(&networks);
    for manifest in year.manifests() {
        let (library, version) = (manifest.library.as_str(), manifest.version.as_str());
        collector.register(library, version, &serde_json::to_value(&manifest).unwrap());
    }

    let quiet = last.plus(-1);
    let sent = [quiet, last].map(|week| send_all(&collector, &year, week));
    for (number, report) in year.flood(last).take(FLOOD).enumerate() {
        let answer = send(&collector, &report, "203.0.113.9");
        let count = if (number as u64) < PER_NETWORK { "admitted" } else { "over_limit" };
        assert_eq!(answer[count], 1, "{number}: {answer}");
    }

    let answer = ask(&collector, quiet);
    assert_eq!(answer["sections"].as_u64(), Some(sent[0]), "each section once");
    most_intervals_hold(&answer, &year.truth(quiet));

    let flooded = ask(&collector, last);
    assert_eq!(flooded["sections"].as_u64(), Some(sent[1] + PER_NETWORK));
    let unused = site(&flooded, "websocket::upgrade");
    assert_eq!(unused["used"]["count"].as_u64(), Some(PER_NETWORK), "no more than one network may");
    assert!(!flooded.to_string().contains("invented"), "{flooded}");
}

/// Sends all reports about a week, and returns how many sections are to be counted.
fn send_all(collector: &Collector, year: &Year, week: Week) -> u64 {
    let mut seen = BTreeSet::new();
    let (mut known, mut repeated) = (0, 0);
    for (number, report) in year.reports(week).enumerate() {
        let network = format!("198.{}.{}.1", 18 + number / 256, number % 256);
        let answer = send(collector, &report, &network);
        let is_first = seen.insert(report.sections[0].id);
        let count = if is_first { "admitted" } else { "repeated" };
        assert_eq!(answer[count], 1, "{answer}");
        repeated += u64::from(!is_first);
        known += u64::from(is_first && answer["unknown_libraries"] == 0);
    }
    assert!(repeated > 0 && known < seen.len() as u64, "retries and nonsense are among them");
    known
}

fn send(collector: &Collector, report: &Report, network: &str) -> Value {
    let request = ureq::post(format!("{}/v1/reports", collector.url()));
    let request = request.header("x-forwarded-for", network);
    request.send(report.encode()).expect("it is taken").body_mut().read_json().expect("JSON")
}

fn ask(collector: &Collector, week: Week) -> Value {
    collector.get(&format!("/v1/libraries/simulated-library/features?week={week}"))
}

fn site<'answer>(answer: &'answer Value, path: &str) -> &'answer Value {
    let sites = answer["sites"].as_array().unwrap();
    sites.iter().find(|site| site["path"] == path).unwrap_or_else(|| panic!("{path}: {answer}"))
}

/// Of 95 % intervals about one sample of machines, nine of ten do.
fn most_intervals_hold(answer: &Value, truth: &Truth) {
    let sites = answer["sites"].as_array().unwrap();
    let holds = |site: &&Value| {
        let part = truth.called[site["path"].as_str().unwrap()];
        let [low, high] = ["low", "high"].map(|end| site["used"][end].as_f64().unwrap());
        (low..=high).contains(&part.share())
    };
    let called: Vec<_> = sites.iter().filter(|site| site["kind"] != "linked").collect();
    let held = called.iter().copied().filter(holds).count();
    assert!(called.len() > 25 && held * 10 >= called.len() * 9, "{held} of {}", called.len());
}
