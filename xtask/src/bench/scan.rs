//! Scanning a file of a gigabyte, against reading it.

use std::fs::{self, File};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use headcount_report::{Record, SiteKind, SiteRecord};
use headcount_sender::scan;

use super::{cpu, folder, median, print, step};
use crate::tools;

/// Size that the file has at least.
const FILE_BYTES: u64 = 1 << 30;

/// Records that are in it.
const RECORDS: usize = 10_000;

/// Executables of the toolchain, and libraries of theirs: the largest that every machine has which
/// builds this.
const EXECUTABLES: [&str; 4] = ["bin/cargo", "bin/rustdoc", "bin/clippy-driver", "lib"];

/// How often it is read and scanned.
const ROUNDS: usize = 9;

/// Bytes that are read at a time, as the scan does.
const WINDOW_BYTES: usize = 1 << 20;

/// Prints the table; in a release build, which is what users have.
pub(super) fn run() -> Result<()> {
    if cfg!(debug_assertions) {
        step("scan: build this in release");
        return tools::run(&mut tools::cargo("run --quiet --release --package xtask bench scan"));
    }
    step("scan: write the file");
    let file = archive()?;
    read(&file)?; // into the page cache
    let memory = peak_kib(|| scanned(&file))?;
    let mut rounds = Vec::new();
    for round in 1..=ROUNDS {
        step(format_args!("scan: round {round} of {ROUNDS}"));
        let reading = cpu::seconds_of(|| read(&file))?;
        let scanning = cpu::seconds_of(|| scanned(&file))?;
        rounds.push([reading, scanning]);
    }
    let bytes = fs::metadata(&file)?.len();
    fs::remove_file(&file).context("cannot remove the file")?;
    let of = |at: usize| format!("{:.3}", median(rounds.iter().map(|seconds| seconds[at])));
    let ratio = median(rounds.iter().map(|[reading, scanning]| reading / scanning));
    let row = [bytes.to_string(), of(0), of(1), format!("{ratio:.2}"), memory.to_string()];
    let header = ["bytes", "read, s", "scan, s", "speed of reading", "peak of the process, KiB"];
    print("A file of executables in the page cache, processor time", header, [row]);
    Ok(())
}

/// An archive of executables, each more than once, and of records.
fn archive() -> Result<PathBuf> {
    let folder = folder().join("scan");
    if folder.exists() {
        fs::remove_dir_all(&folder).context("cannot remove the last file")?;
    }
    fs::create_dir_all(&folder).context("cannot make a folder")?;
    let path = folder.join("archive.a");
    let mut archive = File::create(&path).context("cannot write the file")?;
    archive.write_all(b"!<arch>\n")?;
    append(&mut archive, &(0..RECORDS).flat_map(record).collect::<Vec<_>>())?;
    for executable in executables()?.iter().cycle() {
        append(&mut archive, &fs::read(executable).context("cannot read an executable")?)?;
        if archive.stream_position()? >= FILE_BYTES {
            break;
        }
    }
    Ok(path)
}

/// Appends a member, padded to an even number of bytes.
fn append(archive: &mut File, bytes: &[u8]) -> Result<()> {
    let [name, time, user, group, mode] = ["member/", "0", "0", "0", "644"];
    let size = bytes.len();
    writeln!(archive, "{name:<16}{time:<12}{user:<6}{group:<6}{mode:<8}{size:<10}`")?;
    archive.write_all(bytes)?;
    if !size.is_multiple_of(2) {
        archive.write_all(b"\n")?;
    }
    Ok(())
}

fn executables() -> Result<Vec<PathBuf>> {
    let sysroot = tools::output(Command::new("rustc").args(["--print", "sysroot"]))?;
    let mut files = Vec::new();
    for path in EXECUTABLES.map(|name| Path::new(sysroot.trim()).join(name)) {
        if path.is_dir() {
            let entries = fs::read_dir(&path).context("cannot list the toolchain")?;
            files.extend(entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?);
        } else {
            files.push(path);
        }
    }
    files.retain(|path| fs::metadata(path).is_ok_and(|it| it.is_file() && it.len() > 1 << 20));
    files.sort();
    ensure!(!files.is_empty(), "the toolchain has no executables");
    Ok(files)
}

fn record(number: usize) -> Vec<u8> {
    Record::Site(SiteRecord {
        library: "counted-library".parse().expect("a name"),
        version: "1.4.2".to_owned(),
        path: format!("client::Client::send_{number}").parse().expect("a path"),
        kind: SiteKind::Method,
        deprecated: None,
    })
    .encode()
}

fn read(path: &Path) -> Result<()> {
    let mut file = File::open(path)?;
    let mut window = vec![0; WINDOW_BYTES];
    while file.read(&mut window)? > 0 {}
    Ok(())
}

fn scanned(path: &Path) -> Result<()> {
    let scan = scan::file(path)?;
    ensure!(scan.problems.is_empty(), "the scan is not complete: {:?}", scan.problems);
    ensure!(scan.sites.len() == RECORDS, "the scan found {} sites", scan.sites.len());
    Ok(())
}

/// The most memory that this process has while it does something.
fn peak_kib(work: impl FnOnce() -> Result<()>) -> Result<u64> {
    // Sets the peak back: see proc(5).
    fs::write("/proc/self/clear_refs", "5").context("cannot set back the peak of memory")?;
    work()?;
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.trim().split(' ').next()).context("no such memory")?;
    number.parse().context("not a number")
}
