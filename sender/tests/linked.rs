//! What a section says about the executables in which its library ran: right, or unknown.

mod machine;

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use headcount_report::spool::FileIdentity;
use headcount_report::{Fact, Facts, Section, SiteKind, SiteRecord};
use headcount_sender::consent::Consent;
use headcount_sender::draft::{Draft, said_since};
use headcount_sender::executables::Executables;
use headcount_sender::scan::{Scan, ScanError};
use machine::{COLLECTOR, Machine, record};

const WEEK: &str = "2026-W47";

/// Reads an "executable" whose text is a library and its linked sites, separated by spaces.
#[expect(clippy::unnecessary_wraps, reason = "it is a `Scanner`")]
fn scan_text(path: &Path) -> Result<Scan, ScanError> {
    let text = fs::read_to_string(path).unwrap();
    let (library, sites) = text.split_once(' ').unwrap();
    let site = |path: &str| SiteRecord {
        library: library.parse().unwrap(),
        version: "1.4.2".to_owned(),
        path: path.parse().unwrap(),
        kind: SiteKind::Fn,
        deprecated: None,
    };
    Ok(Scan {
        builds: vec![record(library, COLLECTOR)],
        sites: sites.split(' ').map(site).collect(),
        ..Scan::default()
    })
}

fn executable(machine: &Machine, name: &str, text: &str) -> FileIdentity {
    let path = machine.home.folder().join(name);
    fs::write(&path, text).unwrap();
    let status = fs::metadata(&path).unwrap();
    let mtime_ns = i128::from(status.mtime()) * 1_000_000_000 + i128::from(status.mtime_nsec());
    FileIdentity { path, size_bytes: status.len(), mtime_ns, inode: status.ino() }
}

/// What is said about the one library of a machine.
fn section(machine: &Machine) -> Section {
    let file = machine.spool().read(WEEK.parse().unwrap()).unwrap();
    let mut executables = Executables::new(machine.home.scans(), scan_text);
    let draft = Draft::new(
        WEEK.parse().unwrap(),
        &said_since(&file, 0),
        &COLLECTOR.parse().unwrap(),
        &Consent::new(jiff::Timestamp::UNIX_EPOCH),
        &machine.spool().builds().unwrap(),
        &mut executables,
    );
    let [section] = draft.unwrap().report.sections.try_into().unwrap();
    section
}

/// What is said about each site.
fn sites(section: &Section) -> Vec<(&str, Vec<&'static str>)> {
    let words = |facts: &Facts| facts.iter().map(Fact::as_str).collect();
    section.sites.iter().map(|(path, facts)| (path.as_str(), words(facts))).collect()
}

/// A machine on which process 1 called `send` of a build of `counted-library`.
fn machine() -> (Machine, u64) {
    let machine = Machine::new();
    let build = machine.build(&record("counted-library", COLLECTOR));
    machine.hit(WEEK, 1, build, 1, "send");
    (machine, build)
}

#[test]
fn what_any_executable_linked_is_linked() {
    let (machine, build) = machine();
    machine.executable(WEEK, 1, executable(&machine, "one", "counted-library send old"));
    machine.executable(WEEK, 2, executable(&machine, "two", "counted-library send new"));
    machine.hit(WEEK, 2, build, 1, "send");
    let section = section(&machine);
    assert!(section.scanned);
    let linked = vec!["linked"];
    let expect = [("new", linked.clone()), ("old", linked), ("send", vec!["linked", "called"])];
    assert_eq!(sites(&section), expect);
}

#[test]
fn an_executable_of_another_library_does_not_matter() {
    let (machine, _) = machine();
    machine.executable(WEEK, 1, executable(&machine, "one", "counted-library send"));
    let gone = FileIdentity { path: "/gone".into(), size_bytes: 1, mtime_ns: 1, inode: 1 };
    machine.executable(WEEK, 2, gone);
    assert!(section(&machine).scanned);
}

#[track_caller]
fn is_unknown(machine: &Machine) {
    let section = section(machine);
    assert!(!section.scanned);
    assert_eq!(sites(&section), [("send", vec!["called"])]);
}

#[test]
fn linked_is_unknown_when_one_executable_is() {
    // A process that never said which executable it is.
    let (machine, build) = machine();
    machine.executable(WEEK, 1, executable(&machine, "one", "counted-library send"));
    machine.hit(WEEK, 2, build, 1, "send");
    is_unknown(&machine);

    // One that was rebuilt since.
    let (machine, _) = self::machine();
    let file = executable(&machine, "one", "counted-library send");
    machine.executable(WEEK, 1, file);
    executable(&machine, "one", "counted-library another");
    is_unknown(&machine);

    // One in which the library is not: it was in a shared object.
    let (machine, _) = self::machine();
    machine.executable(WEEK, 1, executable(&machine, "one", "another-library send"));
    is_unknown(&machine);
}
