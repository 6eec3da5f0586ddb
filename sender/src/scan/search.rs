//! Finds records in a range of a file, window by window.

use std::collections::BTreeSet;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::{Range, RangeInclusive};

use headcount_report::Record;
use headcount_report::record::{FORMAT, MAGIC_BYTES, RecordError, magic};
use memchr::memmem::Finder;

/// Bytes that are read at a time: large enough for the disk, small enough for the cache.
const WINDOW_BYTES: u64 = 1 << 20;

/// Most bytes of records that are kept, which take up to seven times as much memory. A hundred thousand
/// sites fit; no program comes near.
const MAX_KEPT_BYTES: usize = 16 << 20;

/// Most damaged records in one file, about a second's work if each is as long as can be. They do not
/// occur by chance: a file full of them is meant to take time.
const MAX_DAMAGED: usize = 100;

/// Formats that a newer headcount may write. Behind a magic that some program holds for its own
/// purposes, any byte may follow.
const LIKELY_FORMATS: RangeInclusive<u8> = FORMAT + 1..=FORMAT + 8;

/// A search through parts of one file.
pub(super) struct Search<'a> {
    magic: Finder<'static>,
    progress: &'a mut dyn FnMut(u64),
    found: Vec<Record>,
    kept_bytes: usize,
    damaged: usize,
    newer_formats: BTreeSet<u8>,
}

impl<'a> Search<'a> {
    /// A search that tells `progress` the size of each window it has gone through.
    pub(super) fn new(progress: &'a mut dyn FnMut(u64)) -> Self {
        Self {
            magic: Finder::new(&magic()).into_owned(),
            progress,
            found: Vec::new(),
            kept_bytes: 0,
            damaged: 0,
            newer_formats: BTreeSet::new(),
        }
    }

    /// Searches one range of the file. A record lies within the range or is none.
    pub(super) fn range(
        &mut self,
        mut file: impl Read + Seek,
        range: Range<u64>,
    ) -> io::Result<()> {
        let mut window = Vec::new();
        let mut start = range.start;
        while start < range.end && !self.is_over() {
            let end = range.end.min(start + WINDOW_BYTES);
            read(&mut file, start..end, &mut window)?;
            self.window(&mut file, &window, start, range.end)?;
            (self.progress)(end - start);
            // The next window repeats what may be the start of a magic, and never a whole one.
            start = if end == range.end { end } else { end - (MAGIC_BYTES as u64 - 1) };
        }
        Ok(())
    }

    /// Passes over bytes that are known to be zeros.
    pub(super) fn pass(&mut self, bytes: u64) {
        if bytes > 0 {
            (self.progress)(bytes);
        }
    }

    /// What was found, and one sentence for each kind of thing that could not be used.
    pub(super) fn finish(self) -> (Vec<Record>, Vec<String>) {
        let mut problems = Vec::new();
        if self.damaged > 0 {
            problems.push(format!("damaged records were left out: {}", self.damaged));
        }
        for format in &self.newer_formats {
            problems.push(format!(
                "it holds records of format {format}, which a newer `cargo headcount` may read"
            ));
        }
        if self.is_over() {
            problems.push("it holds more than any program does; the rest was not read".to_owned());
        }
        (self.found, problems)
    }

    /// Searches the window that begins at `start` of a file whose range ends at `range_end`.
    fn window(
        &mut self,
        file: &mut (impl Read + Seek),
        window: &[u8],
        start: u64,
        range_end: u64,
    ) -> io::Result<()> {
        let mut from = 0;
        while let Some(at) = self.magic.find(&window[from..]).map(|at| from + at) {
            if self.is_over() {
                break;
            }
            let mut decoded = Record::decode(&window[at..]);
            let mut record = Vec::new();
            while let Err(RecordError::Cut { needed }) = decoded {
                let begin = start + at as u64;
                let end = begin + needed as u64;
                if end > range_end {
                    break;
                }
                read(&mut *file, begin..end, &mut record)?;
                decoded = Record::decode(&record);
            }
            from = (at + self.take(decoded)).min(window.len());
        }
        Ok(())
    }

    /// Books what decoding gave; says how many bytes are done with.
    fn take(&mut self, decoded: Result<(Record, usize), RecordError>) -> usize {
        match decoded {
            Ok((record, bytes)) => {
                self.found.push(record);
                self.kept_bytes += bytes;
                return bytes;
            }
            Err(RecordError::Format(format)) if LIKELY_FORMATS.contains(&format) => {
                self.newer_formats.insert(format);
            }
            Err(RecordError::Format(_) | RecordError::Kind(_)) => {}
            Err(_) => self.damaged += 1,
        }
        1
    }

    fn is_over(&self) -> bool {
        self.kept_bytes > MAX_KEPT_BYTES || self.damaged > MAX_DAMAGED
    }
}

fn read(mut file: impl Read + Seek, range: Range<u64>, into: &mut Vec<u8>) -> io::Result<()> {
    let length = usize::try_from(range.end - range.start).map_err(io::Error::other)?;
    into.resize(length, 0);
    file.seek(SeekFrom::Start(range.start))?;
    file.read_exact(into)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use headcount_report::SiteRecord;
    use headcount_report::graph::{Graph, Package, Resolved};
    use headcount_report::{SiteKind, build::Source};

    use super::*;

    fn site(name: &str) -> Record {
        Record::Site(SiteRecord {
            library: "counted-library".parse().unwrap(),
            version: "1.4.2".to_owned(),
            path: name.parse().unwrap(),
            kind: SiteKind::Fn,
            deprecated: None,
        })
    }

    fn search(bytes: &[u8], range: Range<u64>) -> (Vec<Record>, Vec<String>) {
        let mut searched = 0;
        let mut progress = |bytes| searched += bytes;
        let mut search = Search::new(&mut progress);
        search.range(Cursor::new(bytes), range).unwrap();
        search.finish()
    }

    #[track_caller]
    fn check(bytes: &[u8], found: &[Record], problems: &[&str]) {
        let (records, said) = search(bytes, 0..bytes.len() as u64);
        assert_eq!(records, found);
        assert_eq!(said, problems);
    }

    #[test]
    fn a_record_across_two_windows_is_found_once() {
        let window = usize::try_from(WINDOW_BYTES).unwrap();
        let record = site("across");
        let bytes = record.encode();
        for before in 0..=bytes.len() {
            let mut file = vec![0; window - before];
            file.extend(&bytes);
            file.resize(window + window / 2, 0);
            check(&file, std::slice::from_ref(&record), &[]);
        }
    }

    #[test]
    fn a_record_longer_than_a_window_is_found() {
        let package = Package {
            name: "a".repeat(60),
            version: "1.0.0".to_owned(),
            source: Source::CratesIo,
            linked: true,
            dependencies: Vec::new(),
        };
        let long = Record::Application(Graph {
            name: "app".to_owned(),
            version: "1.0.0".to_owned(),
            resolved: Resolved::Packages(vec![package; 20_000]),
        });
        let bytes = long.encode();
        assert!(bytes.len() as u64 > WINDOW_BYTES);
        check(&[bytes, site("after").encode()].concat(), &[long, site("after")], &[]);
    }

    #[test]
    fn a_record_lies_within_its_range() {
        let bytes = site("inside").encode();
        let end = bytes.len() as u64;
        assert_eq!(search(&bytes, 0..end).0, [site("inside")]);
        assert!(search(&bytes, 0..end - 1).0.is_empty());
        assert!(search(&bytes, 1..end).0.is_empty());
    }

    #[test]
    fn neighbours_are_found() {
        let bytes = [site("a").encode(), site("b").encode(), site("a").encode()].concat();
        check(&bytes, &[site("a"), site("b"), site("a")], &[]);
    }

    #[test]
    fn a_near_miss_costs_one_byte() {
        let mut near = magic().to_vec();
        near.extend([FORMAT, b'?', 255, 255, 255, 255]);
        check(&[near, site("after").encode()].concat(), &[site("after")], &[]);
        check(&[magic().to_vec(), site("after").encode()].concat(), &[site("after")], &[]);
    }

    #[test]
    fn a_damaged_record_is_no_site() {
        let mut damaged = site("damaged").encode();
        damaged[30] ^= 1;
        let said = ["damaged records were left out: 1"];
        check(&[damaged, site("after").encode()].concat(), &[site("after")], &said);
    }

    #[test]
    fn a_newer_format_is_named() {
        let mut newer = site("newer").encode();
        newer[MAGIC_BYTES] = FORMAT + 1;
        let said = ["it holds records of format 2, which a newer `cargo headcount` may read"];
        check(&newer, &[], &said);
    }

    #[test]
    fn a_file_made_to_take_time_is_given_up() {
        let mut damaged = site("damaged").encode();
        damaged[30] ^= 1;
        let (records, said) = {
            let bytes = [damaged.repeat(MAX_DAMAGED + 1), site("after").encode()].concat();
            search(&bytes, 0..bytes.len() as u64)
        };
        assert!(records.is_empty());
        assert_eq!(
            said.last().unwrap(),
            "it holds more than any program does; the rest was not read"
        );
    }
}
