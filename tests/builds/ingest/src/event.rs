//! The least that others could keep: a row for each use of a site. Nothing of the rest of a report, and
//! nothing that would tell a retry, so that they have less to write.

use headcount_report::{Fact, Report};

/// One row.
pub(crate) struct Event {
    pub(crate) week: String,
    pub(crate) library: String,
    pub(crate) version: String,
    pub(crate) origin: &'static str,
    pub(crate) site: String,
    /// A bit for each fact.
    pub(crate) facts: i32,
}

/// The table of them, in SQLite and in PostgreSQL.
pub(crate) const TABLE: &str = "CREATE TABLE event (week TEXT NOT NULL, library TEXT NOT NULL, \
    version TEXT NOT NULL, origin TEXT NOT NULL, site TEXT NOT NULL, facts INTEGER NOT NULL)";

/// The events of a report.
pub(crate) fn events(report: Report) -> Vec<Event> {
    let week = report.week.to_string();
    let mut events = Vec::new();
    for section in report.sections {
        for (site, facts) in section.sites {
            let has = |fact: &Fact| i32::from(facts.contains(*fact));
            events.push(Event {
                week: week.clone(),
                library: section.library.to_string(),
                version: section.version.to_string(),
                origin: section.origin.as_str(),
                site: site.to_string(),
                facts: Fact::ALL.iter().fold(0, |bits, fact| bits << 1 | has(fact)),
            });
        }
    }
    events
}
