//! Programs with the shared libraries that they need, and many files at a time.
#![cfg(target_os = "linux")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};

use headcount_report::{Record, SiteKind, SiteRecord};
use headcount_sender::scan::{self, SharedLibraries};
use tempfile::TempDir;

/// Runs the system's compiler in a folder.
fn cc(folder: &Path, source: &str, output: &str, arguments: &[&str]) -> PathBuf {
    fs::write(folder.join("source.c"), source).unwrap();
    let path = folder.join(output);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut command = Command::new("cc");
    command.current_dir(folder).args(["source.c", "-o", output, "-Wl,--no-as-needed"]);
    let output = command.args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    path
}

/// A program that needs `libouter.so`, which needs `libinner.so`, both in one folder. The arguments
/// tell the linker what to write into the program, and into `libouter.so`.
fn program(folder: &Path, libraries: &str, program: &[&str], outer: &[&str]) -> PathBuf {
    let place = format!("-L{libraries}");
    let library = |name: &str| format!("{libraries}/lib{name}.so");
    let shared = ["-shared", "-fPIC"];
    cc(folder, "int inner(void) { return 1; }", &library("inner"), &shared);
    let needs_inner = [&shared[..], &[&place, "-linner"], outer].concat();
    cc(folder, "int outer(void) { return 2; }", &library("outer"), &needs_inner);
    let needs_outer = [&[&*place, "-louter", "-Wl,--allow-shlib-undefined"], program].concat();
    cc(folder, "int main(void) { return 0; }", "program", &needs_outer)
}

/// What the loader itself takes within the folder: names and places.
fn loaded(
    program: &Path,
    folder: &Path,
    environment: &[(&str, &Path)],
) -> BTreeMap<String, PathBuf> {
    let mut command = Command::new(program);
    command.env("LD_TRACE_LOADED_OBJECTS", "1").envs(environment.iter().copied());
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let found = text.lines().filter_map(|line| {
        let (name, place) = line.trim().split_once(" => ")?;
        let path = Path::new(place.split(" (").next()?).canonicalize().ok()?;
        path.starts_with(folder).then(|| (name.to_owned(), path))
    });
    found.collect()
}

/// What was found has to be what the loader takes.
#[track_caller]
fn same(found: SharedLibraries, loaded: &BTreeMap<String, PathBuf>, names: &[&str]) {
    assert_eq!(found.problems, [""; 0]);
    let order: Vec<_> = found.found.iter().map(|library| &*library.name).collect();
    assert_eq!(order, names);
    let found: BTreeMap<_, _> =
        found.found.into_iter().map(|library| (library.name, library.path)).collect();
    assert_eq!(found, *loaded);
}

#[track_caller]
fn check(arguments: &[&str], outer: &[&str], names: &[&str]) {
    let folder = TempDir::new().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let program = program(&root, "lib", arguments, outer);
    let found = scan::shared_libraries(&program);
    assert!(found.elsewhere.contains("libc.so.6"), "{found:?}");
    // What needs it is there, and it is not.
    let missing = BOTH.get(names.len());
    assert!(missing.is_none_or(|name| found.elsewhere.contains(*name)), "{found:?}");
    same(found, &loaded(&program, &root, &[]), names);

    // A link to a program does not move it.
    fs::create_dir(root.join("elsewhere")).unwrap();
    let link = root.join("elsewhere/link");
    symlink(&program, &link).unwrap();
    same(scan::shared_libraries(&link), &loaded(&link, &root, &[]), names);
}

const BOTH: [&str; 2] = ["libouter.so", "libinner.so"];
const OLD: &str = "-Wl,--disable-new-dtags";
const NEW: &str = "-Wl,--enable-new-dtags";

#[test]
fn where_files_say_that_the_libraries_are() {
    // `DT_RUNPATH` is for what the file needs, `DT_RPATH` for what that needs, too.
    check(&[NEW, "-Wl,-rpath,$ORIGIN/lib"], &[], &BOTH[..1]);
    check(&[OLD, "-Wl,-rpath,$ORIGIN/lib"], &[], &BOTH);
    check(&[NEW, "-Wl,-rpath,/nowhere:${ORIGIN}/lib"], &[NEW, "-Wl,-rpath,$ORIGIN"], &BOTH);
    // Whoever has the new one is not given the old one of others.
    check(&[OLD, "-Wl,-rpath,$ORIGIN/lib"], &[NEW, "-Wl,-rpath,/nowhere"], &BOTH[..1]);
    check(&[], &[], &[]);
}

#[test]
fn a_library_by_its_path() {
    let folder = TempDir::new().unwrap();
    let root = folder.path().canonicalize().unwrap();
    // Without a name of its own, a library is needed by the path that the linker was given.
    let library = cc(&root, "int own(void) { return 1; }", "lib/libown.so", &["-shared", "-fPIC"]);
    let path = library.to_str().unwrap();
    let program = cc(&root, "int main(void) { return 0; }", "program", &[path]);
    let found = scan::shared_libraries(&program).found;
    assert_eq!(found.iter().map(|library| &*library.name).collect::<Vec<_>>(), [path]);
    assert_eq!(found[0].path, library);
}

#[test]
fn a_target_folder_is_searched_as_cargo_has_it() {
    let folder = TempDir::new().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let program = program(&root, "deps", &[], &[]);
    let deps = root.join("deps");
    let as_cargo = [("LD_LIBRARY_PATH", &*deps)];
    same(scan::shared_libraries(&program), &loaded(&program, &root, &as_cargo), &BOTH);
    for beside in ["deps", "examples"] {
        fs::create_dir_all(root.join(beside)).unwrap();
        let copy = root.join(beside).join("copy");
        fs::copy(&program, &copy).unwrap();
        same(scan::shared_libraries(&copy), &loaded(&copy, &root, &as_cargo), &BOTH);
    }
}

#[test]
fn what_needs_nothing_or_is_no_program() {
    let folder = TempDir::new().unwrap();
    let alone = cc(folder.path(), "int main(void) { return 0; }", "alone", &["-static"]);
    assert_eq!(scan::shared_libraries(&alone), SharedLibraries::default());
    let text = folder.path().join("text");
    fs::write(&text, "no program").unwrap();
    assert_eq!(scan::shared_libraries(&text), SharedLibraries::default());
    assert_eq!(scan::shared_libraries(&folder.path().join("missing")), SharedLibraries::default());
}

/// Whatever its headers and its dynamic segment say.
#[test]
fn a_damaged_program_is_followed_as_far_as_it_goes() {
    let folder = TempDir::new().unwrap();
    let program = program(folder.path(), "lib", &["-Wl,-rpath,$ORIGIN/lib"], &[]);
    let bytes = fs::read(&program).unwrap();
    let mut problems = BTreeSet::new();
    for at in (0..bytes.len()).filter(|at| bytes[*at] != 0).step_by(3) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0xff;
        let path = folder.path().join("damaged");
        fs::write(&path, damaged).unwrap();
        problems.extend(scan::shared_libraries(&path).problems);
    }
    let said = "cannot be read: a name in its dynamic segment cannot be read";
    assert!(problems.iter().any(|problem| problem.ends_with(said)), "{problems:?}");
}

#[test]
fn many_files_give_what_each_gives_alone() {
    let folder = TempDir::new().unwrap();
    let mut paths = Vec::new();
    for index in 0..20 {
        let site = SiteRecord {
            library: "counted-library".parse().unwrap(),
            version: "1.4.2".to_owned(),
            path: format!("site_{index}").parse().unwrap(),
            kind: SiteKind::Fn,
            deprecated: None,
        };
        fs::write(folder.path().join("blob"), Record::Site(site).encode()).unwrap();
        let source = r#"asm(".section .rodata\n.incbin \"blob\"\n.text");"#;
        // Sizes differ, so that later ones are done first.
        let padding = format!("char padding[{}] = {{1}};", (20 - index) << 16);
        let source = format!("{source}\n{padding}");
        paths.push(cc(folder.path(), &source, &format!("lib{index}.so"), &["-shared"]));
    }
    paths.insert(7, folder.path().join("missing"));

    let (together, alone) = (AtomicU64::new(0), AtomicU64::new(0));
    let count = |into: &AtomicU64, bytes| _ = into.fetch_add(bytes, Ordering::Relaxed);
    let scans = scan::files(&paths, &|bytes| count(&together, bytes));
    assert_eq!(scans.len(), paths.len());
    for (path, scan) in paths.iter().zip(scans) {
        match scan::file_with_progress(path, &mut |bytes| count(&alone, bytes)) {
            Ok(expected) => {
                assert_eq!(expected.sites.len(), 1);
                assert_eq!(scan.unwrap(), expected);
            }
            Err(error) => assert_eq!(scan.unwrap_err().to_string(), error.to_string()),
        }
    }
    assert_eq!(together.into_inner(), alone.into_inner());
    assert!(scan::files(&[], &|_| ()).is_empty());
}
