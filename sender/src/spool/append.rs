//! What a reporter writes into the spool of its own program.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;

use headcount_report::limits::{MAX_SPOOL_BYTES, MAX_SPOOL_LINE_BYTES};
use headcount_report::spool::{Line, build_file_name, dropped_file_name};
use headcount_report::{BuildRecord, Week};

use super::Spool;
use super::weeks::Part;
use crate::durable::{self, FileError};

impl Spool {
    /// Appends lines to a week's file, all by one call, so that those of other processes do not
    /// come between. If it is full, counts them as dropped, as programs do. Lines that are longer
    /// than readers take are left out.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn append(&self, week: Week, lines: &[Line]) -> Result<(), FileError> {
        let encoded = lines.iter().map(Line::encode);
        let lines: Vec<_> = encoded.filter(|it| it.len() <= MAX_SPOOL_LINE_BYTES + 1).collect();
        if !self.append_to(&Part::Live.file_name(week), &lines.concat())? {
            self.append_to(&dropped_file_name(week), &vec![b'.'; lines.len()])?;
        }
        Ok(())
    }

    /// Whether there was room for some bytes.
    fn append_to(&self, name: &str, bytes: &[u8]) -> Result<bool, FileError> {
        let path = self.folder.join(name);
        let append = || -> io::Result<bool> {
            let mut options = OpenOptions::new();
            let mut file =
                options.append(true).create(true).mode(durable::PRIVATE_FILE).open(&path)?;
            let has_room = file.metadata()?.len() + bytes.len() as u64 <= MAX_SPOOL_BYTES;
            if has_room {
                file.write_all(bytes)?;
            }
            Ok(has_room)
        };
        append().map_err(FileError::at("append to", &path))
    }

    /// Files a build record under the hash of its text, unless it is there; returns the hash.
    ///
    /// # Errors
    /// When it cannot be written.
    ///
    /// # Panics
    /// Never: a build record is plain JSON.
    pub fn keep_build(&self, record: &BuildRecord) -> Result<u64, FileError> {
        let text = serde_json::to_string(record).expect("it is plain JSON");
        let hash = BuildRecord::hash(&text);
        let path = self.folder.join(build_file_name(hash));
        if !path.exists() {
            durable::write(&path, text.as_bytes(), durable::PRIVATE_FILE)?;
        }
        Ok(hash)
    }
}
