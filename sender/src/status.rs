//! What is recorded, where, and what goes to whom: all that the owner may want to know.

mod recorded;

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::path::PathBuf;

use headcount_report::{CrateName, Origin};
use jiff::Timestamp;
use serde::Serialize;

use crate::cargo_config::{CargoConfig, Entry};
use crate::collector::CollectorUrl;
use crate::consent::{Answer, Consent};
use crate::deliver::is_of;
use crate::durable::FileError;
use crate::home::Home;
use crate::log::Log;
use crate::outbox::{Filed, Outbox, Place};
use crate::remark::Remark;
use crate::rule::Rule;
use crate::spool::Spool;
use recorded::Recorded;
pub use recorded::{LibraryStatus, WeekStatus};

/// Lines of the log that are shown.
const LAST_LINES: usize = 5;

/// The state of this machine.
#[derive(Debug, Clone, Serialize)]
pub struct Status {
    /// Which rule decides, and so whether anything is recorded or sent.
    pub decided_by: Rule,
    /// Whether recording and sending are on.
    pub on: bool,
    /// When that was said.
    pub since: Option<Timestamp>,
    /// Where headcount keeps everything.
    pub home: PathBuf,
    /// Where programs record.
    pub spool: PathBuf,
    /// How programs that cargo runs learn of it.
    pub cargo_config: CargoEntry,
    /// What reports say about where programs run.
    pub origin: Origin,
    /// If not empty, the only libraries that are reported.
    pub only: BTreeSet<CrateName>,
    /// Libraries that are never reported.
    pub except: BTreeSet<CrateName>,
    /// Local libraries that are reported.
    pub include_local: BTreeSet<CrateName>,
    /// What is recorded of each week.
    pub weeks: Vec<WeekStatus>,
    /// What is recorded of each library, over all these weeks.
    pub libraries: Vec<LibraryStatus>,
    /// Who gets reports, who does not, and who waits for an answer.
    pub collectors: Vec<CollectorStatus>,
    /// What was done lately, one line each, the newest last.
    pub log: Vec<String>,
    /// What is wrong or left out, one line each.
    pub problems: Vec<String>,
}

/// What cargo's configuration says.
#[derive(Debug, Clone, Serialize)]
pub struct CargoEntry {
    /// The file, if there is a place for one.
    pub path: Option<PathBuf>,
    /// Whether it names our spool.
    pub names_spool: bool,
}

/// What one collector gets.
#[derive(Debug, Clone, Serialize)]
pub struct CollectorStatus {
    /// The collector, as libraries name it.
    pub url: String,
    /// What was said about it.
    pub answer: AnswerStatus,
    /// When.
    pub since: Option<Timestamp>,
    /// The recorded libraries that name it.
    pub libraries: BTreeSet<CrateName>,
    /// Reports that wait to be sent.
    pub waiting: usize,
    /// When the next of them is sent without being asked for; `None` for at once.
    pub due: Option<Timestamp>,
    /// What the last try to send one of them failed by.
    pub failure: Option<String>,
    /// Reports that it took.
    pub sent: usize,
    /// Reports that it will never get.
    pub refused: usize,
    /// What to type for a yes, where there is no answer yet.
    pub command: Option<String>,
}

/// What was said about a collector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AnswerStatus {
    /// Reports go there.
    Yes,
    /// Nothing goes there, and nobody asks again.
    No,
    /// Nothing goes there until there is a yes.
    Waiting,
    /// Nothing can go there: the address is not acceptable.
    Impossible,
}

/// Looks at everything and changes nothing.
///
/// # Errors
/// When the folders of reports cannot be listed. What is wrong elsewhere is in
/// [`Status::problems`].
pub fn status(home: &Home, now: Timestamp) -> Result<Status, FileError> {
    let consent = Consent::load(home);
    let decided_by = Rule::of(&consent);
    let mut problems = Vec::new();
    let consent = consent.unwrap_or_else(|error| {
        problems.push(error.to_string());
        None
    });
    let on = decided_by.is_on();
    let said = consent.clone().unwrap_or_else(|| Consent::new(now));
    let recorded = match Spool::open(&home.spool()) {
        Ok(spool) => Recorded::read(home, &spool, &said, now)?,
        Err(error) => {
            problems
                .extend(consent.as_ref().is_some_and(|it| it.record).then(|| error.to_string()));
            Recorded::default()
        }
    };
    problems.extend(recorded.remarks.iter().map(Remark::to_string));
    problems.extend(other_spool(home));
    let cargo_config = cargo_entry(home, on, &mut problems);
    let libraries = recorded.libraries(&said);
    Ok(Status {
        decided_by,
        on,
        since: consent.map(|consent| consent.since),
        home: home.folder().to_owned(),
        spool: home.spool(),
        cargo_config,
        origin: said.origin,
        collectors: collectors(home, &said, &libraries)?,
        libraries,
        only: said.only,
        except: said.except,
        include_local: said.include_local,
        weeks: recorded.weeks,
        log: last_lines(home)?,
        problems,
    })
}

/// Each collector that the owner answered about or a recorded library names.
fn collectors(
    home: &Home,
    consent: &Consent,
    libraries: &[LibraryStatus],
) -> Result<Vec<CollectorStatus>, FileError> {
    let outbox = Outbox::of(home);
    let [waiting, sent, refused] =
        [Place::Outbox, Place::Sent, Place::Refused].map(|place| outbox.list(place));
    let (waiting, sent, refused) = (waiting?, sent?, refused?);
    let mut named: BTreeMap<String, BTreeSet<CrateName>> =
        consent.collectors.keys().map(|url| (url.to_string(), BTreeSet::new())).collect();
    for one in libraries {
        let Some(url) = &one.collector else { continue };
        named.entry(url.clone()).or_default().insert(one.library.clone());
    }
    let status = |(url, libraries): (String, BTreeSet<CrateName>)| {
        let parsed = url.parse::<CollectorUrl>().ok();
        let said = parsed.as_ref().and_then(|url| consent.collectors.get(url));
        let (answer, since) = match (&parsed, said) {
            (None, _) => (AnswerStatus::Impossible, None),
            (_, None) => (AnswerStatus::Waiting, None),
            (_, Some(Answer::Yes { since, .. })) => (AnswerStatus::Yes, Some(*since)),
            (_, Some(Answer::No { since })) => (AnswerStatus::No, Some(*since)),
        };
        let count = |filed: &[_]| {
            parsed.iter().flat_map(|url| filed.iter().filter(move |one| is_of(one, url))).count()
        };
        let of_waiting = |filed: &&Filed| parsed.as_ref().is_some_and(|url| is_of(filed, url));
        let abouts = waiting.iter().filter(of_waiting).filter_map(|filed| outbox.about(filed));
        let next = abouts.min_by_key(|about| about.due);
        let command = format!("cargo headcount on --send-to {url}");
        CollectorStatus {
            answer,
            since,
            libraries,
            waiting: count(&waiting),
            due: next.as_ref().and_then(|about| about.due),
            failure: next.and_then(|about| about.reason),
            sent: count(&sent),
            refused: count(&refused),
            command: (answer == AnswerStatus::Waiting).then_some(command),
            url,
        }
    };
    Ok(named.into_iter().map(status).collect())
}

fn last_lines(home: &Home) -> Result<Vec<String>, FileError> {
    let mut lines = Log::of(home).lines()?;
    Ok(lines.split_off(lines.len().saturating_sub(LAST_LINES)))
}

/// Says where programs of this environment record, if not where it is read.
fn other_spool(home: &Home) -> Option<String> {
    let named = env::var_os("HEADCOUNT_SPOOL").filter(|named| *named != *home.spool())?;
    let named = named.display();
    Some(format!("this environment sets HEADCOUNT_SPOOL to `{named}`, which nobody reads"))
}

/// What cargo's configuration says, and what is wrong with that.
fn cargo_entry(home: &Home, on: bool, problems: &mut Vec<String>) -> CargoEntry {
    let config = match CargoConfig::of_environment() {
        Ok(config) => config,
        Err(error) => {
            problems.push(error.to_string());
            return CargoEntry { path: None, names_spool: false };
        }
    };
    let path = config.path().to_owned();
    let entry = config.entry(&home.spool());
    let file = path.display();
    match &entry {
        Ok(Entry::Other(found)) => {
            problems.push(format!("`{file}` sets HEADCOUNT_SPOOL to {found}, not to our folder"));
        }
        Ok(Entry::None) if on => problems.push(format!(
            "`{file}` does not name the spool folder, so what cargo runs is not recorded; \
             `cargo headcount on` repairs that"
        )),
        Ok(_) => {}
        Err(error) => problems.push(error.to_string()),
    }
    CargoEntry { path: Some(path), names_spool: matches!(entry, Ok(Entry::Ours)) }
}
