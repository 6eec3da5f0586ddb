//! The log: what `send` did while nobody looked, one line each.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use jiff::Timestamp;

use crate::durable::{self, FileError};
use crate::home::{Home, Lock};

/// Size that the log does not exceed, in bytes: some hundred lines, a year or more.
const MAX_LOG_BYTES: u64 = 64 << 10;

/// What is kept of a full one, in bytes.
const HALF_BYTES: usize = 32 << 10;

/// The log of a home. Only for the owner; nothing is decided by it.
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
}

impl Log {
    /// The one of a home.
    #[must_use]
    pub fn of(home: &Home) -> Self {
        Self { path: home.log() }
    }

    /// Adds sentences, each as a line that begins with the time. Of a full log the older half goes.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn add(
        &self,
        now: Timestamp,
        sentences: impl IntoIterator<Item = String>,
        _: &Lock,
    ) -> Result<(), FileError> {
        let time = now.strftime("%Y-%m-%dT%H:%M:%SZ");
        let plain = |sentence: String| sentence.replace(char::is_control, " ");
        let lines: Vec<_> =
            sentences.into_iter().map(|one| format!("{time} {}\n", plain(one))).collect();
        if lines.is_empty() {
            return Ok(());
        }
        let new = lines.concat();
        let length = fs::metadata(&self.path).map_or(0, |status| status.len());
        if length + new.len() as u64 > MAX_LOG_BYTES {
            return self.make_room(&new);
        }
        self.append(new.as_bytes()).map_err(FileError::at("append to", &self.path))
    }

    fn append(&self, lines: &[u8]) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.create(true).append(true).mode(durable::PRIVATE_FILE);
        let mut log = options.open(&self.path)?;
        log.write_all(lines)?;
        log.sync_all()
    }

    /// Keeps the newer half of the lines.
    fn make_room(&self, new: &str) -> Result<(), FileError> {
        let text = self.lines()?.join("\n") + "\n" + new;
        let half = text.len().saturating_sub(HALF_BYTES);
        let kept = &text.as_bytes()[half..];
        let end_of_line = kept.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        durable::write(&self.path, &kept[end_of_line..], durable::PRIVATE_FILE)
    }

    /// All lines, the oldest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn lines(&self) -> Result<Vec<String>, FileError> {
        let bytes = durable::read(&self.path, MAX_LOG_BYTES)?.unwrap_or_default();
        Ok(String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_lines_make_room() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        let lock = home.lock_sending().unwrap();
        let log = Log::of(&home);
        for day in 1..=20 {
            let now = format!("2026-11-{day:02}T12:00:00Z").parse().unwrap();
            let sentence = |number| format!("sentence {number}{}\nend", "-".repeat(100));
            log.add(now, (0..100).map(sentence), &lock).unwrap();
        }
        assert!(fs::metadata(home.log()).unwrap().len() <= MAX_LOG_BYTES);
        let lines = log.lines().unwrap();
        assert!(lines.len() > 200, "{} lines", lines.len());
        assert!(lines[0].starts_with("2026-11-1") && lines[0].ends_with("- end"), "{}", lines[0]);
        assert!(lines[lines.len() - 1].starts_with("2026-11-20T12:00:00Z sentence 99-"));
    }

    #[test]
    fn nothing_to_say_writes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        let lock = home.lock_sending().unwrap();
        Log::of(&home).add(Timestamp::UNIX_EPOCH, [], &lock).unwrap();
        assert!(!home.log().exists() && Log::of(&home).lines().unwrap().is_empty());
    }
}
