//! Closing a week: its reports are written, then its spool file may go.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use headcount_report::limits::OPEN_WEEKS;
use headcount_report::{Week, spool as lines};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::clock;
use crate::collector::CollectorUrl;
use crate::consent::Consent;
use crate::draft::{Draft, RandomError, said_since};
use crate::due;
use crate::durable::FileError;
use crate::executables::Executables;
use crate::home::{Home, Lock};
use crate::merge::Merged;
use crate::outbox::{About, Filed, Outbox};
use crate::remark::Remark;
use crate::spool::{Builds, Spool};

/// How long a finished week is left alone: a program may have looked at the clock just before
/// midnight and still be writing.
const GRACE: SignedDuration = SignedDuration::from_mins(1);

/// A report that was written just now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Closed {
    /// Its week.
    pub week: Week,
    /// Whose it is.
    pub collector: CollectorUrl,
    /// How many library versions it speaks of.
    pub sections: usize,
    /// Where it waits.
    pub file: PathBuf,
}

/// What closing did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Closing {
    /// The reports that were written.
    pub closed: Vec<Closed>,
    /// What was left out.
    pub remarks: BTreeSet<Remark>,
}

/// Why weeks could not be closed. What is already in the outbox stays there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CloseError {
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// Sections could not get their ids.
    #[error(transparent)]
    Random(#[from] RandomError),
}

/// The running week; a finished one counts as running for a minute more.
#[must_use]
pub fn running_week(now: Timestamp) -> Week {
    Week::at(now.checked_sub(GRACE).unwrap_or(now))
}

/// Whether no collector takes a week any more.
#[must_use]
pub fn is_too_old(week: Week, now: Timestamp) -> bool {
    week.plus(i32::from(OPEN_WEEKS)) < Week::at(now)
}

/// Writes the reports of finished weeks, and of all weeks up to `through`, to the outbox.
///
/// A finished week's spool file is deleted once each report about it is on the disk. What the
/// executables of other weeks hold is looked up and kept, because developers rebuild them. While the
/// clock is in [doubt](clock::doubted), no week is over.
///
/// # Errors
/// When something cannot be read or written. It can be called again then: nothing is lost, and
/// no report that exists is written anew.
pub fn close(
    home: &Home,
    spool: &Spool,
    consent: &Consent,
    executables: &mut Executables,
    now: Timestamp,
    through: Option<Week>,
    _: &Lock,
) -> Result<Closing, CloseError> {
    let outbox = Outbox::of(home);
    outbox.clean()?;
    let builds = spool.builds()?;
    let mut desk = Desk { outbox, consent, builds, executables, now, closing: Closing::default() };
    desk.remark_builds();

    let running = running_week(now);
    let doubted = clock::doubted(home, Some(spool), consent, now)?;
    desk.closing.remarks.extend(doubted.map(|newest| Remark::Clock { newest }));
    let is_over = |week| doubted.is_none() && week < running;
    let mut open = Merged::default();
    for week in spool.weeks()? {
        let file = spool.read(week)?;
        if doubted.is_none() && is_too_old(week, now) {
            desk.closing.remarks.insert(Remark::TooOld { week });
            spool.remove(week)?;
            continue;
        }
        let lines::Lines { lines, unreadable } = lines::decode(&file);
        let merged: Merged = lines.into_iter().collect();
        if is_over(week) || through.is_some_and(|through| week <= through) {
            let remarks = remarks_on(week, spool, unreadable, &merged, &desk.builds);
            desk.closing.remarks.extend(remarks);
            desk.close(week, &file, &merged)?;
        }
        if is_over(week) && consent.allowed().next().is_some() {
            spool.remove(week)?;
        } else {
            open.join(merged);
        }
    }
    spool.clean(&open.builds(), now.into())?;
    let Desk { executables, closing, .. } = desk;
    let is_wanted = consent.allowed().next().is_some();
    let files = open.all_executables().filter(|_| is_wanted).cloned().collect();
    executables.keep(&files)?;
    Ok(closing)
}

/// What is needed to write reports.
struct Desk<'a> {
    outbox: Outbox<'a>,
    consent: &'a Consent,
    builds: Builds,
    executables: &'a mut Executables,
    now: Timestamp,
    closing: Closing,
}

impl Desk<'_> {
    /// Closes a week for every collector that has a yes.
    fn close(&mut self, week: Week, file: &[u8], merged: &Merged) -> Result<(), CloseError> {
        for collector in self.consent.allowed() {
            match self.outbox.find(week, collector)? {
                Some(filed) => self.remark_late(&filed, collector, file),
                None => self.write(week, collector, file, merged)?,
            }
        }
        Ok(())
    }

    /// Writes the report for one collector, if there is anything to say.
    fn write(
        &mut self,
        week: Week,
        collector: &CollectorUrl,
        file: &[u8],
        merged: &Merged,
    ) -> Result<(), CloseError> {
        let before = before(self.consent, collector, week);
        let since = (before > 0).then(|| said_since(file, before));
        let merged = since.as_ref().unwrap_or(merged);
        let Draft { report, over_limit } =
            Draft::new(week, merged, collector, self.consent, &self.builds, self.executables)?;
        let collector = collector.clone();
        if !over_limit.is_empty() {
            let (libraries, collector) = (over_limit, collector.clone());
            self.closing.remarks.insert(Remark::OverLimit { week, collector, libraries });
        }
        if report.sections.is_empty() {
            return Ok(());
        }
        let about = About {
            collector: collector.clone(),
            closed: self.now,
            spool_bytes: file.len() as u64,
            due: Some(due::first(week)),
            failed_tries: 0,
            settled: None,
            reason: None,
        };
        let sections = report.sections.len();
        let file = self.outbox.file(week, &report.encode(), &about)?;
        self.closing.closed.push(Closed { week, collector, sections, file });
        Ok(())
    }

    fn remark_builds(&mut self) {
        let files = self.builds.bad;
        if files > 0 {
            self.closing.remarks.insert(Remark::BadBuilds { files });
        }
    }

    fn remark_late(&mut self, filed: &Filed, collector: &CollectorUrl, file: &[u8]) {
        self.closing.remarks.extend(late(self.outbox, filed, collector, file));
    }
}

/// What of a week is missing or cannot be used.
pub(crate) fn remarks_on(
    week: Week,
    spool: &Spool,
    unreadable: usize,
    merged: &Merged,
    builds: &Builds,
) -> Vec<Remark> {
    let hits = merged.hits_outside(|build| builds.records.contains_key(&build));
    let mut remarks = Vec::new();
    let lines = spool.dropped(week);
    if lines > 0 {
        remarks.push(Remark::Dropped { week, lines });
    }
    if unreadable > 0 {
        remarks.push(Remark::Unreadable { week, lines: unreadable });
    }
    if hits > 0 {
        remarks.push(Remark::UnknownBuild { week, hits });
    }
    remarks
}

/// What came after a report was written.
pub(crate) fn late(
    outbox: Outbox<'_>,
    filed: &Filed,
    collector: &CollectorUrl,
    file: &[u8],
) -> Option<Remark> {
    let reported = usize::try_from(outbox.about(filed)?.spool_bytes).ok()?;
    // A file that is shorter than it was is another one: all of it came late.
    let lines = lines::decode(file.get(reported..).unwrap_or(file)).lines.len();
    let (week, collector) = (filed.week, collector.clone());
    (lines > 0).then_some(Remark::Late { week, collector, lines })
}

/// Bytes of a week's file that were there before the yes to a collector.
pub(crate) fn before(consent: &Consent, collector: &CollectorUrl, week: Week) -> u64 {
    let of_weeks: Option<&BTreeMap<Week, u64>> = consent.said_before(collector);
    of_weeks.and_then(|of_weeks| of_weeks.get(&week)).copied().unwrap_or(0)
}
