//! Scans of real binaries, made by rustc and the system's linker, and of files that only look so.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use headcount_report::record::magic;
use headcount_report::{Record, SiteKind, SiteRecord};
use headcount_sender::scan::{self, ScanError};
use proptest::prelude::*;
use tempfile::TempDir;

fn site(name: &str) -> SiteRecord {
    SiteRecord {
        library: "counted-library".parse().unwrap(),
        version: "1.4.2".to_owned(),
        path: name.parse().unwrap(),
        kind: SiteKind::Fn,
        deprecated: None,
    }
}

fn bytes(name: &str) -> Vec<u8> {
    Record::Site(site(name)).encode()
}

#[track_caller]
fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A Rust source that holds each of `names` in a static of its own.
fn source(folder: &Path, names: &[&str]) -> PathBuf {
    use std::fmt::Write as _;
    let mut text = String::new();
    for (index, name) in names.iter().enumerate() {
        let record = bytes(name);
        fs::write(folder.join(format!("{index}.record")), &record).unwrap();
        let length = record.len();
        let include = format!("*include_bytes!(\"{index}.record\")");
        writeln!(text, "#[used] pub static RECORD_{index}: [u8; {length}] = {include};").unwrap();
    }
    text += "#[allow(dead_code)] fn main() {}\n";
    let path = folder.join("source.rs");
    fs::write(&path, text).unwrap();
    path
}

fn rustc(folder: &Path, kind: &str, names: &[&str], arguments: &[&str]) -> PathBuf {
    let output = folder.join(format!("lib{kind}.rlib"));
    let mut command = Command::new("rustc");
    command.arg(source(folder, names)).arg("-o").arg(&output);
    run(command.args(["--crate-name", "source", "--crate-type", kind]).args(arguments));
    output
}

/// An executable of the system's compiler whose read-only data is `data`.
fn cc(folder: &Path, data: &[u8], arguments: &[&str]) -> PathBuf {
    fs::write(folder.join("blob"), data).unwrap();
    let assembly = r#"asm(".section .rodata\n.incbin \"blob\"\n.text");"#;
    let source = format!("{assembly}\nint main(void) {{ return 0; }}\n");
    fs::write(folder.join("blob.c"), source).unwrap();
    let mut command = Command::new("cc");
    run(command.current_dir(folder).args(["blob.c", "-o", "out"]).args(arguments));
    folder.join("out")
}

#[track_caller]
fn check(path: &Path, names: &[&str]) {
    let scan = scan::file(path).unwrap();
    assert_eq!(scan.sites, names.iter().map(|name| site(name)).collect::<BTreeSet<_>>());
    assert_eq!(scan.problems, [""; 0]);
}

#[test]
fn executables_debug_and_release_whole_and_stripped() {
    let folder = TempDir::new().unwrap();
    let names = ["one", "two"];
    check(&rustc(folder.path(), "bin", &names, &["-g"]), &names);
    let release = rustc(folder.path(), "bin", &names, &["-O", "-Cstrip=symbols"]);
    check(&release, &names);
}

#[test]
fn section_headers_are_not_needed() {
    let folder = TempDir::new().unwrap();
    let path = cc(folder.path(), &bytes("kept"), &[]);
    let mut elf = fs::read(&path).unwrap();
    elf[40..48].fill(0); // e_shoff
    elf[60..64].fill(0); // e_shnum, e_shstrndx
    fs::write(&path, elf).unwrap();
    check(&path, &["kept"]);
}

#[test]
fn shared_libraries() {
    let folder = TempDir::new().unwrap();
    check(&rustc(folder.path(), "cdylib", &["exported"], &[]), &["exported"]);
    // Its metadata holds the same text again, outside of what is loaded.
    let path = rustc(folder.path(), "dylib", &["shared"], &["-Cprefer-dynamic"]);
    assert_eq!(scan::records(&path).unwrap().records, [Record::Site(site("shared"))]);
}

#[test]
fn an_rlib_and_an_object() {
    let folder = TempDir::new().unwrap();
    let path = rustc(folder.path(), "rlib", &["one", "two"], &["-Ccodegen-units=4"]);
    check(&path, &["one", "two"]);
    let object = folder.path().join("one.o");
    let mut command = Command::new("rustc");
    command.arg(source(folder.path(), &["alone"])).arg("-o").arg(&object);
    run(command.args(["--crate-type", "lib", "--emit", "obj"]));
    check(&object, &["alone"]);
}

#[test]
fn two_sites_of_one_name_stay_two_records() {
    let folder = TempDir::new().unwrap();
    let path = rustc(folder.path(), "rlib", &["same", "same"], &[]);
    let records = scan::records(&path).unwrap().records;
    assert_eq!(records, [Record::Site(site("same")), Record::Site(site("same"))]);
}

#[test]
fn a_large_executable() {
    let folder = TempDir::new().unwrap();
    let padding = vec![magic()[0]; 20 << 20];
    let data = [&padding, &*bytes("middle"), &padding, &bytes("end")].concat();
    check(&cc(folder.path(), &data, &[]), &["middle", "end"]);
}

#[test]
fn the_magic_alone_is_nothing() {
    let folder = TempDir::new().unwrap();
    let data = [&magic(), &b"and then some other text"[..], &magic()].concat();
    check(&cc(folder.path(), &data, &[]), &[]);
}

#[test]
fn what_lies_behind_the_segments_is_not_loaded() {
    let folder = TempDir::new().unwrap();
    let path = cc(folder.path(), &bytes("kept"), &[]);
    let appended = [fs::read(&path).unwrap(), bytes("appended")].concat();
    fs::write(&path, appended).unwrap();
    check(&path, &["kept"]);
    assert_eq!(scan::traces(&path).unwrap().site_records, 2);
}

#[test]
fn a_truncated_executable_is_searched_to_its_end() {
    let folder = TempDir::new().unwrap();
    let data = [bytes("early"), vec![0; 100_000], bytes("late")].concat();
    let path = cc(folder.path(), &data, &[]);
    let elf = fs::read(&path).unwrap();
    let cut = memchr::memmem::find(&elf, &bytes("late")).unwrap() - 20;
    fs::write(&path, &elf[..cut]).unwrap();
    let scan = scan::file(&path).unwrap();
    assert_eq!(scan.sites, BTreeSet::from([site("early")]));
    assert!(scan.problems[0].starts_with("it is cut short"), "{:?}", scan.problems);
}

#[test]
fn progress_reaches_the_size_of_what_was_searched() {
    let folder = TempDir::new().unwrap();
    let path = cc(folder.path(), &vec![1; 5 << 20], &[]);
    let (mut bytes, length) = (0, fs::metadata(&path).unwrap().len());
    scan::file_with_progress(&path, &mut |window| bytes += window).unwrap();
    assert!((5 << 20..length + 100).contains(&bytes), "{bytes} of {length}");
}

#[test]
fn this_programs_own_binary_holds_nothing() {
    let own = std::env::current_exe().unwrap();
    assert_eq!(scan::file(&own).unwrap(), scan::Scan::default());
    assert!(scan::traces(&own).unwrap().is_empty());
}

#[test]
fn traces_across_windows_are_found_once() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("file");
    let record = bytes("some::path");
    for before in [0, (1 << 20) - 20, (1 << 20) - 14, (1 << 20) - 13, (1 << 20) - 1] {
        fs::write(&path, [&*vec![b' '; before], &record, &[0; 600]].concat()).unwrap();
        let traces = scan::traces(&path).unwrap();
        assert_eq!((traces.site_records, traces.unknown_records), (1, 0), "behind {before} bytes");
    }
}

#[test]
fn files_that_are_no_binaries_say_what_they_are() {
    #[track_caller]
    fn check(start: &[u8], expected: &str) {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, start).unwrap();
        match scan::file(&path) {
            Err(ScanError::NotABinary { path: named, what }) => {
                assert_eq!((named, what), (path, expected));
            }
            other => panic!("{other:?}"),
        }
    }
    check(b"", "an empty file");
    check(b"\x1f\x8b\x08 and so on, longer", "packed by gzip (unpack it first)");
    check(b"\xfd7zXZ\0 and so on, longer", "packed by xz (unpack it first)");
    check(b"\x28\xb5\x2f\xfd and so on, longer", "packed by zstd (unpack it first)");
    check(b"#!/bin/sh\necho hello world\n", "a script");
    check("grün, und noch mehr davon".as_bytes(), "a text file");
    check(&[0x80; 100], "a file of an unknown kind");
}

#[test]
fn folders_and_missing_files() {
    let folder = TempDir::new().unwrap();
    let error = scan::file(folder.path()).unwrap_err().to_string();
    assert!(error.ends_with("is a folder, not an executable or a library"), "{error}");
    let missing = folder.path().join("missing");
    let error = scan::file(&missing).unwrap_err();
    assert_eq!(error.to_string(), format!("cannot open `{}`", missing.display()));
}

/// A small shared library with one record.
fn small_elf() -> Vec<u8> {
    static ELF: OnceLock<Vec<u8>> = OnceLock::new();
    ELF.get_or_init(|| {
        let folder = TempDir::new().unwrap();
        let arguments = ["-nostdlib", "-shared", "-s", "-Wl,-z,noseparate-code"];
        fs::read(cc(folder.path(), &bytes("kept"), &arguments)).unwrap()
    })
    .clone()
}

/// Whatever the bytes are: no panic, and never a site that is not there.
#[track_caller]
fn check_hostile(bytes: &[u8]) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("file");
    fs::write(&path, bytes).unwrap();
    if let Ok(scan) = scan::file(&path) {
        assert!(scan.sites.iter().all(|found| *found == site("kept")));
    }
}

proptest! {
    #[test]
    fn mutated_headers_never_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20)
    ) {
        let mut elf = small_elf();
        for (at, value) in changes {
            let headers = elf.len().min(1024);
            elf[at.index(headers)] = value;
        }
        check_hostile(&elf);
    }

    #[test]
    fn a_file_cut_anywhere_never_panics(keep in any::<prop::sample::Index>()) {
        let elf = small_elf();
        check_hostile(&elf[..keep.index(elf.len())]);
    }

    #[test]
    fn noise_behind_a_known_beginning_never_panics(
        beginning in prop::sample::select(vec![
            &b"\x7fELF\x02\x01\x01\0"[..], b"\x7fELF\x01\x02\x01\0", b"!<arch>\n", b"!<thin>\n",
            b"\xcf\xfa\xed\xfe", b"\xfe\xed\xfa\xce", b"\xca\xfe\xba\xbe", b"MZ", b"\x64\x86",
        ]),
        noise in prop::collection::vec(any::<u8>(), 0..2000)
    ) {
        check_hostile(&[beginning, &noise].concat());
    }
}
