//! `docs/collected-data.md` names every field that can leave, and no other.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use headcount_report::{Fact, Report};
use serde_json::Value;

/// Fields whose keys are values: names of crates, libraries and sites.
const MAPS: [&str; 3] = ["sections[].dependencies", "sections[].system", "sections[].sites"];

/// A report with every field in it.
const FULL: &str = r#"{"headcount": 1, "week": "2026-W47", "sections": [
    {"id": "000102030405060708090a0b0c0d0e0f", "library": "counted-library", "version": "1.4.2",
     "origin": "developer", "scanned": true, "rustc": ["1.95"],
     "target": ["x86_64-unknown-linux-gnu"], "features": ["std"],
     "dependencies": {"libz-sys": ["1.1.23"]}, "system": {"openssl": ["3.0.19"]},
     "sites": {"client::Client::send": ["linked"]}}]}"#;

fn docs() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/collected-data.md");
    fs::read_to_string(path).unwrap()
}

/// The first column of the table with a heading, without back-quotes.
fn documented(heading: &str) -> BTreeSet<String> {
    let docs = docs();
    let table = docs.split_once(&format!("| {heading} |")).unwrap().1;
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.map(|row| row.split('|').nth(1).unwrap().trim().trim_matches('`').to_owned()).collect()
}

fn fields(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) if !MAPS.contains(&path) => {
            for (name, value) in object {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                found.insert(path.clone());
                fields(value, &path, found);
            }
        }
        Value::Array(values) => {
            for value in values {
                fields(value, &format!("{path}[]"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn every_field_is_documented_and_no_other() {
    // Destructured without `..`, so that a new field has to be added above.
    let Report { headcount: _, week: _, sections } = Report::decode(FULL.as_bytes()).unwrap();
    let headcount_report::Section {
        id: _,
        library: _,
        version: _,
        origin: _,
        scanned: _,
        rustc,
        target,
        features,
        dependencies,
        system,
        sites,
    } = &sections[0];
    assert!(!rustc.is_empty() && !target.is_empty() && features.is_some());
    assert!(!dependencies.is_empty() && !system.is_empty() && !sites.is_empty());

    let mut sent = BTreeSet::new();
    let encoded = Report::decode(FULL.as_bytes()).unwrap().encode();
    fields(&serde_json::from_slice(&encoded).unwrap(), "", &mut sent);
    assert_eq!(documented("field"), sent);
}

#[test]
fn every_word_about_a_site_is_documented_and_no_other() {
    let words = Fact::ALL.map(|fact| fact.as_str().to_owned());
    assert_eq!(documented("word"), words.into());
}
