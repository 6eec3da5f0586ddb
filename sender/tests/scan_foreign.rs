//! Scans of the formats of other systems, put together byte by byte: no linker here writes them.

use std::fs;

use headcount_report::{Record, SiteKind, SiteRecord};
use headcount_sender::scan;
use tempfile::TempDir;

fn record(name: &str) -> Vec<u8> {
    let site = SiteRecord {
        library: "counted-library".parse().unwrap(),
        version: "1.4.2".to_owned(),
        path: name.parse().unwrap(),
        kind: SiteKind::Fn,
        deprecated: None,
    };
    Record::Site(site).encode()
}

/// Little-endian words of 32 bits.
fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap()
}

/// A name in a field of `N` bytes.
fn name<const N: usize>(name: &str) -> Vec<u8> {
    let mut field = name.as_bytes().to_vec();
    field.resize(N, 0);
    field
}

/// A 64-bit Mach-O executable with one segment.
fn mach_o(data: &[u8]) -> Vec<u8> {
    const EXECUTABLE: u32 = 2;
    const SEGMENT_64: u32 = 0x19;
    let start = 32 + 72;
    let header = words(&[0xfeed_facf, 0x0100_0007, 3, EXECUTABLE, 1, 72, 0, 0]);
    let command = [words(&[SEGMENT_64, 72]), name::<16>("__TEXT")].concat();
    // Each address and size has 64 bits: address, its size, place in the file, its size.
    let place = words(&[0, 1, 0x1000, 0, start, 0, length(data), 0]);
    [header, command, place, words(&[5, 5, 0, 0]), data.to_vec()].concat()
}

/// A universal binary with one architecture. Its header is big-endian.
fn universal(image: &[u8]) -> Vec<u8> {
    let header: [u32; 7] = [0xcafe_babe, 1, 0x0100_0007, 3, 28, length(image), 0];
    [header.map(u32::to_be_bytes).concat(), image.to_vec()].concat()
}

/// A 64-bit Windows executable with one section.
fn portable(data: &[u8]) -> Vec<u8> {
    const OPTIONAL_HEADER_BYTES: u32 = 240;
    let start = 0x40 + 4 + 20 + OPTIONAL_HEADER_BYTES + 40;
    let mut dos = name::<0x40>("MZ");
    dos[0x3c] = 0x40;
    let coff = words(&[0x0001_8664, 0, 0, 0, 0x0022_0000 | OPTIONAL_HEADER_BYTES]);
    let mut optional = vec![0; OPTIONAL_HEADER_BYTES as usize];
    optional[..2].copy_from_slice(&[0x0b, 0x02]);
    optional[108] = 16; // data directories
    let size = length(data);
    let section = [name::<8>(".rdata"), words(&[size, 0x1000, size, start, 0, 0, 0, 0x4000_0040])];
    [dos, b"PE\0\0".to_vec(), coff, optional, section.concat(), data.to_vec()].concat()
}

/// Finds what is within a segment, and not what is appended to the file.
#[track_caller]
fn check(format: impl Fn(&[u8]) -> Vec<u8>) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("program");
    let binary = format(&[vec![0; 500], record("kept"), vec![0; 500]].concat());
    fs::write(&path, [binary, record("appended")].concat()).unwrap();
    let scan = scan::file(&path).unwrap();
    let paths: Vec<_> = scan.sites.iter().map(|site| site.path.as_str()).collect();
    assert_eq!(paths, ["kept"]);
    assert_eq!(scan.problems, [""; 0]);
}

#[test]
fn mach_o_executables() {
    check(mach_o);
}

#[test]
fn universal_binaries() {
    check(|data| universal(&mach_o(data)));
}

#[test]
fn windows_executables() {
    check(portable);
}

#[test]
fn a_mach_o_executable_that_is_cut_short_says_so() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("program");
    let whole = mach_o(&[record("kept"), vec![0; 500]].concat());
    fs::write(&path, &whole[..whole.len() - 400]).unwrap();
    let scan = scan::file(&path).unwrap();
    assert_eq!(scan.sites.len(), 1);
    assert!(scan.problems[0].starts_with("it is cut short"), "{:?}", scan.problems);
}
