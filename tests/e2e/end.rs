//! Who may end recording, and that it ends in programs that run.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use headcount_report::spool;
use headcount_sender::merge::Merged;
use headcount_tests::{can_mount, cargo_headcount, clean, root, success};

use crate::recording::{HITTER, Spool};

/// A program that hits another site each time it is asked to.
pub(crate) struct Running(Child);

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        Self(command.arg("asked").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap())
    }

    pub(crate) fn hit(&mut self) {
        writeln!(self.0.stdin.as_mut().unwrap()).unwrap();
        let answer = BufReader::new(self.0.stdout.as_mut().unwrap()).lines().next();
        answer.expect("it still runs").unwrap();
    }

    /// Lets it end by itself.
    pub(crate) fn end(mut self) {
        drop(self.0.stdin.take());
        assert!(self.0.wait().unwrap().success());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn off_ends_recording_in_a_program_that_runs() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("headcount");
    let headcount = |word| {
        let mut command = cargo_headcount(&root().join("Cargo.toml"));
        command.env("HEADCOUNT_HOME", &home).env("HOME", folder.path());
        success(command.env("CARGO_HOME", folder.path()).arg(word));
    };
    let said = || -> usize {
        let files = fs::read_dir(home.join("spool")).unwrap().map(|file| file.unwrap().path());
        let weeks = files.filter(|path| path.extension().is_some_and(|end| end == "spool"));
        let lines = weeks.flat_map(|path| spool::decode(&fs::read(path).unwrap()).lines);
        let merged: Merged = lines.collect();
        merged.usage(|_| Some(())).values().map(|usage| usage.counts.len()).sum()
    };
    headcount("on");
    let mut running = Running::start(clean(&*HITTER).env("HEADCOUNT_SPOOL", home.join("spool")));
    running.hit();
    assert_eq!(said(), 1);
    headcount("off");
    running.hit();
    assert!(!home.join("spool").exists());
    headcount("on");
    assert_eq!(said(), 0, "what was said before is gone");
    running.hit();
    assert_eq!(said(), 1);
}

/// In a mount namespace of its own, where `/etc` is empty but for the administrator's file.
#[test]
fn the_administrators_file_beats_a_yes() {
    if !can_mount() {
        return;
    }
    let denied = "mount -t tmpfs none /etc && mkdir /etc/headcount && : >/etc/headcount/deny";
    let in_private = |spool: &Spool, script: &str| {
        let mut command = spool.command("unshare".as_ref());
        command.args(["--mount", "--map-root-user", "sh", "-c", script]).arg(&*HITTER);
        command.output().unwrap()
    };
    let spool = Spool::new();
    let script = format!("{denied} && \"$0\" hit 150");
    assert!(in_private(&spool, &script).status.success());
    assert_eq!(spool.totals(), [].into());
    // As if the administrator took it back.
    let script = format!("{denied} && rm /etc/headcount/deny && \"$0\" hit 150");
    assert!(in_private(&spool, &script).status.success());
    assert_eq!(spool.totals(), [("s0".to_owned(), 100)].into());

    let _ = cargo_headcount(&root().join("Cargo.toml")); // builds it
    let command = root().join("target/debug/cargo-headcount");
    let script = format!("{denied} && '{}' status", command.display());
    let said = in_private(&spool, &script).stdout;
    let said = String::from_utf8_lossy(&said);
    assert!(said.contains("off: the administrator of this machine says so"), "{said}");
}
