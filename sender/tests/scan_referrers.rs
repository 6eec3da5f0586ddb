//! Who refers to a site, in small crates that rustc builds with both manglings, with and without
//! optimisation.
#![cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use headcount_report::{Record, SiteKind, SiteRecord};
use headcount_sender::referrers::{self, Crate, Referrers, Rlib};
use tempfile::TempDir;

/// Functions of the counted library: the name of the site, and the code with `SITE` in its place.
const COUNTED: &[(&str, &str)] = &[
    ("plain", "#[inline(never)] pub fn plain() { SITE }"),
    ("unused", "pub fn unused() { SITE }"),
    ("inlined", "#[inline(always)] pub fn inlined() { SITE }"),
    ("generic", "pub fn generic<T: Copy>(value: T) -> [T; 2] { SITE [value, value] }"),
    (
        "Stack::push",
        "impl<T> Stack<T> { pub fn push(&mut self, item: T) { SITE self.0.push(item) } }",
    ),
    ("Sink::put", "pub trait Sink { fn put(&self) -> u8 { SITE 1 } }"),
    ("go", "pub async fn go() -> u8 { SITE 2 }"),
    ("exported", "#[unsafe(no_mangle)] pub extern \"C\" fn exported() { SITE }"),
    ("inner::deep", "pub mod inner { #[inline(never)] pub fn deep() { SITE } }"),
];

const COUNTED_REST: &str = "
    pub struct Stack<T>(pub Vec<T>);
    #[inline(never)] pub fn wrapper() { plain() }
";

/// Crates between the library and a program. Small functions would be compiled where they are
/// called, which is nowhere here.
const CALLERS: &[(&str, &str)] = &[
    ("direct", "#[inline(never)] pub fn call() { counted::plain(); counted::inlined(); counted::inner::deep() }"),
    (
        "typed",
        "#[inline(never)] pub fn call(stack: &mut counted::Stack<u8>) -> [u32; 2] { stack.push(1); counted::generic(7) }
         pub struct Mine; impl counted::Sink for Mine {}
         #[inline(never)] pub fn put() -> u8 { counted::Sink::put(&Mine) }",
    ),
    (
        "waiting",
        "#[inline(never)] pub fn poll() -> bool {
            let mut future = std::pin::pin!(counted::go());
            let mut context = std::task::Context::from_waker(std::task::Waker::noop());
            std::future::Future::poll(future.as_mut(), &mut context).is_ready()
        }",
    ),
    ("foreign", "#[inline(never)] pub fn call() { counted::exported() }"),
    ("indirect", "#[inline(never)] pub fn call() { counted::wrapper() }"),
    ("pointer", "pub static CALL: fn() = counted::inner::deep;"),
    ("stranger", "#[inline(never)] pub fn call() {}"),
];

/// Every site with the crates that refer to it; the last part says whether the library does too.
const EXPECTED: &[(&str, &[&str], bool)] = &[
    ("plain", &["direct"], true),
    ("unused", &[], false),
    ("inlined", &["direct"], false),
    ("generic", &["typed"], false),
    ("Stack::push", &["typed"], false),
    ("Sink::put", &["typed"], false),
    ("go", &["waiting"], false),
    ("exported", &["foreign"], false),
    ("inner::deep", &["direct", "pointer"], false),
];

fn site(name: &str) -> SiteRecord {
    SiteRecord {
        library: "counted".parse().unwrap(),
        version: "1.0.0".to_owned(),
        path: name.parse().unwrap(),
        kind: SiteKind::Fn,
        deprecated: None,
    }
}

/// The library as headcount's macros would write it.
fn counted_source(folder: &Path) -> String {
    let mut source = COUNTED_REST.to_owned();
    for (index, (name, code)) in COUNTED.iter().enumerate() {
        let bytes = Record::Site(site(name)).encode();
        fs::write(folder.join(format!("{index}.record")), &bytes).unwrap();
        let place = format!(
            "static RECORD: [u8; {}] = *include_bytes!(\"{index}.record\");
             unsafe {{ core::arch::asm!(\".reloc ., BFD_RELOC_NONE, {{0}}\", sym RECORD, \
             options(nomem, nostack, preserves_flags)) }}",
            bytes.len()
        );
        writeln!(source, "{}", code.replace("SITE", &place)).unwrap();
    }
    source
}

fn compile(folder: &Path, name: &str, source: &str, arguments: &[&str]) -> Rlib {
    let file = folder.join(format!("{name}.rs"));
    fs::write(&file, source).unwrap();
    let mut command = Command::new("rustc");
    command.current_dir(folder).arg(&file).args(["--edition=2024", "--crate-type=rlib", "-L."]);
    // A stable rustc takes the older mangling only so.
    command.args(["--crate-name", name]).args(arguments).env("RUSTC_BOOTSTRAP", "1");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let version = if name == "counted" { "1.0.0" } else { "0.1.0" };
    let krate = Crate { name: name.to_owned(), version: Some(version.to_owned()) };
    Rlib { krate, path: folder.join(format!("lib{name}.rlib")) }
}

/// Builds the crates and asks who refers to what.
fn find(arguments: &[&str]) -> Referrers {
    let folder = TempDir::new().unwrap();
    let counted = counted_source(folder.path());
    let mut rlibs = vec![compile(folder.path(), "counted", &counted, arguments)];
    for (name, source) in CALLERS {
        let source = format!("#![allow(unused_extern_crates)] extern crate counted;\n{source}");
        rlibs.push(compile(folder.path(), name, &source, arguments));
    }
    referrers::find(&rlibs)
}

#[track_caller]
fn check(arguments: &[&str]) {
    let referrers = find(arguments);
    assert_eq!(referrers.problems, [""; 0]);
    assert_eq!(referrers.sites.len(), EXPECTED.len());
    for (name, crates, library_itself) in EXPECTED {
        let site_use = &referrers.sites[&site(name)];
        let found: BTreeSet<_> = site_use.crates.iter().map(|krate| &*krate.name).collect();
        assert_eq!(found, crates.iter().copied().collect(), "{name} {arguments:?}");
        assert_eq!(site_use.library_itself, *library_itself, "{name} {arguments:?}");
    }
}

#[test]
fn legacy_mangling() {
    check(&["-Csymbol-mangling-version=legacy", "-Zunstable-options"]);
}

#[test]
fn v0_mangling() {
    check(&["-Csymbol-mangling-version=v0"]);
}

#[test]
fn optimised() {
    check(&["-Csymbol-mangling-version=v0", "-Copt-level=3", "-Ccodegen-units=16"]);
    check(&["-Copt-level=s", "-Ccodegen-units=1"]);
}

#[test]
fn with_debug_information() {
    check(&["-g", "-Cforce-unwind-tables=yes"]);
}

#[test]
fn bitcode_is_unknown_and_not_unused() {
    let referrers = find(&["-Clinker-plugin-lto"]);
    assert!(referrers.sites.is_empty());
    let said = "with link-time optimisation 8 of the libraries hold no symbols; a build without \
                `lto` tells who refers to what";
    assert_eq!(referrers.problems, [said]);
}

#[test]
fn where_a_library_is_missing_nobody_is_said_to_refer() {
    let folder = TempDir::new().unwrap();
    let counted = compile(folder.path(), "counted", &counted_source(folder.path()), &[]);
    let unused = site("unused");
    let (mut read, length) = (0, fs::metadata(&counted.path).unwrap().len());
    let rlibs = std::slice::from_ref(&counted);
    let known = referrers::find_with_progress(rlibs, &mut |bytes| read += bytes);
    assert!((length - 3..=length).contains(&read), "{read} of {length}");
    assert_eq!(known.of(&unused).map(|site_use| site_use.crates.len()), Some(0));
    let krate = Crate { name: "gone".to_owned(), version: None };
    let unknown = referrers::find(&[counted, Rlib { krate, path: "/nowhere/libgone.rlib".into() }]);
    assert_eq!(unknown.of(&unused), None);
}

#[test]
fn a_missing_rlib_is_a_problem() {
    let krate = Crate { name: "gone".to_owned(), version: None };
    let referrers = referrers::find(&[Rlib { krate, path: "/nowhere/libgone.rlib".into() }]);
    assert_eq!(referrers.problems.len(), 1);
    assert!(referrers.problems[0].starts_with("`libgone.rlib` cannot be read"));
}
