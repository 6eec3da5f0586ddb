//! A server in a process of its own, and what the kernel says about it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};
use rustix::process::{Pid, Signal, kill_process};

/// A server that runs until it is stopped or dropped.
pub(super) struct Server {
    process: Child,
    pub(super) address: String,
}

impl Server {
    /// Starts it and waits until it says where it listens.
    pub(super) fn start(command: &mut Command) -> Result<Self> {
        let mut process =
            command.stdout(Stdio::piped()).spawn().context("cannot start a server")?;
        let stdout = process.stdout.take().context("a server without a stdout")?;
        let mut server = Self { process, address: String::new() };
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let address = line.trim().strip_prefix("listening on http://");
        address.context("the server does not listen")?.clone_into(&mut server.address);
        Ok(server)
    }

    /// Stops it as an operator would. Those that are none of ours have nothing to finish.
    pub(super) fn stop(mut self) -> Result<()> {
        let process = i32::try_from(self.process.id()).ok().and_then(Pid::from_raw);
        kill_process(process.context("no process")?, Signal::TERM)?;
        let status = self.process.wait()?;
        ensure!(status.code().is_none_or(|code| code == 0), "the server failed: {status}");
        Ok(())
    }

    /// Processor time so far, in seconds.
    pub(super) fn seconds(&self) -> Result<f64> {
        seconds(self.process.id())
    }

    /// The most memory that it had, in KiB.
    pub(super) fn peak_kib(&self) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let number = line.and_then(|line| line.trim().split(' ').next());
        number.context("no such memory")?.parse().context("not a number")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Processor time that a process has had, in user space and in the kernel, in seconds.
pub(super) fn seconds(process: u32) -> Result<f64> {
    // Linux tells programs hundredths of a second, whatever it counts in itself.
    Ok(f64::from(field(process, 11)? + field(process, 12)?) / 100.0)
}

/// The parent of a process.
pub(super) fn parent(process: u32) -> Result<u32> {
    field(process, 1)
}

/// A field of `/proc/PID/stat`, counted from the one after the program's name, which may hold spaces.
fn field(process: u32, at: usize) -> Result<u32> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).context("no such process")?;
    let (_, fields) = stat.rsplit_once(") ").context("no process status")?;
    fields.split(' ').nth(at).context("no such field")?.parse().context("not a number")
}
