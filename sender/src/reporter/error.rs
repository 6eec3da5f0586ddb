//! Why a reporter does not do what it was configured to do.

use std::io;
use std::path::PathBuf;

use crate::collector::CollectorUrlError;
use crate::consent::ConsentError;
use crate::durable::FileError;
use crate::scan::ScanError;
use crate::send::SendError;
use crate::spool::SpoolError;
use crate::switch::SwitchError;

/// What stood in a reporter's way. It is kept, never printed, and fails nothing of the program.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReporterError {
    /// The program was built without headcount.
    #[error("headcount is disabled in this program, or cannot count on its target")]
    Disabled,
    /// No home was configured, or a relative one.
    #[error("the reporter has no home: configure the absolute path of a folder")]
    NoHome,
    /// The home is not there.
    #[error(
        "there is no folder `{}`, so nothing is recorded; whoever runs this program agrees by \
         making it", .0.display()
    )]
    NoFolder(PathBuf),
    /// What was configured is not the name of a crate.
    #[error("`{0}` is not the name of a crate")]
    Name(String),
    /// What was configured is not the address of a collector.
    #[error(transparent)]
    Collector(#[from] CollectorUrlError),
    /// This process has a reporter already.
    #[error("this process has another reporter; only one can look at its counters")]
    AlreadyRunning,
    /// The system gave no thread.
    #[error("cannot start the reporter's thread")]
    Thread(#[source] io::Error),
    /// The system gave no random number by which processes are told apart.
    #[error("the system gives no random number: {0}")]
    Random(getrandom::Error),
    /// The executable of this process cannot be found.
    #[error("cannot find the executable that this process runs")]
    Executable(#[source] io::Error),
    /// The executable of this process cannot be read.
    #[error(transparent)]
    Scan(#[from] ScanError),
    /// What was allowed cannot be told.
    #[error(transparent)]
    Consent(#[from] ConsentError),
    /// What is configured could not be written down.
    #[error(transparent)]
    Switch(#[from] SwitchError),
    /// The spool cannot be used.
    #[error(transparent)]
    Spool(#[from] SpoolError),
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// Nothing could be sent.
    #[error(transparent)]
    Send(#[from] SendError),
}
