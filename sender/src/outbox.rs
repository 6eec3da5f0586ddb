//! Reports that were written: those that wait, those that were taken, those that nobody gets.
//!
//! Once a report for a week and a collector is in one of the three folders, that week is closed for
//! that collector: it is never written again under other ids. Each report is a file with the exact
//! bytes that travel; beside it, with the ending `.about`, is what it does not say itself.

use std::path::PathBuf;

use headcount_report::Week;
use headcount_report::limits::MAX_REPORT_BYTES;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::collector::CollectorUrl;
use crate::due;
use crate::durable::{self, FileError, UNFINISHED};
use crate::home::Home;

/// Longest text about a report, in bytes.
const MAX_ABOUT_BYTES: u64 = 64 << 10;

/// How the name of a report ends.
const REPORT: &str = ".json";

/// How the name of what is said about it ends.
const ABOUT: &str = ".about";

/// The three folders of reports.
#[derive(Debug, Clone, Copy)]
pub struct Outbox<'a> {
    home: &'a Home,
}

/// Which of the three folders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// Written, not yet sent.
    Outbox,
    /// Taken by its collector.
    Sent,
    /// Nobody gets it.
    Refused,
}

/// One report of the three folders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filed {
    /// Its week.
    pub week: Week,
    /// The [file stem](CollectorUrl::file_stem) of its collector.
    pub collector: String,
    /// Where it is.
    pub place: Place,
}

/// What a report does not say itself: for the owner, and for whoever sends every day. Without it a
/// report is sent at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// Whose report it is.
    pub collector: CollectorUrl,
    /// When it was written.
    pub closed: Timestamp,
    /// Bytes of the week's spool file that went into it; later ones came too late.
    pub spool_bytes: u64,
    /// From when on it is sent, unless somebody asks for it earlier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// How often it was sent without being taken or refused.
    #[serde(default)]
    pub failed_tries: u32,
    /// When it was taken or refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled: Option<Timestamp>,
    /// Why nobody gets it, or what the last try failed by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl<'a> Outbox<'a> {
    /// The three folders in a home.
    #[must_use]
    pub fn of(home: &'a Home) -> Self {
        Self { home }
    }

    /// Writes a report, so that it survives a crash from here on.
    ///
    /// # Errors
    /// When it cannot be written; then the week is still open.
    ///
    /// # Panics
    /// Never: what is written about it holds nothing that JSON cannot say.
    pub fn file(self, week: Week, report: &[u8], about: &About) -> Result<PathBuf, FileError> {
        let filed = Filed { week, collector: about.collector.file_stem(), place: Place::Outbox };
        self.write_about(&filed, about)?;
        let path = self.path(&filed);
        durable::write(&path, report, durable::PRIVATE_FILE)?;
        Ok(path)
    }

    /// The report that closed a week for a collector.
    ///
    /// # Errors
    /// When it cannot be told: then nobody may write another.
    pub fn find(self, week: Week, collector: &CollectorUrl) -> Result<Option<Filed>, FileError> {
        let collector = collector.file_stem();
        for place in [Place::Sent, Place::Refused, Place::Outbox] {
            let filed = Filed { week, collector: collector.clone(), place };
            let path = self.path(&filed);
            if path.try_exists().map_err(FileError::at("look for", &path))? {
                return Ok(Some(filed));
            }
        }
        Ok(None)
    }

    /// All reports of a folder, by week.
    ///
    /// # Errors
    /// When the folder cannot be listed.
    pub fn list(self, place: Place) -> Result<Vec<Filed>, FileError> {
        let names = durable::names(&self.folder(place))?;
        Ok(names.iter().filter_map(|name| Filed::parse(name, place)).collect())
    }

    /// Reads the exact bytes of a report.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(self, filed: &Filed) -> Result<Vec<u8>, FileError> {
        let limit_bytes = MAX_REPORT_BYTES as u64 + 1;
        Ok(durable::read(&self.path(filed), limit_bytes)?.unwrap_or_default())
    }

    /// What a report does not say itself; `None` when that is lost.
    #[must_use]
    pub fn about(self, filed: &Filed) -> Option<About> {
        let bytes = durable::read(&self.about_path(filed), MAX_ABOUT_BYTES).ok()??;
        serde_json::from_slice(&bytes).ok()
    }

    /// Moves a report to where it stays.
    ///
    /// # Errors
    /// When it cannot be moved; then it is where it was.
    pub fn settle(
        self,
        filed: &Filed,
        place: Place,
        now: Timestamp,
        reason: Option<String>,
    ) -> Result<(), FileError> {
        let settled = Filed { place, ..filed.clone() };
        durable::create_folder(&self.folder(place))?;
        // On a full disk the report still moves: nothing is decided by what is said about it.
        let about = self.about(filed).map_or(Ok(()), |about| {
            self.write_about(&settled, &About { due: None, settled: Some(now), reason, ..about })
        });
        durable::rename(&self.path(filed), &self.path(&settled))?;
        about?;
        durable::remove(&self.about_path(filed))
    }

    /// Lets a report wait that could not be sent just now.
    pub fn postpone(self, filed: &Filed, now: Timestamp, reason: String) {
        let Some(about) = self.about(filed) else { return };
        let failed_tries = about.failed_tries.saturating_add(1);
        let due = Some(due::again(failed_tries, now));
        // On a full disk it is sent again tomorrow, which is no worse.
        let _ =
            self.write_about(filed, &About { due, failed_tries, reason: Some(reason), ..about });
    }

    /// Deletes what a killed sender left: half-written files, and words about no report.
    ///
    /// # Errors
    /// When something cannot be deleted.
    pub fn clean(self) -> Result<(), FileError> {
        for folder in [Place::Outbox, Place::Sent, Place::Refused].map(|place| self.folder(place)) {
            let names = durable::names(&folder)?;
            let is_orphan = |name: &String| {
                let report = name.strip_suffix(ABOUT).map(|stem| format!("{stem}{REPORT}"));
                report.is_some_and(|report| !names.contains(&report))
            };
            for name in &names {
                if name.starts_with(UNFINISHED) || is_orphan(name) {
                    durable::remove(&folder.join(name))?;
                }
            }
        }
        Ok(())
    }

    /// The file with a report's exact bytes.
    #[must_use]
    pub fn path(self, filed: &Filed) -> PathBuf {
        self.file_of(filed, REPORT)
    }

    fn about_path(self, filed: &Filed) -> PathBuf {
        self.file_of(filed, ABOUT)
    }

    fn file_of(self, filed: &Filed, ending: &str) -> PathBuf {
        let Filed { week, collector, place } = filed;
        self.folder(*place).join(format!("{week}--{collector}{ending}"))
    }

    fn write_about(self, filed: &Filed, about: &About) -> Result<(), FileError> {
        let mut bytes = serde_json::to_vec_pretty(about).expect("it is plain JSON");
        bytes.push(b'\n');
        durable::write(&self.about_path(filed), &bytes, durable::PRIVATE_FILE)
    }

    fn folder(self, place: Place) -> PathBuf {
        match place {
            Place::Outbox => self.home.outbox(),
            Place::Sent => self.home.sent(),
            Place::Refused => self.home.refused(),
        }
    }
}

impl Filed {
    /// Reads a file's name.
    fn parse(name: &str, place: Place) -> Option<Self> {
        let (week, collector) = name.strip_suffix(REPORT)?.split_once("--")?;
        Some(Self { week: week.parse().ok()?, collector: collector.to_owned(), place })
    }
}
