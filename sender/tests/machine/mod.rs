//! A machine of the test's own: one home folder, in which the test speaks for programs.

#![allow(dead_code, reason = "each test uses some of it")]

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;

use headcount_report::spool::{FileIdentity, Line, build_file_name, file_name};
use headcount_report::{BuildRecord, Report, Week};
use headcount_sender::close::{CloseError, Closing, close};
use headcount_sender::consent::Consent;
use headcount_sender::executables::Executables;
use headcount_sender::home::Home;
use headcount_sender::scan;
use headcount_sender::spool::Spool;
use jiff::Timestamp;
use tempfile::TempDir;

/// Where the libraries of these tests want their reports to go.
pub(crate) const COLLECTOR: &str = "https://count.example.org";

pub(crate) struct Machine {
    pub(crate) home: Home,
    _folder: TempDir,
}

impl Machine {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path().join("headcount"));
        fs::create_dir_all(home.spool()).unwrap();
        Self { home, _folder: folder }
    }

    /// Files a build record as a program would; returns its hash.
    pub(crate) fn build(&self, record: &BuildRecord) -> u64 {
        let text = serde_json::to_string(record).unwrap();
        let hash = BuildRecord::hash(&text);
        fs::write(self.home.spool().join(build_file_name(hash)), text).unwrap();
        hash
    }

    /// Appends a hit as a program would.
    pub(crate) fn hit(&self, week: &str, process: u64, build: u64, count: u32, site: &str) {
        let site = site.parse().unwrap();
        self.append(week, &Line::Hit { process, build, count, site }.encode());
    }

    /// Says which executable a process is.
    pub(crate) fn executable(&self, week: &str, process: u64, file: FileIdentity) {
        self.append(week, &Line::Executable { process, file }.encode());
    }

    pub(crate) fn append(&self, week: &str, bytes: &[u8]) {
        let path = self.spool_file(week);
        let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
        file.write_all(bytes).unwrap();
    }

    pub(crate) fn spool_file(&self, week: &str) -> PathBuf {
        self.home.spool().join(file_name(week.parse().unwrap()))
    }

    pub(crate) fn spool(&self) -> Spool {
        Spool::open(&self.home.spool()).unwrap()
    }

    /// Consent with a yes, as of now, to some collectors.
    pub(crate) fn consent(&self, collectors: &[&str]) -> Consent {
        let mut consent = Consent::new(Timestamp::UNIX_EPOCH);
        for url in collectors {
            let lengths = self.spool().lengths().unwrap();
            consent.allow(url.parse().unwrap(), Timestamp::UNIX_EPOCH, &lengths);
        }
        consent
    }

    pub(crate) fn close(&self, consent: &Consent, day: &str) -> Closing {
        self.try_close(consent, day, None).unwrap()
    }

    pub(crate) fn close_through(&self, consent: &Consent, day: &str, through: &str) -> Closing {
        self.try_close(consent, day, Some(through.parse().unwrap())).unwrap()
    }

    pub(crate) fn try_close(
        &self,
        consent: &Consent,
        day: &str,
        through: Option<Week>,
    ) -> Result<Closing, CloseError> {
        let lock = self.home.lock_sending().unwrap();
        let mut executables = Executables::new(self.home.scans(), scan::file);
        let now = noon(day);
        close(&self.home, &self.spool(), consent, &mut executables, now, through, &lock)
    }

    /// The reports in a folder, by file name.
    pub(crate) fn reports(&self, folder: &str) -> Vec<(String, Report)> {
        let Ok(entries) = fs::read_dir(self.home.folder().join(folder)) else { return Vec::new() };
        let mut reports: Vec<_> = entries
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
            .map(|path| {
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                (name, Report::decode(&fs::read(path).unwrap()).unwrap())
            })
            .collect();
        reports.sort_by(|one, other| one.0.cmp(&other.0));
        reports
    }
}

/// Noon of a day, UTC.
pub(crate) fn noon(day: &str) -> Timestamp {
    format!("{day}T12:00:00Z").parse().unwrap()
}

/// A build of a public library that names a collector.
pub(crate) fn record(library: &str, collector: &str) -> BuildRecord {
    serde_json::from_value(serde_json::json!({
        "library": library, "version": "1.4.2", "source": "crates.io", "collector": collector,
        "features": {"declared": ["std", "tls"], "enabled": ["std"]},
        "dependencies": {"libz-sys": ["1.1.23"]},
        "rustc": "1.95.0", "target": "x86_64-unknown-linux-gnu", "profile": "debug",
        "system": {"openssl": "3.0.19"}
    }))
    .unwrap()
}
