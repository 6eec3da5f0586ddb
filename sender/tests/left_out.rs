//! What a report leaves out because the owner, a build or a limit says so.

mod machine;

use std::collections::BTreeMap;

use headcount_report::build::Dependency;
use headcount_report::spool::Line;
use headcount_report::{BuildRecord, Report, Week};
use headcount_sender::consent::Consent;
use headcount_sender::draft::Draft;
use headcount_sender::executables::Executables;
use headcount_sender::merge::Merged;
use headcount_sender::scan;
use headcount_sender::spool::Builds;
use jiff::Timestamp;
use machine::{COLLECTOR, record};

/// The line of a process that used a library.
fn line(process: u64, build: u64) -> Line {
    Line::Hit { process, build, count: 1, site: "client::send".parse().unwrap() }
}

fn report(records: &[BuildRecord], consent: &Consent) -> Report {
    let records: BTreeMap<u64, BuildRecord> = (0..).zip(records.iter().cloned()).collect();
    let merged: Merged = records.keys().map(|hash| line(*hash, *hash)).collect();
    let folder = tempfile::tempdir().unwrap();
    let mut executables = Executables::new(folder.path().to_owned(), scan::file);
    let week: Week = "2026-W47".parse().unwrap();
    let builds = Builds { records, bad: 0 };
    let collector = COLLECTOR.parse().unwrap();
    Draft::new(week, &merged, &collector, consent, &builds, &mut executables).unwrap().report
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
    let merged: Merged = records.keys().map(|hash| line(1, *hash)).collect();
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
