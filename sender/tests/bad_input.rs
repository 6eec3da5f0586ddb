//! Files that lie about themselves: nothing is found that is not there, and little memory is taken.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use headcount_report::hash::check_sum;
use headcount_report::limits::MAX_GRAPH_BYTES;
use headcount_report::record::{FORMAT, magic};
use headcount_report::{Record, SiteKind, SiteRecord};
use headcount_sender::scan::{self, Records, ScanError};
use peak_alloc::PeakAlloc;
use tempfile::TempDir;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Two windows of the search, and what a test itself takes.
const LITTLE_BYTES: usize = 4 << 20;

/// The allocator counts for the whole process, so these tests run one after the other.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[track_caller]
fn within<T>(limit_bytes: usize, run: impl FnOnce() -> T) -> T {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let value = run();
    let took = MEMORY.peak_usage().saturating_sub(before);
    assert!(took < limit_bytes, "{took} bytes of memory");
    value
}

#[track_caller]
fn records(bytes: &[u8]) -> Result<Records, ScanError> {
    within(LITTLE_BYTES, || scan::records_in(bytes, Path::new("input")))
}

fn site(name: &str) -> Record {
    Record::Site(SiteRecord {
        library: "counted-library".parse().unwrap(),
        version: "1.4.2".to_owned(),
        path: name.parse().unwrap(),
        kind: SiteKind::Fn,
        deprecated: None,
    })
}

/// Offsets in the header of a 64-bit ELF file.
const SECTION_TABLE: usize = 40;
const SEGMENT_TABLE: usize = 32;
const SEGMENT_BYTES: usize = 54;
const SEGMENT_COUNT: usize = 56;

/// A 64-bit executable for Linux whose header names these segments, as offset and size in the file.
fn elf(segments: &[(u64, u64)], data: &[u8]) -> Vec<u8> {
    let count = u16::try_from(segments.len()).unwrap();
    let mut file = vec![0; 64];
    file[..7].copy_from_slice(b"\x7fELF\x02\x01\x01");
    file[16..20].copy_from_slice(&[2, 0, 62, 0]);
    file[SEGMENT_TABLE] = 64;
    file[SEGMENT_BYTES] = 56;
    file[SEGMENT_COUNT..][..2].copy_from_slice(&count.to_le_bytes());
    for (offset, size) in segments {
        let words = [1, *offset, 0, 0, *size, *size, 1];
        file.extend(words.iter().flat_map(|word: &u64| word.to_le_bytes()));
    }
    file.extend(data);
    file
}

/// One segment over all of the data.
fn one_segment(data: &[u8]) -> Vec<u8> {
    elf(&[(64 + 56, data.len() as u64)], data)
}

#[test]
fn a_changed_byte_makes_a_record_none() {
    let _alone = alone();
    let (good, bytes) = ([site("good")], site("bad").encode());
    for at in 0..bytes.len() {
        let mut bad = bytes.clone();
        bad[at] ^= 0x41;
        let file = one_segment(&[bad, good[0].encode()].concat());
        assert_eq!(records(&file).unwrap().records, good, "byte {at}");
    }
}

#[test]
fn a_length_is_not_believed() {
    let _alone = alone();
    let good = [site("good")];
    for kind in *b"SBA" {
        for length in [0, 7, 8 << 10, 256 << 10, 8 << 20, (8 << 20) + 1, u32::MAX] {
            let header = [&magic()[..], &[FORMAT, kind], &length.to_le_bytes()].concat();
            let file = one_segment(&[header, good[0].encode()].concat());
            assert_eq!(records(&file).unwrap().records, good, "{length}");
        }
    }
}

#[test]
fn a_file_cut_anywhere_has_what_is_left() {
    let _alone = alone();
    let both = [site("first"), site("second")];
    let data = [both[0].encode(), both[1].encode()];
    let file = one_segment(&data.concat());
    let ends = [file.len() - data[1].len(), file.len()];
    for length in 0..=file.len() {
        let whole = ends.iter().filter(|end| **end <= length).count();
        match records(&file[..length]) {
            Ok(found) => {
                assert_eq!(found.records, both[..whole], "{length}");
                assert_eq!(found.problems.is_empty(), length == file.len(), "{length}");
            }
            Err(_) => assert!(length < 64 + 56, "{length}"),
        }
    }
}

/// Whatever its header says, a file has no record but those in it, and each once; a lie is noticed.
#[track_caller]
fn check_lie(file: &[u8]) {
    if let Ok(found) = records(file) {
        assert!(found.records.is_empty() || found.records == [site("kept")]);
        assert!(!found.problems.is_empty());
    }
}

#[test]
fn segments_that_are_not_there() {
    let _alone = alone();
    let data = site("kept").encode();
    for size in [1 << 20, 1 << 32, 1 << 62, u64::MAX] {
        for offset in [0, 120, 1 << 20, u64::MAX - 1, u64::MAX] {
            check_lie(&elf(&[(offset, size)], &data));
            check_lie(&elf(&[(offset, size), (0, 400), (offset, size)], &data));
        }
    }
}

#[test]
fn ten_thousand_segments_over_the_same_bytes() {
    let _alone = alone();
    let data = site("kept").encode();
    let start = 64 + 56 * 10_000;
    let file = elf(&vec![(start, data.len() as u64); 10_000], &data);
    assert_eq!(records(&file).unwrap(), Records { records: vec![site("kept")], problems: vec![] });
}

#[test]
fn segment_tables_that_are_not_there() {
    #[track_caller]
    fn check(changes: &[(usize, &[u8])]) {
        let mut file = one_segment(&site("kept").encode());
        for (at, bytes) in changes {
            file[*at..at + bytes.len()].copy_from_slice(bytes);
        }
        check_lie(&file);
    }
    let _alone = alone();
    check(&[(SEGMENT_COUNT, &[0xfe, 0xff])]);
    check(&[(SEGMENT_COUNT, &[0, 0])]);
    check(&[(SEGMENT_BYTES, &[0, 0])]);
    check(&[(SEGMENT_BYTES, &[0xff, 0xff])]);
    check(&[(SEGMENT_TABLE, &[0xff; 8])]);
    // With this count the true one is in the first section's header, here made of other bytes.
    check(&[(SEGMENT_COUNT, &[0xff; 2]), (SECTION_TABLE, &[64])]);
    check(&[(SEGMENT_COUNT, &[0xff; 2]), (SECTION_TABLE, &[0xff; 8])]);
}

/// An archive's member, with a size that may be another than that of its data.
fn member(name: &str, size: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{size:<10}`\n", 0, 0, 0, 644);
    let padding = if data.len().is_multiple_of(2) { &b""[..] } else { b"\n" };
    [header.as_bytes(), data, padding].concat()
}

#[test]
fn archives_with_lying_headers() {
    #[track_caller]
    fn check(members: &[Vec<u8>]) {
        let data = site("kept").encode();
        let good = member("kept.o/", &data.len().to_string(), &data);
        let lies = members.concat();
        check_lie(&[b"!<arch>\n", &*lies, &good].concat());
        check_lie(&[b"!<arch>\n", &*good, &lies].concat());
    }
    let _alone = alone();
    for size in ["9999999999", "4294967295", "abc", "-1", "", "0x10", "1e9"] {
        check(&[member("lie.o/", size, b"data")]);
        check(&[member("//", size, b"data")]);
        check(&[member("/", size, b"data")]);
    }
    check(&[b"no header at all".to_vec()]);
    check(&[member("lie.o/", "4", b"data")[..30].to_vec()]);
}

/// A member is searched whatever its name is, or the archive is said to be incomplete or broken.
#[test]
fn members_whose_names_are_not_there() {
    let _alone = alone();
    let data = site("kept").encode();
    for name in ["/9999999999", "/4294967295", "/-1", "/abc", "#1/9999999999", "#1/-1"] {
        let member = member(name, &data.len().to_string(), &data);
        let Ok(found) = records(&[b"!<arch>\n", &*member].concat()) else { continue };
        assert!(found.records == [site("kept")] || !found.problems.is_empty(), "{name}");
    }
}

#[test]
fn members_over_the_same_bytes() {
    let _alone = alone();
    let inner = member("kept.o/", "1", &site("kept").encode());
    let outer = member("outer.o/", &(inner.len() + 2000).to_string(), &inner);
    check_lie(&[b"!<arch>\n", &*outer].concat());
}

/// Bytes that this thread has read.
fn read_bytes() -> u64 {
    let text = fs::read_to_string("/proc/thread-self/io").unwrap();
    let count = text.lines().find_map(|line| line.strip_prefix("rchar: "));
    count.unwrap().parse().unwrap()
}

#[test]
fn four_gigabytes_of_holes() {
    const LENGTH: u64 = 4 << 30;
    let _alone = alone();
    let (folder, record) = (TempDir::new().unwrap(), site("behind").encode());
    let path = folder.path().join("sparse");
    let file = File::create(&path).unwrap();
    file.write_all_at(&elf(&[(0, LENGTH + record.len() as u64)], &site("before").encode()), 0)
        .unwrap();
    file.write_all_at(&record, LENGTH).unwrap();
    let (before, mut progress) = (read_bytes(), 0);
    let found = within(LITTLE_BYTES, || {
        scan::file_with_progress(&path, &mut |bytes| progress += bytes).unwrap()
    });
    let names: Vec<_> = found.sites.iter().map(|site| site.path.as_str()).collect();
    assert_eq!((names, found.problems), (vec!["before", "behind"], vec![]));
    assert!(progress >= LENGTH, "{progress}");
    let read = read_bytes() - before;
    assert!(read < LITTLE_BYTES as u64, "{read} bytes were read");
}

#[test]
fn a_file_full_of_records_is_given_up() {
    let _alone = alone();
    let record = site("a").encode();
    let file = one_segment(&record.repeat((20 << 20) / record.len()));
    let found = within(120 << 20, || scan::records_in(&file, Path::new("input")).unwrap());
    assert!(found.records.len() > 100_000, "{}", found.records.len());
    assert_eq!(found.problems, ["it holds more than any program does; the rest was not read"]);
}

#[test]
fn a_graph_takes_a_few_times_its_text() {
    #[track_caller]
    fn check(start: &str, repeated: &str, end: &str, times: usize) -> Result<Records, ScanError> {
        let room = MAX_GRAPH_BYTES - start.len() - end.len();
        let text = [start, &repeated.repeat(room / repeated.len()), end].concat();
        let length = u32::try_from(text.len()).unwrap().to_le_bytes();
        let sum = check_sum(b'A', text.as_bytes()).unwrap().to_le_bytes();
        let header = [&magic()[..], &[FORMAT, b'A'], &length].concat();
        let file = one_segment(&[&header, text.as_bytes(), &sum].concat());
        within(times * MAX_GRAPH_BYTES, || scan::records_in(&file, Path::new("input")))
    }
    let _alone = alone();
    let unknown = check(r#"{"name":"a","version":"1","unknown":"","x":[0"#, ",0", "]}", 2).unwrap();
    assert_eq!(unknown.records, []);
    let package = r#"{"name":"b","version":"1","source":"local","linked":true,"dependencies":[0"#;
    let start = [r#"{"name":"a","version":"1","packages":["#, package].concat();
    let known = check(&start, ",0", "]}]}", 8).unwrap();
    assert_eq!(known.records.len(), 1);
}
