//! A report arrives once, whatever happens between a sender and its collector.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use headcount_report::{Report, Week};
use headcount_sender::close::close;
use headcount_sender::consent::Consent;
use headcount_sender::courier::Courier;
use headcount_sender::deliver::{Which, deliver};
use headcount_sender::executables::Executables;
use headcount_sender::home::Home;
use headcount_sender::scan;
use headcount_sender::spool::Spool;
use jiff::Timestamp;
use serde_json::json;

use crate::collector::Collector;
use crate::faulty_proxy::{Fault, FaultyProxy};
use crate::machine::{LIBRARY, Machine};

/// Time after which these senders give up. One that is slower only tries more often.
const PATIENCE: Duration = Duration::from_secs(1);

/// Machines that try at the same time: they wait more than they work.
const AT_ONCE: usize = 16;

/// Over, whatever the time is, and still taken.
fn earlier_week() -> Week {
    Week::at(Timestamp::now()).plus(-2)
}

fn started() -> Collector {
    let mut collector = Collector::new("http://127.0.0.1:0");
    collector.start();
    collector
}

/// A machine that may send to a collector.
fn machine_for(collector: &str) -> Machine {
    let machine = Machine::new();
    machine.ok(&format!("on --send-to {collector}"));
    machine
}

/// Writes the reports of a machine's weeks.
fn close_weeks(machine: &Machine) {
    let home = Home::at(machine.home());
    let consent = Consent::load(&home).unwrap().unwrap();
    let spool = Spool::open(&home.spool()).unwrap();
    let mut executables = Executables::new(home.scans(), scan::file);
    let lock = home.lock_sending().unwrap();
    close(&home, &spool, &consent, &mut executables, Timestamp::now(), None, &lock).unwrap();
}

/// Sends what waits, as a process of its own would.
fn send(machine: &Machine) {
    let home = Home::at(machine.home());
    let lock = home.lock_sending().unwrap();
    let courier = &mut Courier::waiting(PATIENCE);
    deliver(&home, Timestamp::now(), Which::All, courier, &lock).unwrap();
}

/// All orders of some faults.
fn orders(faults: &[Fault]) -> Vec<Vec<Fault>> {
    if faults.is_empty() {
        return vec![Vec::new()];
    }
    let beginning_with = |at: usize| {
        let others = [&faults[..at], &faults[at + 1..]].concat();
        orders(&others).into_iter().map(move |order| [vec![faults[at]], order].concat())
    };
    (0..faults.len()).flat_map(beginning_with).collect()
}

/// Lets a report of one section arrive in spite of some faults.
fn arrive(faults: &[Fault], collector: &Collector) {
    let proxy = FaultyProxy::before(collector.url(), faults);
    let machine = machine_for(proxy.url());
    machine.use_library(earlier_week(), 1, LIBRARY, proxy.url(), &["s0"]);
    close_weeks(&machine);
    let written = machine.reports("outbox");
    assert_eq!(written.len(), 1);
    while machine.reports("sent").is_empty() {
        let waiting = machine.reports("outbox");
        assert_eq!(waiting, written, "{faults:?}: it changed or went");
        assert!(proxy.seen().reports.len() < 100, "{faults:?}: it does not arrive");
        send(&machine);
    }
    assert_eq!(machine.reports("sent"), written);
    let seen = proxy.seen();
    assert!(seen.reports.len() > faults.len(), "{faults:?}: not all of them happened");
    // The same bytes are the same ids.
    assert!(seen.reports.iter().all(|report| *report == written[0]), "{faults:?}: {seen:?}");
    let last = seen.answers.last().unwrap();
    assert!(last.contains("\"repeated\":1"), "{faults:?}: it had not arrived before: {last}");
}

#[test]
fn in_whatever_order_things_go_wrong_a_report_is_counted_once() {
    let collector = started();
    let manifest = json!({
        "headcount": 1, "library": LIBRARY, "version": "0.1.0", "features": [],
        "sites": {"s0": {"kind": "fn", "deprecated": {"since": "0.1.0"}}},
    });
    collector.register(LIBRARY, "0.1.0", &manifest);
    let (orders, next) = (orders(&Fault::ALL), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(faults) = orders.get(next.fetch_add(1, Ordering::Relaxed)) {
                    arrive(faults, &collector);
                }
            });
        }
    });
    let answer = collector.get(&format!("/v1/libraries/{LIBRARY}/removal"));
    assert_eq!(answer["sites"][0]["called"]["count"], orders.len(), "{answer}");
}

#[test]
fn a_report_is_one_request_and_a_collector_one_connection() {
    let collector = started();
    let proxy = FaultyProxy::before(collector.url(), &[]);
    let machine = machine_for(proxy.url());
    for number in 0..300 {
        let library = format!("library-{number}");
        let sites = ["s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9"];
        machine.use_library(earlier_week(), 1, &library, proxy.url(), &sites);
    }
    machine.use_library(earlier_week().plus(-1), 1, LIBRARY, proxy.url(), &["s0"]);
    machine.ok("send");
    let seen = proxy.seen();
    let sections = |report: &Vec<u8>| Report::decode(report).unwrap().sections.len();
    assert_eq!(seen.reports.iter().map(sections).collect::<Vec<_>>(), [1, 300]);
    assert_eq!(seen.connections, 1);
    assert_eq!(machine.reports("sent"), seen.reports);
}
