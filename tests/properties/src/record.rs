//! One record of a binary.

use headcount_report::Record;
use headcount_report::hash::check_sum;
use headcount_report::record::{
    FORMAT, HEADER_BYTES, MAGIC_BYTES, RecordError, TRAILER_BYTES, magic,
};
use memchr::memmem;

/// Reads the bytes as a record, and as kind and text of a record whose header and check sum are
/// right. What is read is within the bytes, and can be written and read again.
///
/// # Panics
/// When that does not hold.
pub fn record(bytes: &[u8]) {
    check(bytes);
    if let [kind, text @ ..] = bytes {
        let length = u32::try_from(text.len()).expect("inputs are short");
        let sum = check_sum(*kind, text).unwrap_or(0);
        let header = [&magic()[..], &[FORMAT, *kind], &length.to_le_bytes()].concat();
        check(&[&header, text, &sum.to_le_bytes()].concat());
    }
}

fn check(bytes: &[u8]) {
    match Record::decode(bytes) {
        Ok((record, length)) => {
            assert_eq!(Record::decode(&bytes[..length]), Ok((record.clone(), length)));
            let cut = Record::decode(&bytes[..length - 1]);
            assert_eq!(cut, Err(RecordError::Cut { needed: length }));
            let written = record.encode();
            assert_eq!(Record::decode(&written), Ok((record, written.len())));
        }
        Err(RecordError::Cut { needed }) => assert!(needed > bytes.len()),
        Err(_) => {}
    }
}

/// Gives every record among the bytes the check sum of the text that it has now, and those that end
/// behind the bytes a length that fits. Random changes would hardly ever leave a record whole.
pub fn repair(bytes: &mut [u8]) {
    let starts: Vec<_> = memmem::find_iter(bytes, &magic()).collect();
    for start in starts {
        let _ = repair_one(&mut bytes[start..]);
    }
}

fn repair_one(record: &mut [u8]) -> Option<()> {
    const LENGTH: usize = MAGIC_BYTES + 2;
    let longest = record.len().checked_sub(HEADER_BYTES + TRAILER_BYTES)?;
    let length = record[LENGTH..HEADER_BYTES].try_into().ok()?;
    let length = longest.min(u32::from_le_bytes(length) as usize);
    record[LENGTH..HEADER_BYTES].copy_from_slice(&u32::try_from(length).ok()?.to_le_bytes());
    let end = HEADER_BYTES + length;
    let sum = check_sum(record[MAGIC_BYTES + 1], &record[HEADER_BYTES..end])?;
    record[end..end + TRAILER_BYTES].copy_from_slice(&sum.to_le_bytes());
    Some(())
}
