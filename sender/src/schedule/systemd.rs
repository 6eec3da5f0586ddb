//! Two units of systemd's manager for a user: what to run, and when.

use std::path::Path;
use std::process::Command;

use super::{Job, ScheduleError, Written, run};
use crate::durable;

const SERVICE: &str = "headcount-send.service";
const TIMER: &str = "headcount-send.timer";

/// Longest unit that is read, in bytes; ours are far shorter.
const MAX_UNIT_BYTES: u64 = 64 << 10;

/// Like all units, for everybody to read.
const UNIT_FILE: u32 = 0o644;

/// At another moment on each machine, so that collectors are not all asked at once; later if the
/// machine was off then.
const TIMER_TEXT: &str = "\
# Written by `cargo headcount send --schedule`; `cargo headcount send --unschedule` removes it.
[Unit]
Description=Once a day, send what headcount recorded to whom the owner of this machine allowed

[Timer]
OnCalendar=daily
RandomizedDelaySec=12h
Persistent=true

[Install]
WantedBy=timers.target
";

/// Whether the manager answers. In a container, or for a user without a session, it does not.
pub(super) fn is_running() -> bool {
    let mut command = Command::new("systemctl");
    command.args(["--user", "show", "--property=Version"]);
    command.output().is_ok_and(|output| output.status.success())
}

/// Writes both units.
pub(super) fn write(folder: &Path, job: &Job) -> Result<Vec<Written>, ScheduleError> {
    let units = [(SERVICE, service(job)?), (TIMER, TIMER_TEXT.to_owned())];
    durable::create_folder(folder)?;
    for (name, text) in &units {
        durable::write(&folder.join(name), text.as_bytes(), UNIT_FILE)?;
    }
    Ok(units.map(|(name, text)| written(folder, name, text)).into())
}

/// The units that are there.
fn read(folder: &Path) -> Result<Vec<Written>, ScheduleError> {
    let mut units = Vec::new();
    for name in [SERVICE, TIMER] {
        if let Some(bytes) = durable::read(&folder.join(name), MAX_UNIT_BYTES)? {
            units.push(written(folder, name, String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
    Ok(units)
}

/// Removes both units, if they are there.
pub(super) fn remove(folder: &Path) -> Result<Vec<Written>, ScheduleError> {
    let units = read(folder)?;
    if units.is_empty() {
        return Ok(units);
    }
    // Without a manager nothing runs that could be stopped; its link to the timer goes all the same.
    let is_running = is_running();
    if is_running {
        manager(&["disable", "--now", TIMER])?;
    }
    durable::remove(&folder.join("timers.target.wants").join(TIMER))?;
    for name in [SERVICE, TIMER] {
        durable::remove(&folder.join(name))?;
    }
    if is_running {
        manager(&["daemon-reload"])?;
    }
    Ok(units)
}

pub(super) fn start() -> Result<(), ScheduleError> {
    manager(&["daemon-reload"])?;
    manager(&["enable", "--now", TIMER])
}

fn service(job: &Job) -> Result<String, ScheduleError> {
    let (program, home) = job.words()?;
    Ok(format!(
        "\
# Written by `cargo headcount send --schedule`; `cargo headcount send --unschedule` removes it.
[Unit]
Description=Send what headcount recorded to whom the owner of this machine allowed

[Service]
Type=oneshot
Environment=\"{home}\"
ExecStart=\"{program}\" headcount send --due
"
    ))
}

fn manager(words: &[&str]) -> Result<(), ScheduleError> {
    run(Command::new("systemctl").arg("--user").args(words), "systemctl").map(drop)
}

fn written(folder: &Path, name: &str, text: String) -> Written {
    Written { place: folder.join(name).display().to_string(), text }
}

#[cfg(test)]
mod tests {
    use headcount_tests::has_tool;

    use super::*;
    use crate::home::Home;

    fn job(program: &str) -> Job {
        Job { program: program.into(), home: Home::at("/srv/my data") }
    }

    #[test]
    fn both_units_are_written_read_and_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("systemd/user");
        assert_eq!(read(&folder).unwrap(), []);
        let first = write(&folder, &job("/opt/old place/cargo-headcount")).unwrap();
        assert_eq!(read(&folder).unwrap(), first);
        let second = write(&folder, &job("/opt/new/cargo-headcount")).unwrap();
        assert_eq!(read(&folder).unwrap(), second);
        assert!(
            second[0]
                .text
                .contains("ExecStart=\"/opt/new/cargo-headcount\" headcount send --due\n")
        );
        assert!(second[0].text.contains("Environment=\"HEADCOUNT_HOME=/srv/my data\"\n"));
    }

    #[test]
    fn what_would_mean_something_else_is_refused() {
        for path in ["/a\nExecStart=/bin/evil", "/%h", "/a\"b", "/$HOME", "/a\\b", "/`id`"] {
            let error = service(&job(path)).unwrap_err();
            assert!(matches!(error, ScheduleError::Unspeakable(_)), "{path}: {error}");
        }
    }

    #[test]
    fn systemd_finds_nothing_wrong_with_the_units() {
        if !has_tool("systemd-analyze") {
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &job("/bin/true")).unwrap();
        let mut verify = Command::new("systemd-analyze");
        verify.args(["--user", "--recursive-errors=no", "verify"]);
        verify.args([SERVICE, TIMER].map(|name| folder.path().join(name)));
        // It wants a place for its sockets, and makes none.
        let output = verify.env("XDG_RUNTIME_DIR", folder.path()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && !said.contains("headcount"), "{said}");
    }
}
