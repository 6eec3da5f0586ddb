//! A machine of the test's own: folders for the user, for cargo and for headcount, and nothing of
//! the environment in which the test runs.

#![allow(dead_code, reason = "each test uses some of it")]

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

use headcount_report::spool::{Line, build_file_name, file_name};
use headcount_report::{BuildRecord, Report, Week};
use jiff::Timestamp;
use tempfile::TempDir;

pub(crate) struct Machine {
    folder: TempDir,
}

/// What a command did.
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Machine {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("cargo")).unwrap();
        Self { folder }
    }

    /// `cargo headcount`, with words separated by spaces.
    pub(crate) fn command(&self, words: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-headcount"));
        command
            .env_clear()
            .env("HOME", self.folder.path())
            .env("CARGO_HOME", self.folder.path().join("cargo"))
            .env("HEADCOUNT_HOME", self.home())
            .arg("headcount")
            .args(words.split_whitespace());
        command
    }

    pub(crate) fn run(&self, words: &str) -> Ran {
        Ran::of(&mut self.command(words))
    }

    /// Runs a command that has to succeed; returns what it printed.
    #[track_caller]
    pub(crate) fn ok(&self, words: &str) -> String {
        let ran = self.run(words);
        assert_eq!(ran.status, 0, "{words}: {}{}", ran.stdout, ran.stderr);
        ran.stdout
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.folder.path().join("headcount")
    }

    pub(crate) fn cargo_config(&self) -> PathBuf {
        self.folder.path().join("cargo/config.toml")
    }

    pub(crate) fn spool_file(&self, week: Week) -> PathBuf {
        self.home().join("spool").join(file_name(week))
    }

    /// Speaks as a process that used a public library which names a collector.
    pub(crate) fn use_library(&self, week: Week, process: u64, library: &str, collector: &str) {
        let text = build_record(library, collector);
        let build = BuildRecord::hash(&text);
        fs::write(self.home().join("spool").join(build_file_name(build)), text).unwrap();
        let site = "client::Client::send".parse().unwrap();
        let line = Line::Hit { process, build, count: 1, site }.encode();
        let path = self.spool_file(week);
        let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
        file.write_all(&line).unwrap();
    }

    /// The reports in a folder.
    pub(crate) fn reports(&self, folder: &str) -> Vec<Report> {
        let Ok(entries) = fs::read_dir(self.home().join(folder)) else { return Vec::new() };
        let paths = entries.map(|entry| entry.unwrap().path());
        let mut paths: Vec<_> =
            paths.filter(|path| path.extension().is_some_and(|ending| ending == "json")).collect();
        paths.sort();
        paths.iter().map(|path| Report::decode(&fs::read(path).unwrap()).unwrap()).collect()
    }

    /// Every file that headcount keeps, with its bytes.
    pub(crate) fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let bytes = fs::read(&path).unwrap();
                    files.push((path, bytes));
                }
            }
        }
        files.sort();
        files
    }
}

impl Ran {
    pub(crate) fn of(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self {
            status: output.status.code().unwrap(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

/// The running week.
pub(crate) fn this_week() -> Week {
    Week::at(Timestamp::now())
}

/// Any day of the running week.
pub(crate) fn today() -> String {
    Timestamp::now().strftime("%F").to_string()
}

fn build_record(library: &str, collector: &str) -> String {
    serde_json::json!({
        "library": library, "version": "1.4.2", "source": "crates.io", "collector": collector,
        "features": {"declared": ["std"], "enabled": ["std"]},
        "dependencies": {"libz-sys": ["1.1.23"]},
        "rustc": "1.95.0", "target": "x86_64-unknown-linux-gnu", "profile": "debug"
    })
    .to_string()
}
