//! The exact bytes of reports, without writing or sending anything.

mod fields;

use headcount_report::Week;
use jiff::Timestamp;

use crate::close::{CloseError, before, is_too_old};
use crate::collector::CollectorUrl;
use crate::consent::Consent;
use crate::draft::{Draft, said_since};
use crate::executables::Executables;
use crate::home::Home;
use crate::outbox::{Filed, Outbox, Place};
use crate::spool::Spool;
pub use fields::{Explained, FIELDS};

/// One report, as it was or would be sent.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Its week.
    pub week: Week,
    /// Whose it is, or the [file stem](CollectorUrl::file_stem) where nobody knows any more.
    pub collector: String,
    /// Where it is; `None` for one that is not written yet.
    pub place: Option<Place>,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// The reports of a folder.
///
/// # Errors
/// When a file cannot be read.
pub fn filed(home: &Home, place: Place) -> Result<Vec<Shown>, CloseError> {
    let outbox = Outbox::of(home);
    let show = |filed: Filed| {
        let about = outbox.about(&filed);
        let collector =
            about.map_or_else(|| filed.collector.clone(), |about| about.collector.into());
        let bytes = outbox.read(&filed)?;
        Ok(Shown { week: filed.week, collector, place: Some(place), bytes })
    };
    outbox.list(place)?.into_iter().map(show).collect()
}

/// What a collector would be told about each week that is not closed for it.
///
/// Without a yes to the collector: what it would have been told, had there been one all along.
///
/// # Errors
/// When a file cannot be read.
pub fn drafts(
    home: &Home,
    spool: &Spool,
    consent: &Consent,
    executables: &mut Executables,
    collector: &CollectorUrl,
    now: Timestamp,
) -> Result<Vec<Shown>, CloseError> {
    let outbox = Outbox::of(home);
    let builds = spool.builds()?;
    let mut shown = Vec::new();
    for week in spool.weeks()? {
        if is_too_old(week, now) || outbox.find(week, collector)?.is_some() {
            continue;
        }
        let merged = said_since(&spool.read(week)?, before(consent, collector, week));
        let Draft { report, .. } =
            Draft::new(week, &merged, collector, consent, &builds, executables)?;
        if !report.sections.is_empty() {
            let (collector, bytes) = (collector.to_string(), report.encode());
            shown.push(Shown { week, collector, place: None, bytes });
        }
    }
    Ok(shown)
}
