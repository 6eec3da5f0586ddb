//! Where headcount keeps what it keeps on this machine: one folder.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use directories::ProjectDirs;
use rustix::fs::{FlockOperation, flock};

use crate::durable::{self, FileError};

/// The one folder in which headcount keeps everything.
///
/// | in it | holds |
/// | --- | --- |
/// | `consent.json` | what the owner allowed |
/// | `spool/` | what running programs recorded |
/// | `outbox/` | reports that are written and not yet sent |
/// | `sent/` | reports that a collector took |
/// | `refused/` | reports that no collector will get, and why |
/// | `scans/` | which sites the linker kept in the executables of the spool |
/// | `log` | what `send` did |
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    folder: PathBuf,
}

/// Why there is no such folder.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HomeError {
    /// `HEADCOUNT_HOME` is relative, so it would be another folder for each program.
    #[error("HEADCOUNT_HOME is `{}`; it must be an absolute path", .0.display())]
    Relative(PathBuf),
    /// The system does not say where the user's data belongs.
    #[error("this user has no home folder; set HEADCOUNT_HOME to an absolute path")]
    Unknown,
}

/// Held by the one process that does something; given back when it is dropped or the process ends.
///
/// It is the kernel's lock on an open folder, so a killed process leaves nothing behind.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "closing the file gives the lock back")] File);

impl Home {
    /// `HEADCOUNT_HOME`, or else the folder that the system has for such data.
    ///
    /// # Errors
    /// When the variable is relative, or the system does not say.
    pub fn of_environment() -> Result<Self, HomeError> {
        let named = env::var_os("HEADCOUNT_HOME").filter(|folder| !folder.is_empty());
        let folder = match named.map(PathBuf::from) {
            Some(folder) if folder.is_relative() => return Err(HomeError::Relative(folder)),
            Some(folder) => folder,
            None => {
                let folders = ProjectDirs::from("", "", "headcount").ok_or(HomeError::Unknown)?;
                folders.data_dir().to_owned()
            }
        };
        Ok(Self::at(folder))
    }

    /// A folder of the caller's choice.
    #[must_use]
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The folder itself.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The file that holds what the owner allowed.
    #[must_use]
    pub fn consent(&self) -> PathBuf {
        self.folder.join("consent.json")
    }

    /// The folder to which programs append.
    #[must_use]
    pub fn spool(&self) -> PathBuf {
        self.folder.join("spool")
    }

    /// The folder of reports that wait.
    #[must_use]
    pub fn outbox(&self) -> PathBuf {
        self.folder.join("outbox")
    }

    /// The folder of reports that were taken.
    #[must_use]
    pub fn sent(&self) -> PathBuf {
        self.folder.join("sent")
    }

    /// The folder of reports that nobody will get.
    #[must_use]
    pub fn refused(&self) -> PathBuf {
        self.folder.join("refused")
    }

    /// The folder of what was found in executables.
    #[must_use]
    pub fn scans(&self) -> PathBuf {
        self.folder.join("scans")
    }

    /// The file that tells what `send` did.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// Waits until no other process changes what the owner allowed.
    ///
    /// # Errors
    /// When the folder cannot be made or opened.
    pub fn lock_consent(&self) -> Result<Lock, FileError> {
        lock_folder(&self.folder)
    }

    /// Waits until no other process sends.
    ///
    /// # Errors
    /// When the folder cannot be made or opened.
    pub fn lock_sending(&self) -> Result<Lock, FileError> {
        lock_folder(&self.outbox())
    }

    /// The right to send; `None` while another process has it.
    ///
    /// # Errors
    /// When the folder cannot be made or opened.
    pub fn try_lock_sending(&self) -> Result<Option<Lock>, FileError> {
        match lock(&self.outbox(), FlockOperation::NonBlockingLockExclusive) {
            Err(error) if error.source.kind() == std::io::ErrorKind::WouldBlock => Ok(None),
            lock => lock.map(Some),
        }
    }

    /// Deletes everything that headcount keeps, and the folder itself if nothing else is in it.
    ///
    /// # Errors
    /// When something cannot be deleted.
    pub fn delete(&self) -> Result<(), FileError> {
        for folder in [self.spool(), self.outbox(), self.sent(), self.refused(), self.scans()] {
            durable::remove_folder(&folder)?;
        }
        durable::remove(&self.log())?;
        durable::remove(&self.consent())?;
        durable::sweep(&self.folder)?;
        // A folder that holds something else is not ours to delete.
        let _ = fs::remove_dir(&self.folder);
        Ok(())
    }
}

/// Waits until no other process of headcount's changes what is in a folder.
pub(crate) fn lock_folder(folder: &Path) -> Result<Lock, FileError> {
    lock(folder, FlockOperation::LockExclusive)
}

fn lock(folder: &Path, operation: FlockOperation) -> Result<Lock, FileError> {
    durable::create_folder(folder)?;
    let file = File::open(folder).map_err(FileError::at("open", folder))?;
    flock(&file, operation).map_err(|error| FileError::at("lock", folder)(error.into()))?;
    Ok(Lock(file))
}
