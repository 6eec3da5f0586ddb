//! One line of a user's table for `cron`.

use std::io::Write;
use std::process::{Command, Stdio};

use super::{Job, ScheduleError, Written, run, setting};
use crate::home::Home;

/// How our line ends, and how it is found again.
const MARK: &str = "# written by `cargo headcount send --schedule`";

/// Whether this user may have a table. `cron` itself may still not run.
pub(super) fn is_there() -> bool {
    Command::new("crontab").arg("-l").output().is_ok()
}

pub(super) fn install(job: &Job) -> Result<Vec<Written>, ScheduleError> {
    let (line, home) = (line(job)?, setting(&job.home)?);
    let table = read()?;
    let changed = with(&table, &line, &home);
    if changed != table {
        write(&changed)?;
    }
    Ok(vec![written(line)])
}

pub(super) fn remove(home: &Home) -> Result<Vec<Written>, ScheduleError> {
    let (home, table) = (setting(home)?, read()?);
    let ours: Vec<_> =
        table.lines().filter(|line| is_ours(line, &home)).map(String::from).collect();
    match without(&table, &home) {
        _ if ours.is_empty() => {}
        rest if rest.is_empty() => run(Command::new("crontab").arg("-r"), "crontab").map(drop)?,
        rest => write(&rest)?,
    }
    Ok(ours.into_iter().map(written).collect())
}

/// Our line. The minute depends on the job, so that collectors are not all asked at once.
fn line(job: &Job) -> Result<String, ScheduleError> {
    let (program, home) = job.words()?;
    let command = format!("env '{home}' '{program}' headcount send --due");
    let hash = headcount_report::hash::fnv1a_64(command.as_bytes());
    let (minute, hour) = (hash % 60, 10 + hash / 60 % 8);
    Ok(format!("{minute} {hour} * * * {command} >/dev/null 2>&1 {MARK}"))
}

/// Whether a line sends for a home.
fn is_ours(line: &str, home: &str) -> bool {
    line.ends_with(MARK) && line.contains(&format!(" env '{home}' "))
}

/// A table with our line in it once, at the end.
fn with(table: &str, line: &str, home: &str) -> String {
    let mut table = without(table, home);
    if !table.is_empty() && !table.ends_with('\n') {
        table.push('\n');
    }
    table + line + "\n"
}

fn without(table: &str, home: &str) -> String {
    let lines = table.split_inclusive('\n');
    lines.filter(|line| !is_ours(line.trim_end_matches('\n'), home)).collect()
}

/// The user's table; empty if there is none, which `crontab` calls an error.
fn read() -> Result<String, ScheduleError> {
    match run(Command::new("crontab").arg("-l").env("LC_ALL", "C"), "crontab") {
        Err(ScheduleError::Refused { said, .. }) if said.contains("no crontab for") => {
            Ok(String::new())
        }
        table => table,
    }
}

fn write(table: &str) -> Result<(), ScheduleError> {
    let failed = |source| ScheduleError::Run { program: "crontab", source };
    let mut command = Command::new("crontab");
    command.arg("-").stdin(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(failed)?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(table.as_bytes()).map_err(failed)?;
    }
    let output = child.wait_with_output().map_err(failed)?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(ScheduleError::Refused { program: "crontab -".to_owned(), said })
}

fn written(text: String) -> Written {
    Written { place: "the table that `crontab -l` prints".to_owned(), text: text + "\n" }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINE: &str = "# mine\n5 4 * * * backup";

    const HOME: &str = "HEADCOUNT_HOME=/srv/my data";

    fn line_of(program: &str) -> String {
        line(&Job { program: program.into(), home: Home::at("/srv/my data") }).unwrap()
    }

    #[test]
    fn other_lines_stay_and_ours_is_there_once() {
        let with = |table: &str, program| with(table, &line_of(program), HOME);
        for before in ["", "\n", "# mine\n", "# mine\n5 4 * * * backup\n"] {
            let old = with(before, "/opt/old");
            assert_eq!(with(&old, "/opt/old"), old);
            let new = with(&old, "/opt/new");
            assert_eq!(new.lines().filter(|line| is_ours(line, HOME)).count(), 1);
            assert!(new.starts_with(before) && !new.contains("/opt/old"));
            assert_eq!(without(&new, HOME), before);
            assert_eq!(without(&new, "HEADCOUNT_HOME=/srv/my"), new, "another home's");
        }
        assert_eq!(without(&with(MINE, "/bin/it"), HOME), format!("{MINE}\n"));
    }

    /// A shell reads the line as `cron` would give it to one.
    #[test]
    fn the_line_runs_what_it_says() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("cargo headcount");
        let told = folder.path().join("told");
        let script = format!("#!/bin/sh\necho \"$HEADCOUNT_HOME|$*\" >{}\n", told.display());
        std::fs::write(&program, script).unwrap();
        run(Command::new("chmod").arg("+x").arg(&program), "chmod").unwrap();
        let line = line_of(program.to_str().unwrap());
        let command = line.splitn(6, ' ').nth(5).unwrap();
        run(Command::new("sh").args(["-c", command]), "sh").unwrap();
        assert_eq!(std::fs::read_to_string(told).unwrap(), "/srv/my data|headcount send --due\n");
    }
}
