//! What the machine's owner allowed.

use std::collections::{BTreeMap, BTreeSet};

use headcount_report::build::Source;
use headcount_report::{BuildRecord, CrateName, Origin, Week};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::collector::CollectorUrl;
use crate::durable::{self, FileError};
use crate::home::Home;

/// Longest consent file, in bytes: thousands of collectors and crates stay below.
const MAX_CONSENT_BYTES: u64 = 1 << 20;

/// What the machine's owner allowed, as `consent.json` holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// Format version: 1.
    headcount: u8,
    /// Whether programs may record.
    pub record: bool,
    /// When that was said.
    pub since: Timestamp,
    /// Where this machine's programs run.
    #[serde(default)]
    pub origin: Origin,
    /// If not empty, the only libraries that are reported.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub only: BTreeSet<CrateName>,
    /// Libraries that are never reported, not even as a dependency of another.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub except: BTreeSet<CrateName>,
    /// Libraries that are reported though their source is a folder of the user's.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub include_local: BTreeSet<CrateName>,
    /// What was said about each collector. One that is not here waits for an answer.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub collectors: BTreeMap<CollectorUrl, Answer>,
}

/// What every version of the file says.
#[derive(Deserialize)]
struct Format {
    headcount: u8,
}

/// What the owner said about one collector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "lowercase", deny_unknown_fields)]
pub enum Answer {
    /// Reports go there.
    Yes {
        /// When that was said.
        since: Timestamp,
        /// Bytes that each week's file held then. A process that spoke in them is left out of that
        /// week's report: nothing that was said before the yes is sent.
        #[serde(default)]
        said_before: BTreeMap<Week, u64>,
    },
    /// Nothing goes there.
    No {
        /// When that was said.
        since: Timestamp,
    },
}

/// Why it cannot be told what the owner allowed. All of these count as "nothing".
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConsentError {
    /// The file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file is cut short or was changed by hand.
    #[error("`{path}` is broken, so everything is off; `cargo headcount on` writes it anew")]
    Broken {
        /// The file.
        path: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// Another version of headcount wrote the file.
    #[error(
        "`{path}` has format {format}, of another version of headcount, and this one knows format 1; \
         so everything is off (`cargo headcount off` writes the file anew)"
    )]
    Format {
        /// The file.
        path: String,
        /// Its format.
        format: u8,
    },
}

/// Why a library's use is not reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Withheld {
    /// The owner named others.
    #[error("it is not among those named by `--only`")]
    NotOnly,
    /// The owner said so.
    #[error("it is named by `--except`")]
    Except,
    /// Its name may be a private one.
    #[error("its source is a local folder (`--include-local` allows it)")]
    Local,
    /// Its name may be a private one.
    #[error("its source is a git checkout")]
    Git,
    /// Its name may be a private one.
    #[error("it cannot be told where its source came from")]
    UnknownSource,
    /// The version is free text.
    #[error("its version is not a plain release (major.minor.patch)")]
    Version,
}

impl Consent {
    /// Consent to recording and to nothing else.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self {
            headcount: 1,
            record: true,
            since: now,
            origin: Origin::default(),
            only: BTreeSet::new(),
            except: BTreeSet::new(),
            include_local: BTreeSet::new(),
            collectors: BTreeMap::new(),
        }
    }

    /// Reads what the owner allowed; `None` when nothing was ever said.
    ///
    /// # Errors
    /// When the file is broken or cannot be read. The caller treats that as "off".
    pub fn load(home: &Home) -> Result<Option<Self>, ConsentError> {
        let path = home.consent();
        let Some(bytes) = durable::read(&path, MAX_CONSENT_BYTES)? else { return Ok(None) };
        let path = path.display().to_string();
        match serde_json::from_slice(&bytes) {
            Ok(Format { headcount: 1 }) => {}
            Ok(Format { headcount }) => {
                return Err(ConsentError::Format { path, format: headcount });
            }
            Err(source) => return Err(ConsentError::Broken { path, source }),
        }
        serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|source| ConsentError::Broken { path, source })
    }

    /// Writes it down, whole or not at all. The caller has the [lock](Home::lock_consent).
    ///
    /// # Errors
    /// When the file cannot be written.
    ///
    /// # Panics
    /// Never: it holds nothing that JSON cannot say.
    pub fn save(&self, home: &Home) -> Result<(), FileError> {
        durable::create_folder(home.folder())?;
        durable::sweep(home.folder())?;
        let mut bytes = serde_json::to_vec_pretty(self).expect("consent is plain JSON");
        bytes.push(b'\n');
        durable::write(&home.consent(), &bytes, durable::PRIVATE_FILE)
    }

    /// Says yes to a collector; does nothing if that was said before.
    ///
    /// `spool` holds the present length of each week's file.
    pub fn allow(&mut self, url: CollectorUrl, now: Timestamp, spool: &BTreeMap<Week, u64>) {
        if self.said_before(&url).is_none() {
            let said_before = spool.clone();
            self.collectors.insert(url, Answer::Yes { since: now, said_before });
        }
    }

    /// Says no to a collector.
    pub fn forbid(&mut self, url: CollectorUrl, now: Timestamp) {
        self.collectors.insert(url, Answer::No { since: now });
    }

    /// Whether the owner said no to a collector.
    #[must_use]
    pub fn forbids(&self, url: &CollectorUrl) -> bool {
        matches!(self.collectors.get(url), Some(Answer::No { .. }))
    }

    /// Takes back each yes but some; each no stays.
    pub fn keep_yeses(&mut self, keeps: impl Fn(&CollectorUrl) -> bool) {
        self.collectors.retain(|url, answer| matches!(answer, Answer::No { .. }) || keeps(url));
    }

    /// Ends recording and takes back every yes; each no stays.
    pub fn withdraw(&mut self, now: Timestamp) {
        self.record = false;
        self.since = now;
        self.keep_yeses(|_| false);
    }

    /// The collectors to which reports go.
    pub fn allowed(&self) -> impl Iterator<Item = &CollectorUrl> {
        let yes = |answer: &Answer| matches!(answer, Answer::Yes { .. });
        self.collectors.iter().filter_map(move |(url, answer)| yes(answer).then_some(url))
    }

    /// What each week's file held when the owner said yes to a collector; `None` without a yes.
    #[must_use]
    pub fn said_before(&self, url: &CollectorUrl) -> Option<&BTreeMap<Week, u64>> {
        match self.collectors.get(url)? {
            Answer::Yes { said_before, .. } => Some(said_before),
            Answer::No { .. } => None,
        }
    }

    /// Whether a library may be reported.
    ///
    /// # Errors
    /// Says why not.
    pub fn admits(&self, record: &BuildRecord) -> Result<(), Withheld> {
        if contains(&self.except, &record.library) {
            return Err(Withheld::Except);
        }
        if !self.only.is_empty() && !contains(&self.only, &record.library) {
            return Err(Withheld::NotOnly);
        }
        match record.source {
            Source::CratesIo => Ok(()),
            Source::Local if contains(&self.include_local, &record.library) => Ok(()),
            Source::Local => Err(Withheld::Local),
            Source::Git => Err(Withheld::Git),
            Source::Unknown => Err(Withheld::UnknownSource),
        }
    }

    /// Whether a library may be named, even as a dependency.
    #[must_use]
    pub fn names(&self, library: &CrateName) -> bool {
        !contains(&self.except, library)
    }
}

/// Whether a set holds a crate. Like crates.io, takes `-` and `_` for one letter.
fn contains(set: &BTreeSet<CrateName>, name: &CrateName) -> bool {
    let letters = |name: &CrateName| name.as_str().replace('_', "-");
    set.contains(name) || set.iter().any(|one| letters(one) == letters(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://count.example.org";

    fn home() -> (tempfile::TempDir, Home) {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path().join("headcount"));
        (folder, home)
    }

    #[test]
    fn what_was_saved_is_loaded() {
        let (_folder, home) = home();
        assert_eq!(Consent::load(&home).unwrap(), None);
        let mut consent = Consent::new(Timestamp::UNIX_EPOCH);
        consent.only.insert("counted-library".parse().unwrap());
        let lengths = BTreeMap::from([("2026-W47".parse().unwrap(), 120)]);
        consent.allow(URL.parse().unwrap(), Timestamp::UNIX_EPOCH, &lengths);
        consent.forbid("https://other.example".parse().unwrap(), Timestamp::UNIX_EPOCH);
        consent.save(&home).unwrap();
        assert_eq!(Consent::load(&home).unwrap(), Some(consent));
    }

    #[test]
    fn a_broken_file_is_an_error_and_not_a_yes() {
        let (_folder, home) = home();
        Consent::new(Timestamp::UNIX_EPOCH).save(&home).unwrap();
        let whole = std::fs::read(home.consent()).unwrap();
        for kept in 0..whole.len() - 2 {
            std::fs::write(home.consent(), &whole[..kept]).unwrap();
            assert!(matches!(Consent::load(&home), Err(ConsentError::Broken { .. })), "{kept}");
        }
        let other =
            String::from_utf8(whole).unwrap().replace("\"headcount\": 1", "\"headcount\": 2");
        std::fs::write(home.consent(), other).unwrap();
        assert!(matches!(Consent::load(&home), Err(ConsentError::Format { format: 2, .. })));
    }

    #[test]
    fn a_second_yes_does_not_move_the_first() {
        let mut consent = Consent::new(Timestamp::UNIX_EPOCH);
        let week: Week = "2026-W47".parse().unwrap();
        let url: CollectorUrl = URL.parse().unwrap();
        consent.allow(url.clone(), Timestamp::UNIX_EPOCH, &BTreeMap::from([(week, 1)]));
        consent.allow(url.clone(), Timestamp::MAX, &BTreeMap::from([(week, 2)]));
        assert_eq!(consent.said_before(&url), Some(&BTreeMap::from([(week, 1)])));
        consent.forbid(url.clone(), Timestamp::MAX);
        assert_eq!(consent.said_before(&url), None);
        consent.allow(url.clone(), Timestamp::MAX, &BTreeMap::from([(week, 3)]));
        assert_eq!(consent.said_before(&url), Some(&BTreeMap::from([(week, 3)])));
    }

    #[test]
    fn withdrawing_takes_back_each_yes_and_no_no() {
        let mut consent = Consent::new(Timestamp::UNIX_EPOCH);
        let other: CollectorUrl = "https://other.example".parse().unwrap();
        consent.allow(URL.parse().unwrap(), Timestamp::UNIX_EPOCH, &BTreeMap::new());
        consent.forbid(other.clone(), Timestamp::UNIX_EPOCH);
        consent.withdraw(Timestamp::MAX);
        assert!(!consent.record);
        assert_eq!(consent.collectors.keys().collect::<Vec<_>>(), [&other]);
    }

    #[track_caller]
    fn check(source: Source, change: fn(&mut Consent), expect: Result<(), Withheld>) {
        let record: BuildRecord = serde_json::from_str(&format!(
            r#"{{"library": "some_library", "version": "1.0.0", "source": "{}",
                "rustc": "1.95.0", "target": "x86_64-unknown-linux-gnu", "profile": "debug"}}"#,
            source.as_str()
        ))
        .unwrap();
        let mut consent = Consent::new(Timestamp::UNIX_EPOCH);
        change(&mut consent);
        assert_eq!(consent.admits(&record), expect);
    }

    #[test]
    fn only_what_is_public_or_named_is_admitted() {
        fn name() -> CrateName {
            "some-library".parse().unwrap()
        }
        fn other() -> CrateName {
            "other".parse().unwrap()
        }
        check(Source::CratesIo, |_| {}, Ok(()));
        check(Source::Local, |_| {}, Err(Withheld::Local));
        check(Source::Git, |_| {}, Err(Withheld::Git));
        check(Source::Unknown, |_| {}, Err(Withheld::UnknownSource));
        check(Source::Local, |consent| consent.include_local = [name()].into(), Ok(()));
        check(Source::Git, |consent| consent.include_local = [name()].into(), Err(Withheld::Git));
        check(Source::CratesIo, |consent| consent.only = [name()].into(), Ok(()));
        check(Source::CratesIo, |consent| consent.only = [other()].into(), Err(Withheld::NotOnly));
        check(Source::CratesIo, |consent| consent.except = [name()].into(), Err(Withheld::Except));
        check(Source::CratesIo, |consent| consent.except = [other()].into(), Ok(()));
    }
}
