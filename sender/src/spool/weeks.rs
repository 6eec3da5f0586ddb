//! The lines of a week. They lie in up to three files, through which they go in this order.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use headcount_report::Week;
use headcount_report::limits::{MAX_PACKED_BYTES, MAX_SPOOL_BYTES};
use headcount_report::spool::{dropped_file_name, file_name};

use super::Spool;
use crate::durable::{self, FileError};

/// What stands for the rest of a packed file that cannot be unpacked: one line that is none.
const DAMAGED: &[u8] = b"\n(the rest is damaged)";

/// Where lines of a week are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Programs append to it.
    Live,
    /// Programs that had opened it may still write to it.
    Aside,
    /// Compressed by gzip; only senders write it.
    Packed,
}

impl Part {
    const ALL: [Self; 3] = [Self::Live, Self::Aside, Self::Packed];

    pub(super) fn file_name(self, week: Week) -> String {
        let live = file_name(week);
        match self {
            Self::Live => live,
            Self::Aside => format!("{live}.aside"),
            Self::Packed => format!("{live}.gz"),
        }
    }
}

impl Spool {
    /// The weeks of which something is recorded.
    ///
    /// # Errors
    /// When the folder cannot be listed.
    pub fn weeks(&self) -> Result<BTreeSet<Week>, FileError> {
        let week = |name: &String| {
            let week = name.split_once(".spool")?.0.parse().ok()?;
            Part::ALL.iter().any(|part| part.file_name(week) == *name).then_some(week)
        };
        Ok(durable::names(&self.folder)?.iter().filter_map(week).collect())
    }

    /// How many bytes of lines there are of each week.
    ///
    /// # Errors
    /// When something cannot be read.
    pub fn lengths(&self) -> Result<BTreeMap<Week, u64>, FileError> {
        let length = |week| Ok((week, self.read(week)?.len() as u64));
        self.weeks()?.into_iter().map(length).collect()
    }

    /// The lines of a week, in the order in which they came; nothing if there are none.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn read(&self, week: Week) -> Result<Vec<u8>, FileError> {
        // Against the way that lines go: none is missed while another process packs them. One that
        // is read twice counts once.
        let live = self.read_part(week, Part::Live)?;
        let aside = self.read_part(week, Part::Aside)?;
        Ok([self.unpacked(week)?, aside, live].concat())
    }

    /// Bytes that a week takes on the disk.
    #[must_use]
    pub fn bytes_on_disk(&self, week: Week) -> u64 {
        Part::ALL.map(|part| length(&self.part(week, part))).iter().sum()
    }

    /// How many lines of a week were dropped because its file was full.
    #[must_use]
    pub fn dropped(&self, week: Week) -> u64 {
        length(&self.folder.join(dropped_file_name(week)))
    }

    /// Deletes what is recorded of a week.
    ///
    /// # Errors
    /// When it cannot be deleted.
    pub fn remove(&self, week: Week) -> Result<(), FileError> {
        Part::ALL
            .map(|part| self.part(week, part))
            .iter()
            .try_for_each(|it| durable::remove(it))?;
        durable::remove(&self.folder.join(dropped_file_name(week)))
    }

    pub(super) fn part(&self, week: Week, part: Part) -> PathBuf {
        self.folder.join(part.file_name(week))
    }

    pub(super) fn read_part(&self, week: Week, part: Part) -> Result<Vec<u8>, FileError> {
        Ok(durable::read(&self.part(week, part), MAX_SPOOL_BYTES)?.unwrap_or_default())
    }

    /// What was packed.
    pub(super) fn unpacked(&self, week: Week) -> Result<Vec<u8>, FileError> {
        let packed = durable::read(&self.part(week, Part::Packed), MAX_PACKED_BYTES)?;
        let Some(packed) = packed else { return Ok(Vec::new()) };
        let mut lines = Vec::new();
        let mut decoder = MultiGzDecoder::new(packed.as_slice()).take(MAX_PACKED_BYTES);
        if decoder.read_to_end(&mut lines).is_err() {
            lines.extend(DAMAGED);
        }
        Ok(lines)
    }
}

fn length(path: &Path) -> u64 {
    fs::symlink_metadata(path).map_or(0, |status| status.len())
}
