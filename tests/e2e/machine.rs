//! A machine of a test's own: folders for its user, for cargo and for headcount, which can be set
//! back to what they were.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use headcount_report::spool::{self, FileIdentity, Line};
use headcount_report::{BuildRecord, Week};
use headcount_sender::merge::Merged;
use headcount_sender::spool::Spool;
use headcount_tests::{cargo_headcount, clean, root, success};
use tempfile::TempDir;

use crate::recording::HITTER;

/// The command itself, without cargo before it.
pub(crate) static HEADCOUNT: LazyLock<PathBuf> = LazyLock::new(|| {
    let _ = cargo_headcount(&root().join("Cargo.toml")); // builds it
    root().join("target/debug/cargo-headcount")
});

/// The library of [`HITTER`].
pub(crate) const LIBRARY: &str = "hitter";

pub(crate) struct Machine(TempDir);

impl Machine {
    pub(crate) fn new() -> Self {
        let machine = Self(tempfile::tempdir().unwrap());
        fs::create_dir_all(machine.user().join(".cargo")).unwrap();
        machine
    }

    /// The folder with all the others.
    pub(crate) fn user(&self) -> PathBuf {
        self.0.path().join("user")
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.user().join("headcount")
    }

    pub(crate) fn cargo_config(&self) -> PathBuf {
        self.user().join(".cargo/config.toml")
    }

    /// Gives a command the environment of this machine's user.
    pub(crate) fn lend<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        let cargo = self.user().join(".cargo");
        command.env("HOME", self.user()).env("CARGO_HOME", cargo).env("HEADCOUNT_HOME", self.home())
    }

    /// `cargo headcount`, with words separated by spaces.
    pub(crate) fn command(&self, words: &str) -> Command {
        let mut command = clean(&*HEADCOUNT);
        self.lend(&mut command).arg("headcount").args(words.split_whitespace());
        command
    }

    /// Runs a command that has to succeed; returns what it printed.
    #[track_caller]
    pub(crate) fn ok(&self, words: &str) -> String {
        String::from_utf8(success(&mut self.command(words)).stdout).unwrap()
    }

    /// Speaks as a process of [`HITTER`], as if its library came from crates.io and named a
    /// collector.
    pub(crate) fn hit(&self, week: Week, process: u64, collector: &str, sites: &[&str]) {
        self.append(week, &Line::Executable { process, file: identity(&HITTER) }.encode());
        self.use_library(week, process, LIBRARY, collector, sites);
    }

    /// Speaks as a process that does not say which executable it is, and used a library from
    /// crates.io that names a collector.
    pub(crate) fn use_library(
        &self,
        week: Week,
        process: u64,
        library: &str,
        collector: &str,
        sites: &[&str],
    ) {
        let text = serde_json::json!({
            "library": library, "version": "0.1.0", "source": "crates.io", "collector": collector,
            "rustc": "1.95.0", "target": "x86_64-unknown-linux-gnu", "profile": "debug",
        });
        let text = text.to_string();
        let build = BuildRecord::hash(&text);
        fs::write(self.home().join("spool").join(spool::build_file_name(build)), text).unwrap();
        let line = |site: &&str| {
            let site = site.parse().unwrap();
            Line::Hit { process, build, count: 1, site }.encode()
        };
        self.append(week, &sites.iter().flat_map(line).collect::<Vec<_>>());
    }

    fn append(&self, week: Week, lines: &[u8]) {
        let path = self.home().join("spool").join(spool::file_name(week));
        let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
        file.write_all(lines).unwrap();
    }

    /// What the spool says of a week.
    pub(crate) fn said(&self, week: Week) -> Merged {
        let lines = Spool::open(&self.home().join("spool")).unwrap().read(week).unwrap();
        let lines = spool::decode(&lines);
        assert_eq!(lines.unreadable, 0);
        lines.lines.into_iter().collect()
    }

    /// The files in a folder of the home, by name.
    pub(crate) fn names(&self, folder: &str) -> Vec<String> {
        let path = self.home().join(folder);
        let files = self.files().into_keys();
        files
            .filter_map(|file| Some(file.strip_prefix(&path).ok()?.display().to_string()))
            .collect()
    }

    /// The exact bytes of the reports in a folder of the home.
    pub(crate) fn reports(&self, folder: &str) -> Vec<Vec<u8>> {
        let path = self.home().join(folder);
        let is_report = |file: &PathBuf| {
            file.starts_with(&path) && file.extension().is_some_and(|ending| ending == "json")
        };
        self.files().into_iter().filter(|(file, _)| is_report(file)).map(|(_, it)| it).collect()
    }

    /// Every file of this machine's user, with its bytes.
    pub(crate) fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut folders = vec![self.user()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let entry = entry.unwrap();
                let (path, kind) = (entry.path(), entry.file_type().unwrap());
                if kind.is_dir() {
                    folders.push(path);
                } else if kind.is_file() {
                    let bytes = fs::read(&path).unwrap();
                    files.insert(path, bytes);
                }
            }
        }
        files
    }

    /// Keeps everything as it is now, for [`restore`](Self::restore).
    pub(crate) fn remember(&self) {
        let remembered = self.0.path().join("remembered");
        let _ = fs::remove_dir_all(&remembered);
        copy(&self.user(), &remembered);
    }

    /// Sets everything back to what it was. The paths are the same, for cargo's configuration names
    /// the spool.
    pub(crate) fn restore(&self) {
        fs::remove_dir_all(self.user()).unwrap();
        copy(&self.0.path().join("remembered"), &self.user());
    }
}

fn copy(from: &Path, to: &Path) {
    success(clean("cp").arg("-a").arg(from).arg(to));
}

fn identity(path: &Path) -> FileIdentity {
    let status = fs::metadata(path).unwrap();
    let mtime_ns = i128::from(status.mtime()) * 1_000_000_000 + i128::from(status.mtime_nsec());
    FileIdentity { path: path.to_owned(), size_bytes: status.len(), mtime_ns, inode: status.ino() }
}
