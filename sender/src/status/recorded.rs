//! What is recorded, by week and by library.

use std::collections::{BTreeMap, BTreeSet};

use headcount_report::{CrateName, Week, spool as lines};
use jiff::Timestamp;
use serde::Serialize;

use crate::clock;
use crate::close::{is_too_old, late, remarks_on};
use crate::collector::CollectorUrl;
use crate::consent::{Consent, Withheld};
use crate::draft::reportable;
use crate::durable::FileError;
use crate::home::Home;
use crate::merge::{Merged, Usage};
use crate::outbox::Outbox;
use crate::remark::Remark;
use crate::spool::{Builds, Spool};

/// What is recorded of one week.
#[derive(Debug, Clone, Serialize)]
pub struct WeekStatus {
    /// The week.
    pub week: Week,
    /// Bytes on the disk.
    pub bytes: u64,
    /// Lines for which there was no room.
    pub dropped: u64,
    /// Processes that spoke.
    pub processes: usize,
    /// Library versions that were hit.
    pub libraries: usize,
    /// Their sites that were hit.
    pub sites: usize,
}

/// What is recorded of one library version.
#[derive(Debug, Clone, Serialize)]
pub struct LibraryStatus {
    /// The library.
    pub library: CrateName,
    /// Its version.
    pub version: String,
    /// Sites that were hit.
    pub sites: usize,
    /// The collector that its author named: its address, or the text if that is no address.
    pub collector: Option<String>,
    /// Why it is reported to nobody, if that is so whatever was said about the collector.
    pub withheld: Option<Withheld>,
}

/// What is recorded.
#[derive(Default)]
pub(super) struct Recorded {
    builds: Builds,
    pub(super) weeks: Vec<WeekStatus>,
    merged: Merged,
    pub(super) remarks: BTreeSet<Remark>,
}

impl Recorded {
    pub(super) fn read(
        home: &Home,
        spool: &Spool,
        consent: &Consent,
        now: Timestamp,
    ) -> Result<Self, FileError> {
        let mut recorded = Self { builds: spool.builds()?, ..Self::default() };
        let files = recorded.builds.bad;
        recorded.remarks.extend((files > 0).then_some(Remark::BadBuilds { files }));
        let doubted = clock::doubted(home, Some(spool), consent, now)?;
        let too_old = |week| doubted.is_none() && is_too_old(week, now);
        recorded.remarks.extend(doubted.map(|newest| Remark::Clock { newest }));
        for week in spool.weeks()? {
            let file = spool.read(week)?;
            let lines::Lines { lines, unreadable } = lines::decode(&file);
            let merged: Merged = lines.into_iter().collect();
            let remarks = remarks_on(week, spool, unreadable, &merged, &recorded.builds);
            recorded.remarks.extend(remarks);
            recorded.remarks.extend(too_old(week).then_some(Remark::TooOld { week }));
            for collector in consent.allowed() {
                let outbox = Outbox::of(home);
                let report = outbox.find(week, collector)?;
                recorded.remarks.extend(report.and_then(|it| late(outbox, &it, collector, &file)));
            }
            recorded.week(week, spool, merged);
        }
        Ok(recorded)
    }

    fn week(&mut self, week: Week, spool: &Spool, merged: Merged) {
        let usage = self.usage(&merged);
        self.weeks.push(WeekStatus {
            week,
            bytes: spool.bytes_on_disk(week),
            dropped: spool.dropped(week),
            processes: merged.processes().len(),
            libraries: usage.len(),
            sites: usage.values().map(|usage| usage.counts.len()).sum(),
        });
        self.merged.join(merged);
    }

    fn usage(&self, merged: &Merged) -> BTreeMap<(CrateName, String), Usage> {
        merged.usage(|build| {
            let record = self.builds.records.get(&build)?;
            Some((record.library.clone(), record.version.clone()))
        })
    }

    pub(super) fn libraries(&self, consent: &Consent) -> Vec<LibraryStatus> {
        let usage = self.usage(&self.merged);
        let status = |((library, version), usage): ((CrateName, String), Usage)| {
            let records: Vec<_> =
                usage.builds.iter().filter_map(|build| self.builds.records.get(build)).collect();
            let withheld: Option<Vec<_>> =
                records.iter().map(|record| reportable(record, consent).err()).collect();
            LibraryStatus {
                library,
                version,
                sites: usage.counts.len(),
                collector: records.iter().find_map(|record| record.collector.as_deref()).map(url),
                withheld: withheld.and_then(|reasons| reasons.first().copied()),
            }
        };
        usage.into_iter().map(status).collect()
    }
}

fn url(named: &str) -> String {
    named.parse::<CollectorUrl>().map_or_else(|_| named.to_owned(), String::from)
}
