//! Seconds of processor time, which suffer less from a busy machine than those on the clock.

use std::process::Command;

use anyhow::{Context, Result};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;

use crate::tools;

/// Runs a command; gives the seconds that it and all that it waited for took, in user space and in
/// the kernel.
pub(super) fn seconds(command: &mut Command) -> Result<f64> {
    spent(UsageWho::RUSAGE_CHILDREN, || tools::output(command).map(drop))
}

/// Does something in this process; gives the seconds that took.
pub(super) fn seconds_of(work: impl FnOnce() -> Result<()>) -> Result<f64> {
    spent(UsageWho::RUSAGE_SELF, work)
}

fn spent(who: UsageWho, work: impl FnOnce() -> Result<()>) -> Result<f64> {
    let so_far = || -> Result<f64> {
        let usage = getrusage(who).context("cannot ask for processor time")?;
        Ok(in_seconds(usage.user_time()) + in_seconds(usage.system_time()))
    };
    let before = so_far()?;
    work()?;
    Ok(so_far()? - before)
}

#[expect(clippy::cast_precision_loss, reason = "of no interest at this size")]
fn in_seconds(time: TimeVal) -> f64 {
    time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_childs_child_is_counted_and_sleep_is_not() {
        let mut shell = Command::new("sh");
        let idle = seconds(shell.args(["-c", "sleep 0.5"])).unwrap();
        let script = "sh -c 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done'; true";
        let busy = seconds(Command::new("sh").args(["-c", script])).unwrap();
        assert!(idle < busy, "{idle} {busy}");
    }
}
