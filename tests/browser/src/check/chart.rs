//! A chart, its table and the API give the same numbers.
//!
//! Every chart, an `svg[role=img]`, says in `data-api` which JSON it draws. Its table's rows say in
//! `data-at` what they are about, its drawn columns in `data-series`, and its cells in `data-value`
//! the number that they round. So
//!
//! * each cell's number has to be in the JSON, under these two names;
//! * each mark of a series has to stand, measured against the grid lines, where its cell's number
//!   belongs, and the lines have to be labelled with what they stand for.
//!
//! `g[data-axis]` with a `data-value` is a grid line and its label. A mark has the `data-series` of
//! its column, and a place for each cell, in the order of `data-at`:
//!
//! * a `polyline` has a vertex; with `data-order="table"` it begins at zero and follows the table;
//! * a `circle` is one;
//! * a `path` is one band of a stack, with a column `Mx,bottomVtopHxVbottom`. Bands are drawn from the
//!   topmost down, each over the foot of the one before, and stand for parts of their week.
//!
//! A column that adds several values of the API up says which in `data-sum="3.0.1|3.0.2|null"`;
//! `null` is others.

mod json;
mod scale;
mod shown;

use std::collections::BTreeMap;

use anyhow::Result;
use serde::Deserialize;

use self::json::Json;
use self::scale::{Line, Scale};
use self::shown::Shown;
use crate::finding::Finding;
use crate::tab::Tab;

/// A mark may be so far from its place, as a part of the axis: what rounded coordinates cost.
const TOLERANCE: f64 = 0.005;

/// One chart, as it is on the screen.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Chart {
    label: String,
    api: Option<String>,
    has_table: bool,
    lines: Vec<Line>,
    columns: Vec<Column>,
    marks: Vec<Mark>,
}

#[derive(Debug, Deserialize)]
struct Column {
    series: String,
    /// The values of the API that it adds up, if it does.
    sum: Option<String>,
    cells: Vec<Cell>,
}

#[derive(Debug, Clone, Deserialize)]
struct Cell {
    at: String,
    value: String,
    text: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Mark {
    series: String,
    kind: Kind,
    in_table_order: bool,
    /// Where on the axis it is, cell by cell; of a band, how long.
    pixels: Vec<f64>,
}

/// What a mark is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Line,
    Dots,
    Band,
}

/// Compares every chart of the page that is open; says by how many numbers. A chart of which nothing
/// is published has none.
///
/// # Errors
/// When the page or the API cannot be asked.
pub fn findings(tab: &mut Tab, origin: &str) -> Result<(usize, Vec<Finding>)> {
    let charts: Vec<Chart> = tab.evaluate(include_str!("chart.js"))?;
    let mut findings = Vec::new();
    for chart in &charts {
        let about = |what: String| format!("\"{}\": {what}", chart.label);
        if !chart.has_table {
            findings.push(Finding::new("chart without a table", &chart.label));
        }
        let Some(api) = &chart.api else {
            findings.push(Finding::new("chart without data-api", &chart.label));
            continue;
        };
        match ureq::get(format!("{origin}{api}")).call() {
            Ok(mut answer) => {
                let json = Json::new(&answer.body_mut().read_json()?);
                let wrong = numbers(chart, &json).into_iter().map(about);
                findings.extend(wrong.map(|what| Finding::new("table", what)));
            }
            Err(error) => findings.push(Finding::new("data-api", format!("{api}: {error}"))),
        }
        findings.extend(drawing(chart).into_iter().map(|what| Finding::new("chart", about(what))));
    }
    let cells = charts.iter().flat_map(|chart| &chart.columns).map(|column| column.cells.len());
    Ok((cells.sum(), findings))
}

/// What of the table is not in the JSON, or is shown as something else.
fn numbers(chart: &Chart, json: &Json) -> Vec<String> {
    let mut wrong = Vec::new();
    for column in &chart.columns {
        for Cell { at, value, text } in &column.cells {
            let series = &column.series;
            let is_told = match &column.sum {
                Some(sum) => json.adds_up_to(value, at, &sum.split('|').collect::<Vec<_>>()),
                None => json.holds(value, &series.split('|').chain([at.as_str()])),
            };
            if !is_told {
                wrong.push(format!("{value} of {series} at {at} is not in the JSON"));
            }
            if !Shown::read(text).is_some_and(|shown| shown.rounds(number(value))) {
                wrong.push(format!("{value} of {series} at {at} is shown as \"{text}\""));
            }
        }
    }
    wrong
}

/// What of the drawing does not stand for a number of the table.
fn drawing(chart: &Chart) -> Vec<String> {
    let Some(scale) = Scale::new(&chart.lines) else {
        return vec!["has fewer than two grid lines".to_owned()];
    };
    let mut wrong: Vec<_> = chart.lines.iter().filter_map(Line::fault).collect();
    let mut drawn: BTreeMap<_, Vec<f64>> = BTreeMap::new();
    for mark in &chart.marks {
        let key = (mark.series.as_str(), mark.kind, mark.in_table_order);
        drawn.entry(key).or_default().extend(&mark.pixels);
    }
    for column in chart.columns.iter().filter(|column| !column.cells.is_empty()) {
        if !drawn.keys().any(|(series, ..)| *series == column.series) {
            wrong.push(format!("does not draw {}", column.series));
        }
    }
    for ((series, kind, in_table_order), pixels) in drawn {
        let wanted = chart.wanted(series, kind, in_table_order);
        if wanted.len() != pixels.len() {
            let (places, numbers) = (pixels.len(), wanted.len());
            wrong.push(format!("{kind:?} of {series}: {places} places for {numbers} numbers"));
        }
        for ((at, wanted), pixels) in wanted.into_iter().zip(pixels) {
            let (found, wanted) = match kind {
                Kind::Line | Kind::Dots => (scale.value(pixels), scale.clamp(wanted)),
                Kind::Band => (scale.length(pixels), wanted),
            };
            if (found - wanted).abs() > TOLERANCE * scale.range() {
                wrong
                    .push(format!("{kind:?} of {series} at {at} stands for {found}, not {wanted}"));
            }
        }
    }
    wrong
}

impl Chart {
    /// The numbers that a mark should stand for, and where.
    fn wanted(&self, series: &str, kind: Kind, in_table_order: bool) -> Vec<(&str, f64)> {
        let columns = self.columns.iter().filter(|column| column.series == series);
        let mut wanted: Vec<_> = columns
            .flat_map(|column| &column.cells)
            .map(|cell| match kind {
                Kind::Line | Kind::Dots => (cell.at.as_str(), number(&cell.value)),
                Kind::Band => (cell.at.as_str(), number(&cell.value) / self.total(&cell.at)),
            })
            .collect();
        if in_table_order {
            wanted.insert(0, ("the beginning", 0.0));
        } else {
            wanted.sort_by_key(|(at, _)| *at);
        }
        wanted
    }

    /// All numbers of a row together.
    fn total(&self, at: &str) -> f64 {
        let cells = self.columns.iter().flat_map(|column| &column.cells);
        cells.filter(|cell| cell.at == at).map(|cell| number(&cell.value)).sum()
    }
}

/// What is no number is not found anywhere.
fn number(text: &str) -> f64 {
    text.parse().unwrap_or(f64::NAN)
}
