//! A machine on which programs have recorded much.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use headcount_report::spool::{Line, build_file_name, file_name};
use headcount_report::{BuildRecord, Week};
use headcount_sender::close::{Closed, close};
use headcount_sender::consent::Consent;
use headcount_sender::executables::Executables;
use headcount_sender::home::Home;
use headcount_sender::scan;
use headcount_sender::spool::Spool;
use jiff::{SignedDuration, Timestamp};

use super::folder;

/// A machine in a folder of its own.
pub(super) struct Machine {
    pub(super) home: Home,
    collector: String,
    /// The week in which programs record; it is over.
    pub(super) week: Week,
}

impl Machine {
    /// One on which nothing is recorded yet, and whose owner said yes to a collector.
    pub(super) fn new(name: &str, collector: &str) -> Result<Self> {
        let home = Home::at(folder().join(name));
        if home.folder().exists() {
            fs::remove_dir_all(home.folder()).context("cannot remove the last machine")?;
        }
        fs::create_dir_all(home.spool()).context("cannot make a spool")?;
        let mut consent = Consent::new(Timestamp::UNIX_EPOCH);
        consent.allow(collector.parse()?, Timestamp::UNIX_EPOCH, &[].into());
        consent.save(&home)?;
        let week = Week::at(Timestamp::now()).plus(-2);
        Ok(Self { home, collector: collector.to_owned(), week })
    }

    /// Files the build record of a public library; returns its hash.
    pub(super) fn build(&self, library: &str) -> Result<u64> {
        let text = serde_json::json!({
            "library": library, "version": "1.4.2", "source": "crates.io",
            "collector": self.collector, "rustc": "1.95.0", "target": "x86_64-unknown-linux-gnu",
            "profile": "debug", "features": {"declared": ["std", "tls"], "enabled": ["std"]},
            "dependencies": {"libz-sys": ["1.1.23"], "serde": ["1.0.219"]},
        });
        let text = text.to_string();
        let hash = BuildRecord::hash(&text);
        fs::write(self.home.spool().join(build_file_name(hash)), text).context("cannot write")?;
        Ok(hash)
    }

    /// Appends lines to the week's file, and packs it when that is due.
    pub(super) fn append(&self, lines: &[Line]) -> Result<()> {
        let bytes: Vec<_> = lines.iter().flat_map(Line::encode).collect();
        let path = self.home.spool().join(file_name(self.week));
        OpenOptions::new().create(true).append(true).open(path)?.write_all(&bytes)?;
        // A file is packed once nobody can still write to the one before.
        let later = Timestamp::now() + SignedDuration::from_mins(2);
        Ok(self.spool()?.pack(later, &self.home.lock_sending()?)?)
    }

    pub(super) fn spool(&self) -> Result<Spool> {
        Ok(Spool::open(&self.home.spool())?)
    }

    /// Closes the week: writes its one report.
    pub(super) fn close(&self) -> Result<Closed> {
        let consent = Consent::load(&self.home)?.context("no consent")?;
        let (lock, spool) = (self.home.lock_sending()?, self.spool()?);
        let mut executables = Executables::new(self.home.scans(), scan::file);
        let now = Timestamp::now();
        let mut closing = close(&self.home, &spool, &consent, &mut executables, now, None, &lock)?;
        ensure!(closing.remarks.is_empty(), "closing left something out: {:?}", closing.remarks);
        closing.closed.pop().context("no report was written")
    }

    /// Another with the same files.
    pub(super) fn copy(&self, name: &str) -> Result<Self> {
        let copy = Self::new(name, &self.collector)?;
        for entry in fs::read_dir(self.home.spool())? {
            let entry = entry?;
            fs::copy(entry.path(), copy.home.spool().join(entry.file_name()))?;
        }
        Ok(copy)
    }

    /// Where the files are.
    pub(super) fn folder(&self) -> &Path {
        self.home.folder()
    }
}
