//! Delivery: each report that waits is brought to its collector, and put where it stays.

use std::fmt;

use headcount_report::report::ReportError;
use headcount_report::{Report, Week};
use jiff::Timestamp;
use serde::Serialize;

use crate::clock;
use crate::close::is_too_old;
use crate::collector::CollectorUrl;
use crate::consent::Consent;
use crate::courier::{Courier, Outcome};
use crate::due::is_due;
use crate::durable::FileError;
use crate::home::{Home, Lock};
use crate::outbox::{Filed, Outbox, Place};
use crate::send::SendError;
use crate::spool::Spool;

/// Why nobody gets a report that waited when the owner changed their mind.
const WITHDRAWN: &str = "you took back the yes to this collector";

/// Which of the reports that wait are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// All: somebody asked for it.
    All,
    /// Those that are [due](crate::due): this is done every day.
    Due,
}

/// What became of one report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Delivery {
    /// Its week.
    pub week: Week,
    /// Whose it is; absent when the owner took back the yes.
    pub collector: Option<CollectorUrl>,
    /// How many library versions it speaks of.
    pub sections: usize,
    /// What became of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// Sends reports that wait and puts each where it stays.
///
/// # Errors
/// When a file cannot be read or moved, or it cannot be told what the owner allows. What was not
/// sent stays in the outbox.
pub fn deliver(
    home: &Home,
    now: Timestamp,
    which: Which,
    courier: &mut Courier,
    _: &Lock,
) -> Result<Vec<Delivery>, SendError> {
    let outbox = Outbox::of(home);
    let mut delivered = Vec::new();
    let spool = Spool::open(&home.spool()).ok();
    // Then the collector's clock decides.
    let is_doubted = Consent::load(home)?
        .map_or(Ok(None), |consent| clock::doubted(home, spool.as_ref(), &consent, now))?
        .is_some();
    for filed in outbox.list(Place::Outbox)? {
        // Before each request, so that `off` stops a sender that is at work.
        let consent = Consent::load(home)?;
        let collector = consent.iter().flat_map(Consent::allowed).find(|url| is_of(&filed, url));
        let bytes = outbox.read(&filed)?;
        let report = Report::decode(&bytes);
        let sections = report.as_ref().map_or(0, |report| report.sections.len());
        let outcome = match (collector, report) {
            (None, _) => Outcome::refused(WITHDRAWN),
            (_, Err(error @ ReportError::Format(_))) => Outcome::Kept { reason: error.to_string() },
            (_, Err(error)) => Outcome::refused(format!("the file is damaged: {error}")),
            _ if !is_doubted && is_too_old(filed.week, now) => {
                Outcome::refused("it waited so long that no collector takes its week any more")
            }
            (Some(collector), Ok(_)) => {
                if which == Which::Due && waits_on(outbox, &filed, now) {
                    continue;
                }
                courier.bring(&bytes, collector)
            }
        };
        match &outcome {
            Outcome::Taken => outbox.settle(&filed, Place::Sent, now, None)?,
            Outcome::Refused { reason } => {
                outbox.settle(&filed, Place::Refused, now, Some(reason.clone()))?;
            }
            Outcome::Kept { reason } => outbox.postpone(&filed, now, reason.clone()),
        }
        let (week, collector) = (filed.week, collector.cloned());
        delivered.push(Delivery { week, collector, sections, outcome });
    }
    Ok(delivered)
}

/// Moves what waits for some collectors to where nobody gets it: the owner took back the yes.
///
/// # Errors
/// When a file cannot be moved.
pub fn withdraw(
    home: &Home,
    now: Timestamp,
    is_meant: impl Fn(&Filed) -> bool,
    _: &Lock,
) -> Result<(), FileError> {
    let outbox = Outbox::of(home);
    outbox.clean()?;
    for filed in outbox.list(Place::Outbox)?.into_iter().filter(is_meant) {
        outbox.settle(&filed, Place::Refused, now, Some(WITHDRAWN.to_owned()))?;
    }
    Ok(())
}

/// Whether a report belongs to a collector.
#[must_use]
pub fn is_of(filed: &Filed, collector: &CollectorUrl) -> bool {
    filed.collector == collector.file_stem()
}

/// Whether a report is not due yet.
fn waits_on(outbox: Outbox<'_>, filed: &Filed, now: Timestamp) -> bool {
    let due = outbox.about(filed).and_then(|about| about.due);
    due.is_some_and(|due| !is_due(due, now))
}

impl Outcome {
    fn refused(reason: impl Into<String>) -> Self {
        Self::Refused { reason: reason.into() }
    }
}

/// One sentence.
impl fmt::Display for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { week, collector, sections, outcome } = self;
        let collector = collector.as_ref().map_or("a collector", |url| url.as_str());
        match outcome {
            Outcome::Taken => {
                let versions = if *sections == 1 { "version" } else { "versions" };
                write!(f, "{week}: sent a report on {sections} library {versions} to {collector}")
            }
            Outcome::Refused { reason } => {
                write!(f, "{week}: {collector} will not get it: {reason}")
            }
            Outcome::Kept { reason } => {
                write!(f, "{week}: not yet taken by {collector}, tried again later: {reason}")
            }
        }
    }
}
