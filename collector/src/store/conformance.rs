//! What every store does: each case runs on every store.

use std::num::NonZeroU32;

use headcount_report::{CrateName, Manifest, Origin, SectionId, SiteKind, Week};
use jiff::Timestamp;
use serde_json::json;

use super::transfer::{export, import};
use super::{
    Added, Bit, Bits, Dimension, MemoryStore, NewToken, SqliteStore, Store, Subject, Summed, Wanted,
};
use crate::library::Site;
use crate::token::Scope;

/// Runs a case on every store.
fn on_every_store(case: impl Fn(&dyn Store)) {
    case(&MemoryStore::new());
    let folder = tempfile::tempdir().unwrap();
    case(&SqliteStore::open(&folder.path().join("store.sqlite")).unwrap());
}

fn library() -> CrateName {
    "counted".parse().unwrap()
}

fn week(number: i32) -> Week {
    "2026-W01".parse::<Week>().unwrap().plus(number - 1)
}

fn manifest(version: &str, sites: &[&str]) -> Manifest {
    let site = |path: &&str| ((*path).to_owned(), json!({"kind": "fn"}));
    let manifest = json!({
        "headcount": 1, "library": "counted", "version": version, "features": ["std"],
        "sites": sites.iter().map(site).collect::<serde_json::Map<_, _>>(),
    });
    Manifest::decode(manifest.to_string().as_bytes()).unwrap()
}

fn sites(paths: &[&str]) -> Vec<Site> {
    let site = |path: &&str| Site { path: path.parse().unwrap(), kind: SiteKind::Fn };
    paths.iter().map(site).collect()
}

fn section(id: u8, version: &str, bits: &[(Dimension, &str)]) -> Bits {
    let subject = Subject {
        library: Some(library()),
        version: Some(version.parse().unwrap()),
        origin: Origin::Developer,
    };
    let bits = bits.iter().map(|(dimension, value)| Bit::new(*dimension, *value));
    Bits::new(SectionId([id; 16]), subject, bits)
}

fn add(store: &dyn Store, number: i32, sections: Vec<Bits>) -> Added {
    store.add(&[Summed { week: week(number), sections }], &mut |_, _| true).unwrap()[0]
}

/// The sums of some weeks as `week version dimension value count`.
fn sums(store: &dyn Store, weeks: (i32, i32), dimensions: &[Dimension]) -> Vec<String> {
    let rows =
        store.sums(&library(), week(weeks.0)..=week(weeks.1), &Wanted::all(dimensions)).unwrap();
    let mut lines: Vec<String> = rows
        .iter()
        .map(|row| {
            let version = row.version.as_ref().map_or("-", |version| version.as_str());
            let (dimension, value) = (row.bit.dimension.as_str(), &row.bit.value);
            format!("{} {version} {dimension} {value} {}", row.week, row.count)
        })
        .collect();
    lines.sort();
    lines
}

#[test]
fn a_library_is_what_its_manifests_say() {
    on_every_store(|store| {
        assert_eq!(store.library(&library()).unwrap(), None);
        store.put_manifest(&manifest("1.9.0", &["a", "b"]), &sites(&["a", "b"]), 0).unwrap();
        store.put_manifest(&manifest("1.10.0", &["b", "aa"]), &sites(&["aa"]), 2).unwrap();
        let library = store.library(&library()).unwrap().unwrap();
        assert_eq!(library.sites(), sites(&["a", "b", "aa"]));
        let versions: Vec<&str> =
            library.versions().iter().map(|version| version.number.as_str()).collect();
        assert_eq!(versions, ["1.9.0", "1.10.0"]);
        let indices: Vec<usize> = library.versions()[1].sites.keys().copied().collect();
        assert_eq!(indices, [1, 2]);
    });
}

#[test]
fn a_manifest_takes_the_place_of_its_versions_last() {
    on_every_store(|store| {
        store.put_manifest(&manifest("1.0.0", &["a", "b"]), &sites(&["a", "b"]), 0).unwrap();
        store.put_manifest(&manifest("1.0.0", &["b"]), &[], 2).unwrap();
        let library = store.library(&library()).unwrap().unwrap();
        assert_eq!(library.versions().len(), 1);
        assert_eq!(library.versions()[0].sites.keys().copied().collect::<Vec<_>>(), [1]);
        assert_eq!(library.sites(), sites(&["a", "b"]));
    });
}

#[test]
fn sections_add_up_and_count_once() {
    on_every_store(|store| {
        let n = (Dimension::Sections, "");
        let first = section(1, "1.0.0", &[n, (Dimension::Called, "0")]);
        let second = section(2, "1.0.0", &[n, (Dimension::Called, "1")]);
        assert_eq!(
            add(store, 5, vec![first.clone()]),
            Added { admitted: 1, repeated: 0, refused: 0 }
        );
        let again = vec![first.clone(), second.clone(), second.clone()];
        assert_eq!(add(store, 5, again), Added { admitted: 1, repeated: 2, refused: 0 });
        // An id is remembered for its week only.
        assert_eq!(add(store, 6, vec![first]), Added { admitted: 1, repeated: 0, refused: 0 });
        assert_eq!(
            sums(store, (5, 5), &[Dimension::Sections, Dimension::Called]),
            [
                "2026-W05 1.0.0 called 0 1",
                "2026-W05 1.0.0 called 1 1",
                "2026-W05 1.0.0 sections  2",
            ]
        );
        assert_eq!(
            sums(store, (1, 9), &[Dimension::Sections]),
            ["2026-W05 1.0.0 sections  2", "2026-W06 1.0.0 sections  1"]
        );
    });
}

#[test]
fn reports_of_one_group_know_each_others_sections() {
    on_every_store(|store| {
        let report = Summed { week: week(5), sections: vec![section(1, "1.0.0", &[])] };
        let added = store.add(&[report.clone(), report], &mut |_, _| true).unwrap();
        let once = |admitted, repeated| Added { admitted, repeated, refused: 0 };
        assert_eq!(added, [once(1, 0), once(0, 1)]);
    });
}

#[test]
fn a_large_group_counts_as_small_ones_do() {
    on_every_store(|store| {
        let bits = [(Dimension::Sections, ""), (Dimension::Called, "0")];
        let report = |id| Summed { week: week(5), sections: vec![section(id, "1.0.0", &bits)] };
        let reports: Vec<Summed> = (0..100).map(report).collect();
        for repeated in [0, 1] {
            let once = Added { admitted: 1 - repeated, repeated, refused: 0 };
            assert_eq!(store.add(&reports, &mut |_, _| true).unwrap(), [once; 100]);
            store.fold().unwrap();
        }
        assert_eq!(sums(store, (5, 5), &[Dimension::Called]), ["2026-W05 1.0.0 called 0 100"]);
        assert!(store.is_counted(&library(), &"1.0.0".parse().unwrap()).unwrap());
    });
}

#[test]
fn what_is_refused_leaves_no_trace_and_what_was_counted_is_not_asked_about() {
    on_every_store(|store| {
        let report = |ids: &[u8]| Summed {
            week: week(5),
            sections: ids.iter().map(|id| section(*id, "1.0.0", &[])).collect(),
        };
        let mut asked = Vec::new();
        let mut may_add = |place, section: &Bits| {
            asked.push((place, section.id.0[0]));
            section.id.0[0] != 2
        };
        let reports = [report(&[1, 2]), report(&[1, 3])];
        let added = store.add(&reports, &mut may_add).unwrap();
        assert_eq!(added[0], Added { admitted: 1, repeated: 0, refused: 1 });
        assert_eq!(added[1], Added { admitted: 1, repeated: 1, refused: 0 });
        assert_eq!(asked, [(0, 1), (0, 2), (1, 3)]);
        let again = add(store, 5, report(&[2, 3]).sections);
        assert_eq!(again, Added { admitted: 1, repeated: 1, refused: 0 });
    });
}

#[test]
fn the_last_weeks_are_kept() {
    on_every_store(|store| {
        let keep = |weeks| store.keep_weeks(NonZeroU32::new(weeks).unwrap()).unwrap();
        keep(1);
        store.put_manifest(&manifest("1.0.0", &["a"]), &sites(&["a"]), 0).unwrap();
        let n = [(Dimension::Sections, "")];
        for number in 5..=9 {
            add(store, number, vec![section(1, "1.0.0", &n)]);
        }
        let weeks = |store| -> Vec<String> {
            let sums = sums(store, (1, 50), &[Dimension::Sections]);
            sums.iter().map(|line| line[5..8].to_owned()).collect()
        };
        keep(5);
        assert_eq!(weeks(store), ["W05", "W06", "W07", "W08", "W09"]);
        // Far in the future, by a clock that is wrong: what counts is the last week with sums.
        store.close_before(week(40)).unwrap();
        keep(2);
        assert_eq!(weeks(store), ["W08", "W09"]);
    });
}

#[test]
fn every_dimension_comes_back_as_it_was() {
    on_every_store(|store| {
        let value = |dimension: Dimension| if dimension.fact().is_some() { "7" } else { "x 1" };
        let bits: Vec<_> = Dimension::ALL.iter().map(|one| (*one, value(*one))).collect();
        add(store, 5, vec![section(1, "1.0.0", &bits)]);
        for dimension in Dimension::ALL {
            let value = value(*dimension);
            let line = format!("2026-W05 1.0.0 {} {value} 1", dimension.as_str());
            assert_eq!(sums(store, (5, 5), &[*dimension]), [line]);
        }
    });
}

#[test]
fn only_what_is_wanted_is_read() {
    on_every_store(|store| {
        let called = ["1", "11", "2"].map(|site| (Dimension::Called, site));
        let told = ["tls", "tls 1.0.0", "tls 1.2.0", "tls-sys", "tls-sys 1.0.0", "tls2 1.0.0", "t"];
        let told = told.map(|value| (Dimension::Dependency, value));
        add(store, 5, vec![section(1, "1.0.0", &[&called[..], &told].concat())]);
        let name = "tls".parse().unwrap();
        let wanted =
            [Wanted::one(Dimension::Called, &1), Wanted::versions(Dimension::Dependency, &name)];
        let rows = store.sums(&library(), week(1)..=week(9), &wanted).unwrap();
        let mut values: Vec<&str> = rows.iter().map(|row| row.bit.value.as_str()).collect();
        values.sort_unstable();
        assert_eq!(values, ["1", "tls", "tls 1.0.0", "tls 1.2.0"]);
    });
}

#[test]
fn sums_of_nobodys_library_are_in_nobodys_answer() {
    on_every_store(|store| {
        let mut unknown = section(1, "1.0.0", &[(Dimension::UnknownLibrary, "")]);
        (unknown.subject.library, unknown.subject.version) = (None, None);
        let mut unregistered = section(2, "1.0.0", &[(Dimension::UnknownVersion, "")]);
        unregistered.subject.version = None;
        add(store, 5, vec![unknown, unregistered]);
        let rows = sums(store, (1, 9), Dimension::ALL);
        assert_eq!(rows, ["2026-W05 - unknown version  1"]);
        assert!(!store.is_counted(&library(), &"1.0.0".parse().unwrap()).unwrap());
    });
}

#[test]
fn a_version_is_counted_from_its_first_section() {
    on_every_store(|store| {
        let is_counted =
            |version: &str| store.is_counted(&library(), &version.parse().unwrap()).unwrap();
        assert!(!is_counted("1.0.0"));
        add(store, 5, vec![section(1, "1.0.0", &[(Dimension::Sections, "")])]);
        assert!(is_counted("1.0.0") && !is_counted("1.0.1"));
    });
}

#[test]
fn a_closed_week_stays_closed_and_forgets_its_ids() {
    on_every_store(|store| {
        add(store, 5, vec![section(1, "1.0.0", &[])]);
        add(store, 6, vec![section(1, "1.0.0", &[])]);
        assert_eq!(store.close_before(week(6)).unwrap(), week(6));
        assert_eq!(store.close_before(week(2)).unwrap(), week(6), "a clock that went back");
        assert_eq!(add(store, 6, vec![section(1, "1.0.0", &[])]).repeated, 1);
        // Nothing adds to a closed week; that its ids are gone shows all the same.
        assert_eq!(add(store, 5, vec![section(1, "1.0.0", &[])]).repeated, 0);
    });
}

#[test]
fn libraries_are_listed_with_their_last_week() {
    on_every_store(|store| {
        assert_eq!(store.libraries().unwrap(), []);
        store.put_manifest(&manifest("1.10.0", &["a", "b"]), &sites(&["a", "b"]), 0).unwrap();
        store.put_manifest(&manifest("1.9.0", &["a"]), &[], 2).unwrap();
        let line = &store.libraries().unwrap()[0];
        assert_eq!((line.week, line.sections), (None, 0));
        let n = [(Dimension::Sections, "")];
        add(store, 5, vec![section(1, "1.9.0", &n)]);
        add(store, 6, vec![section(2, "1.9.0", &n), section(3, "1.10.0", &n)]);
        let lines = store.libraries().unwrap();
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].latest_version.as_str(), "1.10.0");
        assert_eq!((lines[0].versions, lines[0].sites, lines[0].deprecated), (2, 2, 0));
        assert_eq!((lines[0].week, lines[0].sections), (Some(week(6)), 2));
    });
}

#[test]
fn tokens_are_kept_until_revoked() {
    on_every_store(|store| {
        let created: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        let token =
            |byte| NewToken { scope: Scope::Library(library()), digest: [byte; 32], created };
        let (first, second) =
            (store.add_token(token(1)).unwrap(), store.add_token(token(2)).unwrap());
        assert!(store.revoke_token(first).unwrap());
        assert!(!store.revoke_token(first).unwrap());
        let left = store.tokens().unwrap();
        assert_eq!(left.len(), 1);
        assert_eq!((left[0].number, &left[0].token), (second, &token(2)));
        assert!(store.revoke_token(second).unwrap());
        assert!(store.add_token(token(3)).unwrap() > second, "a number is not given again");
    });
}

#[test]
fn what_is_exported_makes_the_same_store() {
    on_every_store(|store| {
        store.put_manifest(&manifest("1.9.0", &["a", "b"]), &sites(&["a", "b"]), 0).unwrap();
        store.put_manifest(&manifest("1.10.0", &["b"]), &[], 2).unwrap();
        let created: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        for digest in [[0xfe; 32], [1; 32]] {
            let scope = if digest[0] == 1 { Scope::Operator } else { Scope::Library(library()) };
            store.add_token(NewToken { scope, digest, created }).unwrap();
        }
        store.revoke_token(2).unwrap();
        store.close_before(week(5)).unwrap();
        let bits = [(Dimension::Sections, ""), (Dimension::Called, "0")];
        let mut unknown = section(200, "1.9.0", &[(Dimension::UnknownLibrary, "")]);
        (unknown.subject.library, unknown.subject.version) = (None, None);
        let report = |id| Summed { week: week(5), sections: vec![section(id, "1.9.0", &bits)] };
        let reports: Vec<Summed> = (0..40).map(report).collect();
        store.add(&reports, &mut |_, _| true).unwrap();
        add(store, 6, vec![unknown.clone()]);
        let lines = sorted_lines(store);
        let text = lines.join("\n");
        on_every_store(|other| {
            assert_eq!(import(other, exported(store).as_slice()).unwrap(), lines.len() as u64 - 2);
            assert_eq!(sorted_lines(other), lines);
            // It goes on as the first one would.
            assert_eq!(other.close_before(week(2)).unwrap(), week(5));
            assert_eq!(add(other, 6, vec![unknown.clone()]).repeated, 1);
            assert_eq!(other.add(&reports[..1], &mut |_, _| true).unwrap()[0].repeated, 1);
            let token = NewToken { scope: Scope::Operator, digest: [2; 32], created };
            assert_eq!(other.add_token(token).unwrap(), 3, "{text}");
            assert_eq!(other.library(&library()).unwrap(), store.library(&library()).unwrap());
            let error = import(other, exported(store).as_slice()).unwrap_err();
            assert!(error.to_string().contains("something in the store"), "{error}");
        });
    });
}

#[test]
fn half_of_an_export_is_none() {
    on_every_store(|store| {
        add(store, 5, vec![section(1, "1.0.0", &[(Dimension::Sections, "")])]);
        let whole = String::from_utf8(exported(store)).unwrap();
        let lines: Vec<&str> = whole.lines().collect();
        let without = |number: usize| [&lines[..number], &lines[number + 1..]].concat().join("\n");
        for (text, because) in [
            (without(0), "line 1 of the exported store: an exported store does not begin so"),
            (without(1), "lines are missing"),
            (without(lines.len() - 1), "cut short"),
            (whole[..whole.len() / 2].to_owned(), "line 2 of the exported store"),
            (whole.replacen("store\":1", "store\":2", 1), "format 2 is unknown"),
            (whole.replace("\"count\"", "\"many\""), "line 2 of the exported store: "),
            (whole.clone() + &whole, "lines are missing, or there are too many"),
        ] {
            on_every_store(|other| {
                let error = import(other, text.as_bytes()).unwrap_err().to_string();
                assert!(error.contains(because), "{because}: {error}");
                assert_eq!(sorted_lines(other).len(), 2, "something was kept");
            });
        }
    });
}

fn exported(store: &dyn Store) -> Vec<u8> {
    let mut bytes = Vec::new();
    export(store, &mut bytes).unwrap();
    bytes
}

fn sorted_lines(store: &dyn Store) -> Vec<String> {
    let text = String::from_utf8(exported(store)).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}
