//! Once a day, `send`: a timer of the user's own service manager, or else a line of their `cron`.

mod cron;
mod systemd;

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::durable::FileError;
use crate::home::Home;

/// The folder of the user's own units, in that of the configuration.
const UNITS: &str = "systemd/user";

/// Who runs `send` once a day.
#[derive(Debug, Clone)]
pub enum Schedule {
    /// A timer of systemd's manager for this user.
    Systemd {
        /// The folder of the user's units.
        folder: PathBuf,
    },
    /// A line in this user's table.
    Cron,
}

/// What is run, and on which folders.
#[derive(Debug, Clone)]
pub struct Job {
    /// The program: `cargo-headcount`.
    pub program: PathBuf,
    /// The home that it is to find.
    pub home: Home,
}

/// Something that was, or is to be, written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Where: a file, or the user's table.
    pub place: String,
    /// What.
    pub text: String,
}

/// Why nothing is scheduled, or still is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScheduleError {
    /// A file could not be written or removed.
    #[error(transparent)]
    File(#[from] FileError),
    /// Neither of the two is there.
    #[error(
        "there is neither `systemctl --user` nor `crontab` here; let whatever runs programs daily \
         on this system run `cargo headcount send --due`"
    )]
    Nobody,
    /// A path or value cannot be written into a unit or a table.
    #[error("`{}` holds a character that neither a unit nor a table can hold", .0)]
    Unspeakable(String),
    /// A program could not be run.
    #[error("cannot run `{program}`")]
    Run {
        /// Which.
        program: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// A program refused.
    #[error("`{program}` failed: {said}")]
    Refused {
        /// Which, with its arguments.
        program: String,
        /// What it said.
        said: String,
    },
}

impl Schedule {
    /// Who there is: systemd's manager for this user if it runs, else `cron`.
    ///
    /// `configuration` is the folder of the user's configuration.
    ///
    /// # Errors
    /// When there is neither.
    pub fn of_system(configuration: &Path) -> Result<Self, ScheduleError> {
        if systemd::is_running() {
            return Ok(Self::Systemd { folder: configuration.join(UNITS) });
        }
        if cron::is_there() { Ok(Self::Cron) } else { Err(ScheduleError::Nobody) }
    }

    /// Has a job done once a day. Said again, it replaces what was said before.
    ///
    /// # Errors
    /// When something cannot be written, or the one who is to do it refuses.
    pub fn install(&self, job: &Job) -> Result<Vec<Written>, ScheduleError> {
        match self {
            Self::Systemd { folder } => {
                let units = systemd::write(folder, job)?;
                systemd::start()?;
                Ok(units)
            }
            Self::Cron => cron::install(job),
        }
    }
}

/// Ends what [`Schedule::install`] began for a home. What is not headcount's stays. Returns what was
/// removed: nothing, if nothing was there.
///
/// `configuration` is the folder of the user's configuration.
///
/// # Errors
/// When something cannot be removed.
pub fn remove(configuration: &Path, home: &Home) -> Result<Vec<Written>, ScheduleError> {
    let mut removed = systemd::remove(&configuration.join(UNITS))?;
    if cron::is_there() {
        removed.extend(cron::remove(home)?);
    }
    Ok(removed)
}

impl Job {
    /// The program, and the setting that names the home: once it is known that no character of them
    /// ends a line or means something to who reads them.
    fn words(&self) -> Result<(&str, String), ScheduleError> {
        Ok((plain(&self.program)?, setting(&self.home)?))
    }
}

/// The home as a variable of the environment.
fn setting(home: &Home) -> Result<String, ScheduleError> {
    Ok(format!("HEADCOUNT_HOME={}", plain(home.folder())?))
}

fn plain(path: &Path) -> Result<&str, ScheduleError> {
    let unspeakable = || ScheduleError::Unspeakable(path.display().to_string());
    path.to_str().filter(|path| is_plain(path)).ok_or_else(unspeakable)
}

/// Whether a text means itself between quotes, in a unit as in a table's line.
fn is_plain(text: &str) -> bool {
    text.chars().all(|c| !c.is_control() && !matches!(c, '"' | '\'' | '\\' | '%' | '$' | '`'))
}

/// Runs a program, and says what it said if it fails.
fn run(command: &mut Command, program: &'static str) -> Result<String, ScheduleError> {
    let output = command.output().map_err(|source| ScheduleError::Run { program, source })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    let words = command.get_args().map(|word| word.to_string_lossy().into_owned());
    let program = [program.to_owned()].into_iter().chain(words).collect::<Vec<_>>().join(" ");
    Err(ScheduleError::Refused { program, said })
}
