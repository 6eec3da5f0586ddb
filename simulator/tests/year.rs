//! What a simulated year holds, and that a collector in which everybody takes part says the truth.

use std::collections::HashMap;

use headcount_collector::store::{Dimension, MemoryStore, Store, SumRow, Wanted};
use headcount_report::{SitePath, Week};
use headcount_simulator::truth::Part;
use headcount_simulator::{Population, Year, fill};

const SEED: u64 = 47;

fn last() -> Week {
    "2026-W46".parse().unwrap()
}

fn year(population: Population) -> Year {
    Year::of("simulated-library".parse().unwrap(), last(), SEED, population)
}

fn small(machines: u64) -> Population {
    Population { machines, ..Population::default() }
}

fn site(path: &str) -> SitePath {
    path.parse().unwrap()
}

#[test]
fn one_seed_is_one_year_and_another_draw_takes_other_machines() {
    let ids = |year: &Year| -> Vec<_> {
        year.reports(last()).flat_map(|report| report.sections).map(|one| one.id).collect()
    };
    let first = year(small(2_000));
    assert_eq!(ids(&first), ids(&year(small(2_000))));
    let other = first.clone().with_draw(1);
    assert_ne!(ids(&first), ids(&other));
    assert_eq!(first.truth(last()), other.truth(last()));
    let weeks: Vec<_> = first.weeks().collect();
    assert_eq!((weeks.len(), weeks[0], weeks[51]), (52, "2025-W47".parse().unwrap(), last()));
}

#[test]
fn the_year_tells_the_stories_that_the_pages_show() {
    let year = year(small(6_000));
    let [first, last] = [0, 51].map(|place| year.truth(year.weeks().nth(place).unwrap()));
    let share = |path: &str| [&first, &last].map(|truth| truth.called[&site(path)].share());
    let [before, after] = share("client::Client::get_blocking");
    assert!(before > 0.15 && after < 0.005, "it burns down: {before} {after}");
    let [before, after] = share("client::ClientBuilder::timeout_ms");
    assert!(before > 0.1 && after > 0.1, "it does not: {before} {after}");
    let gone = last.called[&site("response::Response::copy_to")];
    assert!(gone.of < last.sections / 5, "few have a version with it: {gone:?}");
    assert!(gone.share() < 0.15, "and their share did not rise: {gone:?}");
    assert_eq!(last.called[&site("websocket::upgrade")].count, 0);
    let openssl = ("openssl".parse().unwrap(), "1.0.2u".parse().unwrap());
    let old = |part: Option<&Part>| part.map_or(0.0, |part| part.share());
    assert!(old(first.system.get(&openssl)) > 0.03);
    assert!(old(last.system.get(&openssl)) < 0.005);
    assert!(last.versions.len() > 8, "some never update: {:?}", last.versions.keys());
    let sent = year.reports(year.weeks().last().unwrap()).count() as u64;
    assert!(sent < last.sections / 10, "at most a tenth takes part: {sent} of {}", last.sections);
}

/// The sums of the real store against a count that knows nothing of it.
#[test]
fn where_everybody_takes_part_the_sums_are_the_truth() {
    let year = year(Population { machines: 300, participation: 1.0, offline: 0.0 });
    let store = MemoryStore::new();
    fill(&store, &year).unwrap();
    let library = store.library(year.library()).unwrap().unwrap();
    for week in year.weeks() {
        let truth = year.truth(week);
        let rows = store.sums(year.library(), week..=week, &Wanted::all(Dimension::ALL)).unwrap();
        let sums = sums(&rows);
        let count = |dimension, value: &str| {
            sums.get(&(dimension, value.to_owned())).copied().unwrap_or_default()
        };
        assert_eq!(count(Dimension::Sections, ""), truth.sections, "{week}");
        for (path, part) in &truth.called {
            let index = library.site(path).unwrap().to_string();
            assert_eq!(count(Dimension::Called, &index), part.count, "{week} {path}");
            assert_eq!(count(Dimension::Linked, &index), truth.linked[path].count, "{week} {path}");
        }
        for (feature, part) in &truth.features {
            assert_eq!(count(Dimension::Feature, feature.as_str()), part.count, "{week} {feature}");
        }
        for (rustc, part) in &truth.rustc {
            assert_eq!(count(Dimension::Rustc, rustc.as_str()), part.count, "{week} {rustc}");
        }
        for ((name, version), part) in &truth.system {
            assert_eq!(count(Dimension::System, &format!("{name} {version}")), part.count);
            assert_eq!(count(Dimension::System, name.as_str()), part.of);
        }
        for ((name, version), part) in &truth.dependencies {
            assert_eq!(count(Dimension::Dependency, &format!("{name} {version}")), part.count);
        }
    }
}

/// Over all versions and origins of one week.
fn sums(rows: &[SumRow]) -> HashMap<(Dimension, String), u64> {
    let mut sums = HashMap::new();
    for row in rows {
        *sums.entry((row.bit.dimension, row.bit.value.to_string())).or_default() += row.count;
    }
    sums
}
