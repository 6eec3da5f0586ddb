//! Packing: a week of thousands of short processes takes a few megabytes.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use headcount_report::Week;
use headcount_report::limits::MAX_PACKED_BYTES;
use jiff::{SignedDuration, Timestamp};

use super::Spool;
use super::weeks::Part;
use crate::durable::{self, FileError};
use crate::home::Lock;

/// Size from which a week's file is packed, in bytes: a smaller one is not worth it.
const WORTH_PACKING_BYTES: u64 = 1 << 20;

/// How long an emptied file stays: a program that opened it before it was set aside may still write
/// to it.
const LONGEST_WRITE: SignedDuration = SignedDuration::from_mins(1);

impl Spool {
    /// Packs the weeks that have grown long. Their lines stay what they are, byte for byte, and
    /// programs may append meanwhile.
    ///
    /// A week's file is set aside, so that programs begin a new one; what was set aside is
    /// compressed and then emptied. It is not deleted: a program that had opened it writes there, and
    /// the next call finds that.
    ///
    /// # Errors
    /// When a file cannot be read or written; then all lines are where they were.
    pub fn pack(&self, now: Timestamp, _: &Lock) -> Result<(), FileError> {
        for week in self.weeks()? {
            self.pack_aside(week)?;
            if self.set_aside(week, now)? {
                self.pack_aside(week)?;
            }
        }
        Ok(())
    }

    /// Sets a week's file aside, if it is long and nobody can still write to the one before.
    fn set_aside(&self, week: Week, now: Timestamp) -> Result<bool, FileError> {
        let (live, aside) = (self.part(week, Part::Live), self.part(week, Part::Aside));
        let is_long = fs::symlink_metadata(&live)
            .is_ok_and(|status| status.is_file() && status.len() >= WORTH_PACKING_BYTES);
        if !is_long || !is_free(&aside, now) {
            return Ok(false);
        }
        durable::rename(&live, &aside)?;
        Ok(true)
    }

    fn pack_aside(&self, week: Week) -> Result<(), FileError> {
        let aside = self.part(week, Part::Aside);
        let new = self.read_part(week, Part::Aside)?;
        if new.is_empty() {
            return Ok(());
        }
        let old = self.unpacked(week)?;
        // At the limit nothing is packed any more: programs come to theirs, and count what they drop.
        if (old.len() + new.len()) as u64 > MAX_PACKED_BYTES {
            return Ok(());
        }
        let packed = self.part(week, Part::Packed);
        let bytes =
            compress(&[old.as_slice(), &new].concat()).map_err(FileError::at("pack", &aside))?;
        durable::write(&packed, &bytes, durable::PRIVATE_FILE)?;
        empty(&aside, new.len() as u64).map_err(FileError::at("empty", &aside))
    }
}

/// Whether another file may take this one's place: there is none, or it was empty for a while.
fn is_free(aside: &Path, now: Timestamp) -> bool {
    let Ok(status) = fs::symlink_metadata(aside) else { return true };
    let changed = Timestamp::from_second(status.ctime()).unwrap_or(Timestamp::MAX);
    status.len() == 0 && now.duration_since(changed) > LONGEST_WRITE
}

/// Empties a file whose first `packed_bytes` are packed. What came behind them since stays, and they
/// stay with it: repeated lines count once.
fn empty(aside: &Path, packed_bytes: u64) -> std::io::Result<()> {
    let file = OpenOptions::new().write(true).open(aside)?;
    if file.metadata()?.len() == packed_bytes {
        file.set_len(0)?;
    }
    Ok(())
}

fn compress(lines: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(lines)?;
    encoder.finish()
}
