//! All that is published, as lines.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use headcount_report::{Origin, SiteKind, Week};
use serde::{Deserialize, Serialize};

use super::basis::{Line, view};
use super::features::feature_share;
use super::tally::Tally;
use super::versions::{self, Kind, Subject};
use super::weeks_back;
use crate::error::Error;
use crate::library::Library;
use crate::publish::View;
use crate::store::Dimension;

/// The dimensions that the lines are made from: those of all that is published.
pub(super) const DIMENSIONS: &[Dimension] = &[
    Dimension::Sections,
    Dimension::Scanned,
    Dimension::Linked,
    Dimension::Called,
    Dimension::Called100,
    Dimension::Called10000,
    Dimension::Rustc,
    Dimension::Target,
    Dimension::Feature,
    Dimension::Dependency,
    Dimension::System,
];

/// The question as it stands in an address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    weeks: Option<u32>,
    origin: Option<Origin>,
    line: Option<Line>,
}

impl Asked {
    /// How many weeks back, and which sections.
    ///
    /// # Errors
    /// When there are more weeks than an answer has.
    pub fn parse(self) -> Result<(u32, View), Error> {
        Ok((weeks_back(self.weeks)?, view(self.origin, self.line)))
    }
}

/// One count of one week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The week.
    pub week: Week,
    /// Whether it still takes sections.
    pub open: bool,
    /// What is counted: `sections`, a fact of a site (`linked`, `called`, `called>=100`,
    /// `called>=10000`), `feature`, or the versions of `library`, `rustc`, `target`, `dependency` or
    /// `system`.
    pub of: &'static str,
    /// Which dependency or system library.
    pub name: Option<String>,
    /// Which site, feature, version or target; absent for others, each of too few sections.
    pub value: Option<String>,
    /// Sections that could have it, and would say.
    pub n: u64,
    /// Those that have it.
    pub count: u64,
    /// Whether some of them are counted with others.
    pub at_least: bool,
}

/// Every count that is published, oldest week first.
#[must_use]
pub fn rows(library: &Library, tally: &Tally) -> Vec<Row> {
    let subjects = versions::subjects(tally);
    let mut rows = Vec::new();
    for week in tally.weeks() {
        let n = tally.sections(week).of(tally.view);
        rows.push(row(tally, week, "sections", None, (n, n)));
        rows.extend(
            (0..library.sites().len()).flat_map(|site| site_rows(library, tally, site, week)),
        );
        rows.extend(feature_rows(library, tally, week));
        for subject in &subjects {
            rows.extend(version_rows(tally, subject, week));
        }
    }
    rows
}

/// The lines as comma-separated values, names first.
pub(super) fn csv(rows: &[Row]) -> Response {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.serialize(row).expect("a row is flat, and memory takes it");
    }
    let text = writer.into_inner().expect("memory takes it");
    typed("text/csv; charset=utf-8", text)
}

/// The lines as one JSON object each.
pub(super) fn ndjson(rows: &[Row]) -> Response {
    let mut text = Vec::new();
    for row in rows {
        serde_json::to_writer(&mut text, row).expect("a row is plain JSON, and memory takes it");
        text.push(b'\n');
    }
    typed("application/x-ndjson", text)
}

fn typed(content: &'static str, text: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static(content))], text).into_response()
}

fn row(
    tally: &Tally,
    week: Week,
    of: &'static str,
    value: Option<String>,
    (n, count): (u64, u64),
) -> Row {
    Row { week, open: tally.is_open(week), of, name: None, value, n, count, at_least: false }
}

/// A fact that no version of the week could have is not there.
fn site_rows(library: &Library, tally: &Tally, site: usize, week: Week) -> Vec<Row> {
    let count = tally.site(library, site, week);
    let (tells_calls, tells_links) = tally.tells_site(library, site, week);
    let known = &library.sites()[site];
    let tells_calls = tells_calls && known.kind != SiteKind::Linked;
    [
        (tells_links, "linked", count.scanned, count.linked),
        (tells_calls, "called", count.sections, count.called),
        (tells_calls, "called>=100", count.sections, count.called_100),
        (tells_calls, "called>=10000", count.sections, count.called_10000),
    ]
    .into_iter()
    .filter(|(is_told, ..)| *is_told)
    .map(|(_, of, n, count)| row(tally, week, of, Some(known.path.to_string()), (n, count)))
    .collect()
}

fn feature_rows(library: &Library, tally: &Tally, week: Week) -> Vec<Row> {
    let features = library.versions().iter().flat_map(|version| &version.features);
    let features: std::collections::BTreeSet<_> = features.collect();
    let share = |feature| feature_share(library, tally, feature, week);
    let told = features.into_iter().map(share).filter_map(|feature| {
        let count = feature.on?.count;
        let name = feature.feature.to_string();
        Some(row(tally, week, "feature", Some(name), (feature.n, count)))
    });
    told.collect()
}

fn version_rows(tally: &Tally, subject: &Subject, week: Week) -> Vec<Row> {
    let of = match subject.of {
        Kind::Library => "library",
        Kind::Rustc => "rustc",
        Kind::Target => "target",
        Kind::Dependency => "dependency",
        Kind::System => "system",
    };
    let versions = versions::week_cells(tally, subject, week);
    let n = versions.n.unwrap_or_default();
    let cells = versions.cells.into_iter().map(|cell| Row {
        name: subject.name.as_ref().map(ToString::to_string),
        at_least: cell.at_least,
        ..row(tally, week, of, cell.value, (n, cell.count))
    });
    cells.collect()
}
