//! The seeds of the fuzz targets stay good: each holds, and they reach what they are for.
//!
//! Where snapshots are rewritten, so are the check sums in seeds.

use std::path::{Path, PathBuf};
use std::{env, fs};

use headcount_report::{Manifest, Record, Report, spool};
use headcount_sender::scan;

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

/// Names and bytes.
fn seeds(parser: &str) -> Vec<(String, Vec<u8>)> {
    let folder = fuzz().join("seeds").join(parser);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{parser}: {error}"));
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.map(|path| (path.display().to_string(), fs::read(path).unwrap())).collect()
}

/// Gives records the check sum of today's format, but for those seeds that are to hold damaged ones.
fn bless(parser: &str) {
    for (path, mut bytes) in seeds(parser) {
        if !path.ends_with("damaged") {
            headcount_properties::repair(&mut bytes);
            fs::write(path, bytes).unwrap();
        }
    }
}

/// How many seeds of a parser it takes.
#[track_caller]
fn check_taken(parser: &str, least: usize, is_taken: fn(&[u8]) -> bool) {
    let taken = seeds(parser).iter().filter(|(_, bytes)| is_taken(bytes)).count();
    assert!(taken >= least, "of the seeds of `{parser}`, {taken} are taken");
}

#[test]
fn every_property_holds_of_its_seeds() {
    for (parser, property) in headcount_properties::ALL {
        for (path, bytes) in seeds(parser) {
            println!("{path}");
            property(&bytes);
        }
        assert!(fuzz().join("dictionaries").join(parser).is_file(), "`{parser}` has no dictionary");
    }
}

#[test]
fn seeds_get_past_the_first_check() {
    if env::var_os("INSTA_UPDATE").is_some_and(|update| update == "always") {
        for parser in ["record", "scan"] {
            bless(parser);
        }
    }
    check_taken("record", 5, |bytes| Record::decode(bytes).is_ok());
    check_taken("report", 4, |bytes| Report::decode(bytes).is_ok());
    check_taken("manifest", 2, |bytes| Manifest::decode(bytes).is_ok());
    check_taken("spool", 2, |bytes| !spool::decode(bytes).lines.is_empty());
    check_taken("scan", 9, |bytes| {
        let found = scan::records_in(bytes, Path::new("seed"));
        found.is_ok_and(|found| !found.records.is_empty())
    });
}
