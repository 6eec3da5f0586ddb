//! Exactly what the linker kept, for every kind of item and every way to build.
//!
//! The program uses one of two equal modules of a library. The other, and what no build may list,
//! has to be missing, or "linked" would mean nothing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use headcount_sender::scan;
use headcount_tests::variant::build_variant;
use headcount_tests::{fixtures, has_tool, root, success};

use crate::recording::Spool;

/// Every site of `reached`, and of `unreached`.
const ITEMS: [&str; 43] = [
    "<&Number as Add<u32>>::add",
    "<Number as Deref>::deref",
    "<Number as Display>::fmt",
    "<Number as Drop>::drop",
    "<Number as From<u32>>::from",
    "<Number as Index<usize>>::index",
    "<Number as Iterator>::next",
    "<Number as Shape>::side",
    "<Unit as Shape>::side",
    "Holder::held",
    "Number::associated",
    "Number::by_reference",
    "Number::by_value",
    "Number::waits",
    "Shape::area",
    "argument",
    "by_a_macro",
    "callback",
    "cold",
    "const_generic",
    "constant",
    "dangerous",
    "diverging",
    "empty",
    "even",
    "foreign",
    "generic",
    "in_a_table",
    "inline",
    "inline_always",
    "inline_never",
    "linked",
    "linked_inline",
    "nested",
    "odd",
    "old",
    "panicking",
    "plain",
    "pointed_to",
    "polled",
    "private",
    "recursive",
    "with_feature",
];

/// What the program uses, and what only looks used.
const BETWEEN: [&str; 7] = [
    "between::<Constructed as Handler>::called",
    "between::<Constructed as Handler>::default_that_is_overridden", // in the vtable
    "between::Handler::never_called",                                // in the vtable
    "branches::not_taken",                                           // who could know
    "branches::taken",
    "closures::called",
    "dead_branch::alive",
];

/// What looks used more and is not.
const NOT_KEPT: [&str; 5] = [
    "between::<NeverConstructed as Handler>::called",
    "between::Handler::default_that_is_overridden",
    "between::never_polled", // its body is in no file
    "closures::never_called",
    "dead_branch::dead",
];

/// How many sites are hit: not `diverging`, not the two that have a record only, and three of
/// `BETWEEN` not.
const CALLED: usize = ITEMS.len() - 3 + BETWEEN.len() - 3;

fn expected() -> BTreeSet<String> {
    items("reached").chain(BETWEEN.map(str::to_owned)).collect()
}

/// Every site of the library.
fn everything() -> BTreeSet<String> {
    let not_kept = items("unreached").chain(NOT_KEPT.map(str::to_owned));
    expected().into_iter().chain(not_kept).collect()
}

fn items(module: &str) -> impl Iterator<Item = String> {
    ITEMS.iter().map(move |path| format!("{module}::{path}"))
}

#[track_caller]
fn same(name: &str, listed: &BTreeSet<String>, expected: &BTreeSet<String>) {
    let missing: Vec<_> = expected.difference(listed).collect();
    let too_much: Vec<_> = listed.difference(expected).collect();
    assert!(
        missing.is_empty() && too_much.is_empty(),
        "{name}: missing {missing:?}, too much {too_much:?}"
    );
}

fn listed(file: &Path) -> BTreeSet<String> {
    let scan = scan::file(file).unwrap();
    assert_eq!(scan.problems, [] as [&str; 0]);
    scan.sites.iter().map(|site| site.path.to_string()).collect()
}

/// Runs the program with consent; returns the sites that it hit.
fn called(program: &Path) -> BTreeSet<String> {
    let spool = Spool::new();
    // Instrumented for coverage, it leaves a file where it runs.
    success(spool.command(program).current_dir(spool.0.path()));
    spool.totals().into_keys().collect()
}

/// Builds the program as `arguments` and `flags` say; its list has to be exact.
#[track_caller]
fn is_exact(name: &str, arguments: &[&str], flags: &str) {
    let program = build(name, arguments, flags);
    let listed = listed(&program);
    same(name, &listed, &expected());
    let called = called(&program);
    assert_eq!(called.len(), CALLED, "{name}: {called:?}");
    let unlisted: Vec<_> = called.difference(&listed).collect();
    assert_eq!(unlisted, [] as [&String; 0], "{name}");
}

fn build(name: &str, arguments: &[&str], flags: &str) -> PathBuf {
    let folder = root().join("tests/builds/kinds");
    let arguments = [&["--package", "kinds"], arguments].concat();
    build_variant(&folder, &arguments, flags, &format!("kinds-{name}")).join("kinds")
}

#[test]
fn debug() {
    is_exact("debug", &[], "");
}

#[test]
fn release() {
    is_exact("release", &["--release"], "");
}

/// What is built as an object for others has everything; that is the manifest.
#[test]
fn a_library_alone_lists_everything() {
    let folder = root().join("tests/builds/kinds");
    let kept = build_variant(&folder, &["--package", "kinds-library"], "", "kinds-rlib");
    same("rlib", &listed(&kept.join("libkinds_library.rlib")), &everything());
}

/// Where no relocation can keep the record of a `linked` site, an ordinary reference does.
#[test]
fn exact_without_the_directive() {
    for (name, profile) in [("no-reloc", &[][..]), ("no-reloc-release", &["--release"])] {
        is_exact(name, profile, "--cfg headcount_no_reloc");
    }
}

/// What a packager sets for all of a system.
#[test]
fn nothing_where_a_flag_for_rustc_says_so() {
    for (name, profile) in [("disabled-debug", &[][..]), ("disabled-release", &["--release"])] {
        let program = build(name, profile, "--cfg headcount_disabled");
        same(name, &listed(&program), &BTreeSet::new());
        assert_eq!(called(&program), BTreeSet::new());
        let program = std::fs::read(program).unwrap();
        assert!(!program.windows(15).any(|bytes| bytes == b"HEADCOUNT_SPOOL"), "{name}");
    }
}

/// As cargo's profiles can be set.
#[test]
#[ignore = "builds the program many times"]
fn exact_in_every_profile() {
    let set = |name, settings: &[&str]| {
        let settings = settings.iter().map(|setting| format!("profile.release.{setting}"));
        let settings: Vec<_> = settings.flat_map(|set| ["--config".to_owned(), set]).collect();
        let arguments: Vec<_> =
            ["--release"].into_iter().chain(settings.iter().map(String::as_str)).collect();
        is_exact(name, &arguments, "");
    };
    set("thin", &["lto='thin'"]);
    set("fat", &["lto='fat'"]);
    set("lto-off", &["lto='off'"]);
    set("one-unit", &["codegen-units=1"]);
    set("many-units", &["codegen-units=256"]);
    set("small", &["opt-level='z'", "lto='fat'", "codegen-units=1", "strip=true", "panic='abort'"]);
    set("size", &["opt-level='s'", "strip='symbols'"]);
    set("one", &["opt-level=1"]);
    set("unoptimised", &["opt-level=0", "debug=2", "overflow-checks=true"]);
    set("incremental", &["incremental=true"]);
}

/// As rustc can be told to.
#[test]
#[ignore = "builds the program many times"]
fn exact_with_other_flags() {
    for (name, flags) in [
        ("static-model", "-C relocation-model=static"),
        ("static-libc", "-C target-feature=+crt-static"),
        ("v0", "-C symbol-mangling-version=v0"),
        ("coverage", "-C instrument-coverage"),
        ("native", "-C target-cpu=x86-64-v3"),
        ("frame-pointers", "-C force-frame-pointers=yes -C force-unwind-tables=no"),
        ("large", "-C code-model=large"),
    ] {
        is_exact(name, &[], flags);
        is_exact(name, &["--release"], flags);
    }
}

/// Each linker says in a comment who it is.
#[test]
#[ignore = "builds the program many times"]
fn exact_with_each_linker() {
    let is_lld = |name: &str| {
        let program = fixtures().join("kept").join(format!("kinds-{name}")).join("kinds");
        std::fs::read(program).unwrap().windows(11).any(|bytes| bytes == b"Linker: LLD")
    };
    for profile in [&[][..], &["--release"]] {
        // rustc's own; it may fold equal functions.
        is_exact("lld", profile, "-C link-arg=-Wl,--icf=all");
        assert!(is_lld("lld"));
        if has_tool("ld.bfd") {
            is_exact("bfd", profile, "-C linker-features=-lld -C link-arg=-fuse-ld=bfd");
            assert!(!is_lld("bfd"));
        }
    }
}

/// Where the linker keeps everything, everything is listed.
#[test]
#[ignore = "builds the program anew"]
fn an_upper_bound_without_garbage_collection() {
    for (name, flags) in
        [("dead-code", "-C link-dead-code"), ("no-gc", "-C link-arg=-Wl,--no-gc-sections")]
    {
        let listed = listed(&build(name, &[], flags));
        assert!(listed.is_superset(&expected()), "{name}");
        assert!(listed.iter().any(|path| path.starts_with("unreached::")), "{name}");
    }
}

/// A Rust shared library has it all, and the executable nothing.
#[test]
#[ignore = "builds the program anew"]
fn a_shared_library_lists_for_its_users() {
    let folder = root().join("tests/builds/kinds");
    let arguments = ["--package", "linked-dynamically", "--package", "kinds-shared"];
    let kept = build_variant(&folder, &arguments, "-C prefer-dynamic", "kinds-shared");
    same("executable", &listed(&kept.join("linked-dynamically")), &BTreeSet::new());
    same("shared library", &listed(&kept.join("libkinds_library.so")), &everything());
}
