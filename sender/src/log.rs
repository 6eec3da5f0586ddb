//! The log: what `send` did while nobody looked, one line each.

use std::collections::VecDeque;
use std::path::PathBuf;

use jiff::Timestamp;

use crate::durable::{self, FileError};
use crate::home::{Home, Lock};

/// Size that the log does not exceed, in bytes: some hundred lines, a year or more.
const MAX_LOG_BYTES: usize = 64 << 10;

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

    /// Adds sentences, each as a line that begins with the time; the oldest lines go to make room.
    ///
    /// # Errors
    /// When the file cannot be read or written; then it is as it was.
    pub fn add(
        &self,
        now: Timestamp,
        sentences: impl IntoIterator<Item = String>,
        _: &Lock,
    ) -> Result<(), FileError> {
        let time = now.strftime("%Y-%m-%dT%H:%M:%SZ");
        let plain = |sentence: String| sentence.replace(char::is_control, " ");
        let new: Vec<_> =
            sentences.into_iter().map(|one| format!("{time} {}", plain(one))).collect();
        if new.is_empty() {
            return Ok(());
        }
        let mut lines: VecDeque<_> = self.lines()?.into_iter().chain(new).collect();
        let mut bytes: usize = lines.iter().map(|line| line.len() + 1).sum();
        while bytes > MAX_LOG_BYTES {
            bytes -= lines.pop_front().map_or(bytes, |line| line.len() + 1);
        }
        let text: String = lines.into_iter().map(|line| line + "\n").collect();
        durable::write(&self.path, text.as_bytes(), durable::PRIVATE_FILE)
    }

    /// All lines, the oldest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn lines(&self) -> Result<Vec<String>, FileError> {
        let bytes = durable::read(&self.path, MAX_LOG_BYTES as u64)?.unwrap_or_default();
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
        assert!(std::fs::metadata(home.log()).unwrap().len() <= MAX_LOG_BYTES as u64);
        let lines = log.lines().unwrap();
        assert!(lines.len() > 400, "{} lines", lines.len());
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
