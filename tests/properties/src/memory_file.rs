//! A file that is only in memory: millions of inputs would wear out a disk.

use std::fs::File;
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use rustix::fs::{MemfdFlags, memfd_create};

/// A file without a name that can be opened by its [path](MemoryFile::path).
pub(crate) struct MemoryFile(File);

impl MemoryFile {
    pub(crate) fn new() -> Self {
        let file = memfd_create("input", MemfdFlags::CLOEXEC).expect("Linux has memfd_create");
        Self(file.into())
    }

    /// Replaces all that is in it.
    pub(crate) fn fill(&self, bytes: &[u8]) {
        self.0.set_len(0).and_then(|()| self.0.write_all_at(bytes, 0)).expect("memory is free");
    }

    pub(crate) fn path(&self) -> PathBuf {
        format!("/proc/self/fd/{}", self.0.as_raw_fd()).into()
    }
}
