//! What one program can have two of: versions of a library, and of headcount.

use std::collections::BTreeSet;
use std::path::PathBuf;

use headcount_report::{BuildRecord, spool};
use headcount_sender::scan;
use headcount_tests::downstream::Downstream;
use headcount_tests::variant::build_variant;
use headcount_tests::{root, success};

use crate::recording::Spool;

/// Builds the program with a headcount of another version beside this one.
fn build() -> PathBuf {
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
    build_variant(&root().join("tests/builds/two-versions"), &[], "", "two-versions")
        .join("two-versions")
}

#[test]
fn two_versions_of_a_library_and_of_headcount_are_all_reported() {
    let program = build();

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
