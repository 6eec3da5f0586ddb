//! All that the collector keeps, as rows: one for each fact that a section states, unique, so that a
//! retry counts once, and one for the section itself.

use std::fmt::Display;

use headcount_report::{Report, Section};

/// The rows of a report.
#[derive(Default)]
pub(crate) struct Facts {
    pub(crate) sections: Vec<Head>,
    pub(crate) facts: Vec<Row>,
}

/// What a section is about.
pub(crate) struct Head {
    pub(crate) id: [u8; 16],
    pub(crate) week: String,
    pub(crate) library: String,
    pub(crate) version: String,
    pub(crate) origin: &'static str,
}

/// One fact: a counter of the collector's is the number of sections that state it.
pub(crate) struct Row {
    pub(crate) section: [u8; 16],
    pub(crate) dimension: &'static str,
    pub(crate) value: String,
}

/// The two tables, by a database's word for bytes and what it says at the end of a table that is its
/// own index.
pub(crate) fn tables(bytes: &str, end: &str) -> String {
    format!(
        "CREATE TABLE section (id {bytes} PRIMARY KEY, week TEXT NOT NULL, library TEXT NOT NULL, \
           version TEXT NOT NULL, origin TEXT NOT NULL) {end};
         CREATE TABLE fact (section {bytes} NOT NULL, dimension TEXT NOT NULL, value TEXT NOT NULL, \
           PRIMARY KEY (section, dimension, value)) {end};"
    )
}

/// The rows of a report.
pub(crate) fn facts(report: &Report) -> Facts {
    let mut rows = Facts::default();
    for section in &report.sections {
        rows.sections.push(Head {
            id: section.id.0,
            week: report.week.to_string(),
            library: section.library.to_string(),
            version: section.version.to_string(),
            origin: section.origin.as_str(),
        });
        add(section, &mut rows.facts);
    }
    rows
}

/// Beside each kind of fact stands one that says that the section tells it at all.
fn add(section: &Section, rows: &mut Vec<Row>) {
    let mut add = |dimension, value: &dyn Display| {
        rows.push(Row { section: section.id.0, dimension, value: value.to_string() });
    };
    add("sections", &"");
    if section.scanned {
        add("scanned", &"");
    }
    for (site, facts) in &section.sites {
        for fact in facts.iter() {
            add(fact.as_str(), site);
        }
    }
    if !section.rustc.is_empty() {
        add("rustc", &"");
    }
    for version in &section.rustc {
        add("rustc", version);
    }
    if !section.target.is_empty() {
        add("target", &"");
    }
    for target in &section.target {
        add("target", target);
    }
    if let Some(features) = &section.features {
        add("feature", &"");
        for feature in features {
            add("feature", feature);
        }
    }
    for (name, versions) in &section.dependencies {
        add("dependency", name);
        for version in versions {
            add("dependency", &format_args!("{name} {version}"));
        }
    }
    for (name, versions) in &section.system {
        add("system", name);
        for version in versions {
            add("system", &format_args!("{name} {version}"));
        }
    }
}
