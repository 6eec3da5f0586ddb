//! The scanner over a file.

use std::path::Path;

use headcount_report::Record;
use headcount_report::record::magic;
use headcount_sender::scan;
use memchr::memmem;

/// How an object file for Windows begins. Such a file is searched from its first byte to its last.
const COFF: &[u8] = &[0x64, 0x86];

/// More damaged records than this, and the scanner may give a file up.
const FEW_DAMAGED: usize = 100;

/// Scans a file with these bytes. It finds nothing that is not a record, nothing twice, and in a file
/// that is searched as a whole everything.
///
/// # Panics
/// When that does not hold.
pub fn scan(bytes: &[u8]) {
    let Ok(found) = scan::records_in(bytes, Path::new("input")) else { return };
    let Records { found: mut missing, damaged } = records(bytes);
    for record in &found.records {
        let at = missing.iter().position(|other| other == record);
        missing.remove(at.expect("a record was found that is not there"));
    }
    let is_whole = bytes.starts_with(COFF) && damaged <= FEW_DAMAGED;
    assert!(!is_whole || missing.is_empty(), "{missing:?} was not found");
    let sites = found.records.iter().filter(|record| matches!(record, Record::Site(_))).count();
    assert!(scan::Scan::from(found).sites.len() <= sites);
}

struct Records {
    found: Vec<Record>,
    damaged: usize,
}

/// Finds records in the plainest way.
fn records(bytes: &[u8]) -> Records {
    let mut records = Records { found: Vec::new(), damaged: 0 };
    let mut from = 0;
    while let Some(at) = memmem::find(&bytes[from..], &magic()).map(|at| from + at) {
        if let Ok((record, length)) = Record::decode(&bytes[at..]) {
            records.found.push(record);
            from = at + length;
        } else {
            records.damaged += 1;
            from = at + 1;
        }
    }
    records
}
