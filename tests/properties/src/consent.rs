//! What the machine's owner allowed.

use std::os::unix::fs::symlink;

use headcount_sender::consent::Consent;
use headcount_sender::home::Home;
use tempfile::TempDir;

use crate::memory_file::MemoryFile;

struct Machine {
    file: MemoryFile,
    home: Home,
    _folder: TempDir,
}

thread_local! {
    static MACHINE: Machine = Machine::new();
}

/// Reads the bytes as `consent.json`. What is read can be written and read again, so that no answer of
/// the owner's is lost or made up.
///
/// # Panics
/// When that does not hold.
pub fn consent(bytes: &[u8]) {
    MACHINE.with(|machine| {
        let Some(consent) = machine.load(bytes) else { return };
        let written = serde_json::to_vec(&consent).expect("consent is plain JSON");
        assert_eq!(machine.load(&written), Some(consent));
    });
}

impl Machine {
    fn new() -> Self {
        let folder = TempDir::new().expect("there is a temporary folder");
        let (file, home) = (MemoryFile::new(), Home::at(folder.path()));
        symlink(file.path(), home.consent()).expect("the folder is empty");
        Self { file, home, _folder: folder }
    }

    fn load(&self, bytes: &[u8]) -> Option<Consent> {
        self.file.fill(bytes);
        Consent::load(&self.home).ok().flatten()
    }
}
