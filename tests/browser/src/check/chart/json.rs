//! The numbers of an answer, with everything that they are told to be about.

use std::collections::BTreeSet;

use serde_json::Value;

/// All numbers of one JSON document.
#[derive(Debug, Default)]
pub(super) struct Json {
    numbers: Vec<(f64, BTreeSet<String>)>,
    distributions: Vec<Distribution>,
}

/// An object with `cells`.
#[derive(Debug)]
struct Distribution {
    /// The other texts and numbers in it.
    about: BTreeSet<String>,
    cells: Vec<Cell>,
}

/// One version, and how many have it.
#[derive(Debug)]
struct Cell {
    /// None: others.
    value: Option<String>,
    count: u64,
}

impl Json {
    /// Collects them.
    pub(super) fn new(document: &Value) -> Self {
        let mut json = Self::default();
        json.collect(document, &BTreeSet::new());
        json
    }

    /// Whether a number is there under all of these words, to as many digits as it is given with.
    pub(super) fn holds<'a>(
        &self,
        number: &str,
        words: &(impl Iterator<Item = &'a str> + Clone),
    ) -> bool {
        let decimals = number.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        let Ok(wanted) = number.parse::<f64>() else { return false };
        let error = 0.500_1 * 10f64.powi(-i32::try_from(decimals).unwrap_or(0));
        self.numbers
            .iter()
            .filter(|(found, _)| (found - wanted).abs() <= error)
            .any(|(_, about)| words.clone().all(|word| word.is_empty() || about.contains(word)))
    }

    /// Whether the counts of some cells, told of something, are so many together.
    pub(super) fn adds_up_to(&self, number: &str, at: &str, values: &[&str]) -> bool {
        let Ok(wanted) = number.parse::<u64>() else { return false };
        let told = self.distributions.iter().filter(|found| found.about.contains(at));
        let mut sums = told.map(|Distribution { cells, .. }| -> u64 {
            let cells = cells.iter().filter(|cell| values.iter().any(|value| cell.is(value)));
            cells.map(|cell| cell.count).sum()
        });
        sums.any(|sum| sum == wanted)
    }

    /// A number is about the keys that lead to it, and about the texts and numbers beside these.
    fn collect(&mut self, value: &Value, about: &BTreeSet<String>) {
        match value {
            Value::Number(number) => {
                self.numbers.push((number.as_f64().unwrap_or(f64::NAN), about.clone()));
            }
            Value::Array(values) => {
                for value in values {
                    self.collect(value, about);
                }
            }
            Value::Object(fields) => {
                let own: BTreeSet<_> = fields.values().filter_map(word).collect();
                let about: BTreeSet<_> = about.union(&own).cloned().collect();
                if let Some(cells) = fields.get("cells").and_then(Value::as_array) {
                    let cells = counted(cells);
                    self.distributions.push(Distribution { about: own, cells });
                }
                for (name, value) in fields {
                    let mut about = about.clone();
                    about.insert(name.clone());
                    self.collect(value, &about);
                }
            }
            Value::Null | Value::Bool(_) | Value::String(_) => {}
        }
    }
}

fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

impl Cell {
    /// Whether it is a version, or others: `null`.
    fn is(&self, value: &str) -> bool {
        self.value.as_deref().unwrap_or("null") == value
    }
}

fn counted(cells: &[Value]) -> Vec<Cell> {
    let cells = cells.iter().map(|cell| {
        let value = cell["value"].as_str().map(str::to_owned);
        Cell { value, count: cell["count"].as_u64().unwrap_or(0) }
    });
    cells.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(number: &str, words: [&str; 2], expected: bool) {
        let document = json!({"sites": [
            {"path": "old", "series": [{"week": "2026-W46", "share": 0.123_46, "n": 100}]},
            {"path": "new", "series": [{"week": "2026-W46", "share": 0.5, "n": 90}]},
        ]});
        assert_eq!(
            Json::new(&document).holds(number, &words.into_iter()),
            expected,
            "{number} {words:?}"
        );
    }

    #[test]
    fn a_number_is_found_under_its_own_names_only() {
        check("0.1235", ["old", "2026-W46"], true);
        check("0.1235", ["new", "2026-W46"], false);
        check("0.1235", ["old", "2026-W47"], false);
        check("0.1234", ["old", "2026-W46"], false);
        check("90", ["new", "n"], true);
    }

    #[test]
    fn cells_add_up_in_their_own_week_only() {
        let cells = json!([
            {"value": null, "count": 3}, {"value": "1.0", "count": 4}, {"value": null, "count": 9},
        ]);
        let series = json!([{"week": "2026-W46", "n": 7, "cells": cells}]);
        let json = Json::new(&json!({"series": series}));
        assert!(json.adds_up_to("16", "2026-W46", &["1.0", "null"]));
        assert!(json.adds_up_to("12", "2026-W46", &["null"]));
        assert!(json.adds_up_to("4", "2026-W46", &["1.0", "2.0"]));
        assert!(!json.adds_up_to("4", "2026-W45", &["1.0"]));
        assert!(!json.adds_up_to("3", "2026-W46", &["1.0"]));
    }
}
