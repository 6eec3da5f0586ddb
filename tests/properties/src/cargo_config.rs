//! The user's own cargo configuration.

use std::fs;
use std::path::{Path, PathBuf};

use headcount_sender::cargo_config::{CargoConfig, Entry};
use tempfile::TempDir;

/// Kept in memory by every Linux: millions of changes would wear out a disk.
const MEMORY: &str = "/dev/shm";

const SPOOL: &str = "/home/me/spool";

struct Machine {
    path: PathBuf,
    config: CargoConfig,
    _folder: TempDir,
}

thread_local! {
    static MACHINE: Machine = Machine::new();
}

/// Names the spool in a configuration with these bytes and forgets it again. Then the file is what it
/// was, byte for byte but for an empty `[env]`, and one that was refused has not been touched.
///
/// # Panics
/// When that does not hold.
pub fn cargo_config(bytes: &[u8]) {
    MACHINE.with(|machine| machine.check(bytes));
}

impl Machine {
    fn new() -> Self {
        let folder = TempDir::new_in(MEMORY).expect("there is a folder in memory");
        let path = folder.path().join("config.toml");
        Self { config: CargoConfig::at(&path), path, _folder: folder }
    }

    fn check(&self, bytes: &[u8]) {
        let spool = Path::new(SPOOL);
        fs::write(&self.path, bytes).expect("memory is free");
        let before = self.config.entry(spool).ok();
        if self.config.name(spool, false).is_err() {
            assert_eq!(self.bytes(), bytes);
            return;
        }
        assert_eq!(self.config.entry(spool).expect("what was written can be read"), Entry::Ours);
        self.config.forget(spool).expect("what was written can be changed");
        let after = self.config.entry(spool).expect("what was written can be read");
        assert_eq!(after, Entry::None);
        if before == Some(Entry::None) {
            assert_eq!(without_header(&self.bytes()), without_header(bytes));
        }
    }

    /// Nothing, if there is no file.
    fn bytes(&self) -> Vec<u8> {
        fs::read(&self.path).unwrap_or_default()
    }
}

/// All that stands there but blank lines and the line `[env]`, however that is spelled.
fn without_header(bytes: &[u8]) -> Vec<&[u8]> {
    let is_spelling = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'');
    let is_kept = |line: &&[u8]| {
        let plain: Vec<_> = line.iter().copied().filter(|byte| !is_spelling(byte)).collect();
        !matches!(&plain[..], b"" | b"[env]")
    };
    bytes.split(|byte| *byte == b'\n').filter(is_kept).collect()
}
