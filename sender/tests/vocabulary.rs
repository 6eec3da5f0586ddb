//! Nothing private gets into a report, wherever it stands in what programs recorded.

mod machine;

use std::collections::BTreeMap;

use headcount_report::build::{Dependency, Features, Source};
use headcount_report::spool::{FileIdentity, Line};
use headcount_report::{BuildRecord, Report, Week};
use headcount_sender::consent::Consent;
use headcount_sender::draft::Draft;
use headcount_sender::executables::Executables;
use headcount_sender::merge::Merged;
use headcount_sender::scan;
use headcount_sender::spool::Builds;
use jiff::Timestamp;
use machine::{COLLECTOR, record};
use proptest::prelude::*;
use proptest::sample::select;

/// Part of everything that must not leave.
const CANARY: &str = "zzcanary";

/// A private thing for a slot that holds any text.
fn private() -> impl Strategy<Value = String> {
    select(
        &[
            "/home/zzcanary/work/it",
            "zzcanary",
            "zzcanary-private-crate",
            "zzcanary@host.example",
            "1.0.0-zzcanary",
            "1.95.0+zzcanary",
            "git+https://zzcanary.example/it",
            "x86_64-zzcanary-linux-gnu",
        ][..],
    )
    .prop_map(str::to_owned)
}

fn either(public: &'static str) -> impl Strategy<Value = String> {
    prop_oneof![Just(public.to_owned()), private()]
}

fn private_source() -> impl Strategy<Value = Source> {
    select(&[Source::Git, Source::Local, Source::Unknown][..])
}

/// A public library's name comes from crates.io; any other source may have any name.
fn library() -> impl Strategy<Value = (&'static str, Source)> {
    prop_oneof![
        Just(("counted-library", Source::CratesIo)),
        private_source().prop_map(|source| ("zzcanary-private", source)),
        private_source().prop_map(|source| ("counted-library", source)),
    ]
}

fn dependencies() -> impl Strategy<Value = BTreeMap<&'static str, Dependency>> {
    let pre_release = || Just(Dependency::Public("1.0.0-zzcanary".to_owned()));
    let not_public = || private_source().prop_map(Dependency::Other);
    let of_private = prop_oneof![pre_release(), not_public()];
    let of_public =
        prop_oneof![pre_release(), not_public(), Just(Dependency::Public("1.1.23".to_owned())),];
    (of_private, of_public)
        .prop_map(|(one, other)| BTreeMap::from([("zzcanary-dep", one), ("libz-sys", other)]))
}

/// The name is the author's word, like a site's path; but it has to look like one.
fn system() -> impl Strategy<Value = (String, String)> {
    prop_oneof![
        (either("openssl"), private()),
        Just(("/home/zzcanary/lib".to_owned(), "3.0.19".to_owned())),
    ]
}

/// A build with a private thing in any of its slots.
fn build() -> impl Strategy<Value = BuildRecord> {
    let features =
        prop::option::of((private(), prop::option::of(Just("/home/zzcanary".to_owned()))));
    (
        library(),
        either("1.4.2"),
        either("1.95.0"),
        either("x86_64-unknown-linux-gnu"),
        private(),
        features,
        dependencies(),
        system(),
    )
        .prop_map(
            |((name, source), version, rustc, target, profile, features, dependencies, system)| {
                let features = features.map(|(enabled, in_both)| Features {
                    declared: in_both.iter().cloned().collect(),
                    enabled: [enabled].into_iter().chain(in_both).collect(),
                });
                BuildRecord {
                    library: name.parse().unwrap(),
                    version,
                    source,
                    collector: Some(COLLECTOR.to_owned()),
                    features,
                    dependencies: Some(
                        dependencies
                            .into_iter()
                            .map(|(name, one)| (name.parse().unwrap(), [one].into()))
                            .collect(),
                    ),
                    rustc,
                    target,
                    profile,
                    system: [system].into(),
                }
            },
        )
}

/// The lines of a process that used a library. Only a private library has private sites.
fn lines(process: u64, hash: u64, record: &BuildRecord) -> Vec<Line> {
    let site = if record.source == Source::CratesIo { "client::send" } else { "zzcanary::send" };
    let path = "/home/zzcanary/target/debug/it".into();
    let file = FileIdentity { path, size_bytes: 1, mtime_ns: 1, inode: 1 };
    vec![
        Line::Executable { process, file },
        Line::Hit { process, build: hash, count: 1, site: site.parse().unwrap() },
    ]
}

fn report(records: &[BuildRecord], consent: &Consent) -> Report {
    let records: BTreeMap<u64, BuildRecord> = (0..).zip(records.iter().cloned()).collect();
    let merged: Merged =
        records.iter().flat_map(|(hash, record)| lines(*hash, *hash, record)).collect();
    let folder = tempfile::tempdir().unwrap();
    let mut executables = Executables::new(folder.path().to_owned(), scan::file);
    let week: Week = "2026-W47".parse().unwrap();
    let builds = Builds { records, bad: 0 };
    let collector = COLLECTOR.parse().unwrap();
    Draft::new(week, &merged, &collector, consent, &builds, &mut executables).unwrap().report
}

proptest! {
    #[test]
    fn nothing_private_gets_in(builds in prop::collection::vec(build(), 1..8)) {
        let public = record("public-library", COLLECTOR);
        let records = [builds, vec![public]].concat();
        let report = report(&records, &Consent::new(Timestamp::UNIX_EPOCH));
        let text = String::from_utf8(report.encode()).unwrap();
        prop_assert!(!text.contains(CANARY), "{}", text);
        for word in ["public-library", "libz-sys", "1.1.23", "client::send", "openssl"] {
            prop_assert!(text.contains(word), "`{}` is missing: {}", word, text);
        }
        prop_assert_eq!(Report::decode(text.as_bytes()).unwrap(), report);
    }
}

#[test]
fn what_the_owner_leaves_out_is_not_even_named_as_a_dependency() {
    let records = [record("counted-library", COLLECTOR), record("public-library", COLLECTOR)];
    let mut consent = Consent::new(Timestamp::UNIX_EPOCH);
    consent.except = ["libz_sys".parse().unwrap(), "public-library".parse().unwrap()].into();
    let text = String::from_utf8(report(&records, &consent).encode()).unwrap();
    assert!(text.contains("counted-library"), "{text}");
    assert!(!text.contains("libz") && !text.contains("public-library"), "{text}");
}

#[test]
fn a_feature_is_unknown_when_one_build_does_not_tell() {
    let known = record("counted-library", COLLECTOR);
    let unknown = BuildRecord { features: None, ..known.clone() };
    let consent = Consent::new(Timestamp::UNIX_EPOCH);
    let features = |records: &[_]| report(records, &consent).sections[0].features.clone();
    assert_eq!(features(std::slice::from_ref(&known)), Some(["std".parse().unwrap()].into()));
    assert_eq!(features(&[known, unknown]), None);
}

#[test]
fn what_is_over_a_limit_is_left_out_by_name_and_the_rest_goes() {
    let mut large = record("large-library", COLLECTOR);
    let versions = (0..1_001).map(|patch| Dependency::Public(format!("1.0.{patch}")));
    large.dependencies = Some([("libz-sys".parse().unwrap(), versions.collect())].into());
    let records = BTreeMap::from([(1, large), (2, record("small-library", COLLECTOR))]);
    let merged: Merged = records.iter().flat_map(|(hash, one)| lines(1, *hash, one)).collect();
    let mut executables = Executables::new("/nowhere".into(), scan::file);
    let draft = Draft::new(
        "2026-W47".parse().unwrap(),
        &merged,
        &COLLECTOR.parse().unwrap(),
        &Consent::new(Timestamp::UNIX_EPOCH),
        &Builds { records, bad: 0 },
        &mut executables,
    )
    .unwrap();
    assert_eq!(draft.over_limit, ["large-library 1.4.2".to_owned()].into());
    assert_eq!(draft.report.sections.len(), 1);
}
