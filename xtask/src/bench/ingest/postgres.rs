//! `PostgreSQL` as Debian has it, with its defaults, on a cluster of its own that ends with this.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::bench::server;
use crate::tools;

/// Debian's package.
const PACKAGE: &str = "postgresql-15";

/// Where that puts its programs.
const PROGRAMS: &str = "/usr/lib/postgresql/15/bin";

/// Debian's user for it, which is used where this runs as root: `PostgreSQL` refuses root.
const USER: &str = "postgres";

/// A running cluster, reached by a socket in its folder alone.
pub(super) struct Postgres {
    folder: PathBuf,
    process: u32,
}

impl Postgres {
    /// Makes a cluster and starts it; installs `PostgreSQL` where it is missing.
    pub(super) fn start() -> Result<Self> {
        if !Path::new(PROGRAMS).join("postgres").exists() {
            tools::install(&[PACKAGE])?;
        }
        let made = tools::output(command("mktemp").args(["--directory"]))?;
        let mut postgres = Self { folder: PathBuf::from(made.trim()), process: 0 };
        let mut initdb = program("initdb");
        initdb.args(["--username=bench", "--auth=trust", "--encoding=UTF8", "--locale=C"]);
        tools::output(initdb.arg("--pgdata").arg(&postgres.folder))?;
        let socket = postgres.folder.display().to_string();
        let options = format!("-c listen_addresses= -c unix_socket_directories={socket}");
        let mut start = program("pg_ctl");
        start.args(["start", "--wait", "--silent", "--options", &options, "--pgdata"]);
        start.arg(&postgres.folder).arg("--log").arg(postgres.folder.join("log"));
        tools::run(&mut start)?;
        let pid = postgres.folder.join("postmaster.pid");
        let pid = fs::read_to_string(pid).context("PostgreSQL does not run")?;
        postgres.process = pid.lines().next().unwrap_or_default().parse()?;
        Ok(postgres)
    }

    /// Where its socket is.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Processor time so far of it and of the processes that serve connections, in seconds.
    pub(super) fn seconds(&self) -> Result<f64> {
        let mut sum = server::seconds(self.process)?;
        for entry in fs::read_dir("/proc")? {
            let name = entry?.file_name();
            let Some(process) = name.to_str().and_then(|name| name.parse().ok()) else { continue };
            // One that has ended meanwhile is none of them.
            if server::parent(process).is_ok_and(|parent| parent == self.process) {
                sum += server::seconds(process)?;
            }
        }
        Ok(sum)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let mut stop = program("pg_ctl");
        stop.args(["stop", "--mode=immediate", "--silent", "--pgdata"]).arg(&self.folder);
        let _ = stop.status();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// One of its programs.
fn program(name: &str) -> Command {
    let mut command = command(&format!("{PROGRAMS}/{name}"));
    command.current_dir("/"); // whose folder this is run in might be closed to that user
    command
}

/// A command that is not run as root.
fn command(program: &str) -> Command {
    if tools::is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", USER, "--", program]);
        command
    } else {
        Command::new(program)
    }
}
