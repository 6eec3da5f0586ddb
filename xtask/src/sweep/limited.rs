//! Commands that may not run for ever.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process_group};

/// How often a command is looked after.
const INTERVAL: Duration = Duration::from_millis(20);

/// What a command did.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) success: bool,
    /// Whether it was ended at its limit.
    pub(super) late: bool,
    pub(super) stdout: String,
    pub(super) stderr: String,
    pub(super) duration: Duration,
}

impl Ended {
    /// The last lines that it printed, to say why it failed.
    pub(super) fn last_words(&self) -> String {
        let lines: Vec<_> = self.stderr.lines().filter(|line| !line.trim().is_empty()).collect();
        lines[lines.len().saturating_sub(4)..].join("\n")
    }
}

/// Runs a command and all that it starts for at most `limit`; keeps what it prints beside `log`.
pub(super) fn run(command: &mut Command, limit: Duration, log: &Path) -> Result<Ended> {
    let (out, err) = (log.with_extension("out"), log.with_extension("err"));
    let file = |path: &Path| {
        File::create(path).with_context(|| format!("cannot write `{}`", path.display()))
    };
    command.stdin(std::process::Stdio::null()).stdout(file(&out)?).stderr(file(&err)?);
    let start = Instant::now();
    let mut child = command.process_group(0).spawn().context("cannot start it")?;
    let mut late = false;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if start.elapsed() > limit {
            late = true;
            if let Some(group) = Pid::from_raw(child.id().cast_signed()) {
                kill_process_group(group, Signal::KILL)?;
            }
            break child.wait()?;
        }
        thread::sleep(INTERVAL);
    };
    let duration = start.elapsed();
    let text = |path: &Path| -> Result<String> {
        Ok(String::from_utf8_lossy(&fs::read(path)?).into_owned())
    };
    Ok(Ended {
        success: status.success(),
        late,
        stdout: text(&out)?,
        stderr: text(&err)?,
        duration,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_and_its_children_end_at_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let shell = |script: &str, limit| {
            run(Command::new("sh").args(["-c", script]), Duration::from_millis(limit), &log)
                .unwrap()
        };
        let ended = shell("echo a; sleep 60; echo b", 200);
        assert!(ended.late && !ended.success);
        assert_eq!(ended.stdout, "a\n");
        let ended = shell("echo a; echo b >&2; exit 3", 10_000);
        assert!(!ended.late && !ended.success);
        assert_eq!((ended.stdout.as_str(), ended.last_words().as_str()), ("a\n", "b"));
    }
}
