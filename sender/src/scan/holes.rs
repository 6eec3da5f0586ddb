//! The holes of a sparse file: zeros that no disk holds, so that reading them is a waste.

use std::fs::File;
use std::ops::Range;

use rustix::fs::{SeekFrom, seek};

/// Smallest hole that is passed over, in bytes. No linker leaves one, and a system that is wrong about
/// holes, as some were about files that had just been written, is not asked to tell about programs.
const LEAST_BYTES: u64 = 64 << 20;

/// The first stretch of a range that has to be read; it is empty and at the end if none has to be.
///
/// No record lies across a hole: it holds no eight zeros in a row.
pub(super) fn first_stretch(file: &File, range: Range<u64>) -> Range<u64> {
    let start = match seek(file, SeekFrom::Data(range.start)) {
        Ok(data) if data < range.end => data,
        Ok(_) | Err(rustix::io::Errno::NXIO) => range.end,
        Err(_) => return range,
    };
    let start = if start - range.start < LEAST_BYTES { range.start } else { start };
    let mut end = start;
    while end < range.end {
        let Ok(hole) = seek(file, SeekFrom::Hole(end)) else { return start..range.end };
        let data = seek(file, SeekFrom::Data(hole)).unwrap_or(range.end);
        if hole >= range.end || data.saturating_sub(hole) >= LEAST_BYTES {
            return start..hole.min(range.end);
        }
        end = data;
    }
    start..range.end
}
