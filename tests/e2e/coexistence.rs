//! What one program can have two of: versions of a library, and of headcount.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use headcount_report::{BuildRecord, spool};
use headcount_sender::scan;
use headcount_tests::downstream::Downstream;
use headcount_tests::variant::build_variant;
use headcount_tests::{clean, root, success};

use crate::recording::Spool;

/// Builds the program with a headcount of the next version beside this one, in which `edit` changed
/// something more.
fn build(edit: impl FnOnce(&Downstream), kept_as: &str) -> PathBuf {
    // The copies always lie in one place.
    static PLACE: Mutex<()> = Mutex::new(());
    let _alone = PLACE.lock().unwrap_or_else(PoisonError::into_inner);
    let _ = Downstream::copy("this");
    let next = Downstream::copy("next");
    let this = env!("CARGO_PKG_VERSION");
    let replace = |line: &str| {
        let (from, to) = (line.replace("VERSION", this), line.replace("VERSION", "99.0.0"));
        next.replace("Cargo.toml", &from, &to);
    };
    replace("\nversion = \"VERSION\"");
    replace("\nheadcount = { path = \"runtime\", version = \"=VERSION\" }");
    replace("\nheadcount-macros = { path = \"macros\", version = \"=VERSION\" }");
    edit(&next);
    build_variant(&root().join("tests/builds/two-versions"), &[], "", kept_as).join("two-versions")
}

/// As an incompatible version has to.
fn rename_slice(next: &Downstream) {
    for file in ["expand", "private", "site", "snapshot"] {
        let file = format!("runtime/src/{file}.rs");
        next.replace(&file, "HEADCOUNT_SITES_1", "HEADCOUNT_SITES_2");
    }
}

#[test]
fn two_versions_of_a_library_and_of_headcount_are_all_reported() {
    let program = build(rename_slice, "two-versions");

    let scan = scan::file(&program).unwrap();
    assert_eq!(scan.problems, [] as [&str; 0]);
    let linked: BTreeSet<_> = scan
        .sites
        .iter()
        .map(|site| format!("{} {} {}", site.library, site.version, site.path))
        .collect();
    let expected = [
        "library 1.0.0 shared",
        "library 2.0.0 added",
        "library 2.0.0 shared",
        "pioneer 0.1.0 explore",
    ];
    assert_eq!(linked, expected.map(str::to_owned).into());
    let builds: Vec<_> =
        scan.builds.iter().map(|build| format!("{} {}", build.library, build.version)).collect();
    assert_eq!(builds, ["library 1.0.0", "library 2.0.0", "pioneer 0.1.0"]);

    let spool = Spool::new();
    let output = success(&mut spool.command(&program));
    let counts = String::from_utf8(output.stdout).unwrap();
    let counts: BTreeSet<_> = counts.lines().collect();
    let expected = [
        "library 1.0.0 removed 0",
        "library 1.0.0 shared 1",
        "library 2.0.0 added 1",
        "library 2.0.0 shared 150",
        "pioneer 0.1.0 explore 100",
    ];
    assert_eq!(counts, expected.into());

    assert_eq!(
        said(&spool),
        [
            "library 1.0.0 shared 1",
            "library 2.0.0 added 1",
            "library 2.0.0 shared 1",
            "library 2.0.0 shared 100",
            "pioneer 0.1.0 explore 1",
            "pioneer 0.1.0 explore 100",
        ]
        .map(str::to_owned)
        .into()
    );
}

/// Every hit in a spool, with what its build record says.
fn said(spool: &Spool) -> BTreeSet<String> {
    let lines = spool.lines();
    assert_eq!(lines.unreadable, 0);
    let hits = lines.lines.into_iter().filter_map(|line| match line {
        spool::Line::Hit { build, count, site, .. } => Some((build, count, site)),
        spool::Line::Executable { .. } => None,
    });
    hits.map(|(build, count, site)| {
        let record = spool.0.path().join(spool::build_file_name(build));
        let record: BuildRecord =
            serde_json::from_str(&std::fs::read_to_string(record).unwrap()).unwrap();
        format!("{} {} {site} {count}", record.library, record.version)
    })
    .collect()
}

/// Why an incompatible version has to rename the slice: linkme finds two of one name, and panics in
/// whoever looks into it. Hits do not.
#[test]
#[ignore = "builds the program anew"]
fn two_slices_of_one_name_panic_at_the_first_look() {
    let program = build(|_| (), "one-slice");
    let spool = Spool::new();
    success(spool.command(&program).arg("hits-only"));
    assert_eq!(said(&spool).len(), 6);

    let output = clean(&program).output().unwrap();
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert!(complaint.contains("duplicate #[distributed_slice]"), "{complaint}");
}
