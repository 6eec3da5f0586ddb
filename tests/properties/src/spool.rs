//! The lines of a spool file.

use headcount_report::spool::{Line, Lines, decode};

/// Reads the bytes as a spool file. Every line is either used or counted as unreadable, and one that
/// is used is, byte for byte, what a program would have written.
///
/// # Panics
/// When that does not hold.
pub fn spool(bytes: &[u8]) {
    let Lines { lines, unreadable } = decode(bytes);
    let written: Vec<_> = lines.iter().flat_map(Line::encode).collect();
    let all = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let (good, bad): (Vec<_>, Vec<_>) = all.partition(|line| Line::decode(line).is_some());
    assert_eq!(bad.len(), unreadable);
    let good: Vec<_> = good.iter().flat_map(|line| [b"\n", *line].concat()).collect();
    assert_eq!(written, good);
    assert_eq!(decode(&written), Lines { lines, unreadable: 0 });
}
