//! What one network can do to the sums.

use std::net::IpAddr;

use headcount_report::{Origin, Section, SectionId};
use serde_json::json;

use super::*;
use crate::ingest::prefix::Prefix;
use crate::ingest::room::Room;
use crate::store::{Dimension, MemoryStore, Wanted};

const LIBRARIES: [&str; 2] = ["target", "bystander"];

/// A desk at which the libraries are registered, each with the site `a`.
fn desk(per_prefix: u32) -> Desk {
    let clock = Clock::standing_at("2026-11-22T10:00:00Z".parse().unwrap());
    let sections_per_prefix = NonZeroU32::new(per_prefix).unwrap();
    let config = Config { sections_per_prefix, ..Config::default() };
    let mut desk = Desk::new(Arc::new(MemoryStore::new()), clock, &config).unwrap();
    for library in LIBRARIES {
        let manifest = json!({
            "headcount": 1, "library": library, "version": "1.0.0", "features": [],
            "sites": {"a": {"kind": "fn"}},
        });
        let manifest = Manifest::decode(manifest.to_string().as_bytes()).unwrap();
        desk.register(&manifest).unwrap();
    }
    desk
}

/// Sections that call `a`, with ids of their own.
fn sections(library: &str, ids: std::ops::Range<u32>) -> Vec<Section> {
    let section = |id: u32| Section {
        id: SectionId(u128::from(id).to_be_bytes()),
        library: library.parse().unwrap(),
        version: "1.0.0".parse().unwrap(),
        origin: Origin::Developer,
        scanned: false,
        rustc: [].into(),
        target: [].into(),
        features: None,
        dependencies: [].into(),
        system: [].into(),
        sites: [("a".parse().unwrap(), [headcount_report::Fact::Called].into())].into(),
    };
    ids.map(section).collect()
}

/// Hands in one report, and returns what its sender is told.
fn send(desk: &mut Desk, address: &str, sections: Vec<Section>) -> Admitted {
    let address: IpAddr = address.parse().unwrap();
    let report = Report::new("2026-W47".parse().unwrap(), sections);
    let (sender, mut answer) = oneshot::channel();
    let reply = Reply { answer: sender, room: Room::new().take(0).unwrap() };
    let source = Source(Some(Prefix::of(address)));
    let (parts, report) = (desk.catalogue.take_apart(&report), report.encode());
    desk.take([Job::Add { report, parts, source, reply }].into_iter());
    answer.try_recv().unwrap().unwrap()
}

/// How many sections of a library there are, and how many call `a`.
fn sums(desk: &Desk, library: &str) -> (u64, u64) {
    let week: Week = "2026-W47".parse().unwrap();
    let wanted = Wanted::all(&[Dimension::Sections, Dimension::Called]);
    let rows = desk.store.sums(&library.parse().unwrap(), week..=week, &wanted).unwrap();
    let sum = |dimension| {
        let rows = rows.iter().filter(|row| row.bit.dimension == dimension);
        rows.map(|row| row.count).sum()
    };
    (sum(Dimension::Sections), sum(Dimension::Called))
}

#[test]
fn a_million_sections_of_one_network_move_one_library_by_its_quota() {
    let mut desk = desk(200);
    let honest = 0..100;
    for library in LIBRARIES {
        for id in honest.clone() {
            let address = format!("198.51.{id}.1");
            let id = id + if library == "target" { 0 } else { 100 };
            send(&mut desk, &address, sections(library, id..id + 1));
        }
    }
    let mut admitted = 0;
    for place in 1..=500 {
        let flood = sections("target", place * 2_000..(place + 1) * 2_000);
        let answer = send(&mut desk, &format!("203.0.113.{}", place % 256), flood);
        assert_eq!(answer.admitted + answer.over_limit, 2_000);
        admitted += answer.admitted;
    }
    assert_eq!(admitted, 200);
    assert_eq!(sums(&desk, "target"), (100 + 200, 100 + 200));
    assert_eq!(sums(&desk, "bystander"), (100, 100));
    assert_eq!(desk.quota.entries(), 2 * 100 + 1, "memory grows with networks, not with sections");
}

#[test]
fn a_retry_costs_nothing_of_the_quota() {
    let mut desk = desk(3);
    for _ in 0..5 {
        let answer = send(&mut desk, "203.0.113.1", sections("target", 0..2));
        assert_eq!(answer.admitted + answer.repeated, 2, "{answer:?}");
    }
    let answer = send(&mut desk, "203.0.113.1", sections("target", 0..9));
    assert_eq!((answer.admitted, answer.repeated, answer.over_limit), (1, 2, 6));
}
