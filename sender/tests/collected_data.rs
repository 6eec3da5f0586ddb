//! `docs/collected-data.md` names every field that is recorded or can leave, and no other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use headcount_report::build::Features;
use headcount_report::spool::{FileIdentity, Line};
use headcount_report::{BuildRecord, Fact, Report, Section};
use serde_json::Value;

/// A report with every field in it, and the examples of the documentation.
const REPORT: &str = r#"{"headcount": 1, "week": "2026-W47", "sections": [
    {"id": "000102030405060708090a0b0c0d0e0f", "library": "counted-library", "version": "1.4.2",
     "origin": "developer", "scanned": true, "rustc": ["1.95"],
     "target": ["x86_64-unknown-linux-gnu"], "features": ["std", "tls"],
     "dependencies": {"libz-sys": ["1.1.23"]}, "system": {"openssl": ["3.0.19"]},
     "sites": {"client::Client::send": ["linked", "called"]}}]}"#;

/// A build record likewise.
const BUILD_RECORD: &str = r#"{"library": "counted-library", "version": "1.4.2",
    "source": "crates.io", "collector": "https://count.example.org",
    "features": {"declared": ["std", "tls"], "enabled": ["std"]},
    "dependencies": {"libz-sys": ["1.1.23"], "mine": ["local"]}, "rustc": "1.95.0",
    "target": "x86_64-unknown-linux-gnu", "profile": "release", "system": {"openssl": "3.0.19"}}"#;

/// What a table says of one field.
struct Field {
    kind: String,
    example: String,
}

type Fields = BTreeMap<String, Field>;

fn docs() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/collected-data.md");
    fs::read_to_string(path).unwrap()
}

/// The cells of the table with a heading, without back-quotes.
fn rows(heading: &str) -> Vec<Vec<String>> {
    let docs = docs();
    let table = docs.split_once(&format!("| {heading} |")).unwrap().1;
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let cells = |row: &str| {
        let cells = row.trim_matches('|').split('|');
        cells.map(|cell| cell.trim().trim_matches('`').to_owned()).collect()
    };
    rows.map(cells).collect()
}

/// A table of fields; each has a type, an example, what it is for and who sees it.
fn documented(heading: &str) -> Fields {
    let field = |row: Vec<String>| {
        let Ok([name, kind, example, what_for, who]) = <[String; 5]>::try_from(row) else {
            panic!("a row of `{heading}` has not five cells");
        };
        assert!(!what_for.is_empty() && !who.is_empty(), "{name}");
        (name, Field { kind, example })
    };
    rows(heading).into_iter().map(field).collect()
}

/// Compares what a table says with a value that has every field.
#[track_caller]
fn check(documented: &Fields, value: &Value) {
    let mut found = BTreeMap::new();
    fields(value, "", documented, &mut found);
    assert_eq!(documented.keys().collect::<Vec<_>>(), found.keys().collect::<Vec<_>>());
    for (name, value) in found {
        let Field { kind, example } = &documented[&name];
        assert!(is_of(value, kind), "`{name}` is no {kind}: {value}");
        // These stand for more than fits into a cell: their own fields follow.
        if example != "[...]" && example != "{...}" {
            assert_eq!(&serde_json::from_str::<Value>(example).unwrap(), value, "{name}");
        }
    }
}

/// Every field, as far as the documentation does not call it a map: a map's keys are values.
fn fields<'a>(
    value: &'a Value,
    path: &str,
    documented: &Fields,
    found: &mut BTreeMap<String, &'a Value>,
) {
    match value {
        Value::Object(object) if documented.get(path).is_none_or(|field| field.kind != "map") => {
            for (name, value) in object {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                found.insert(path.clone(), value);
                fields(value, &path, documented, found);
            }
        }
        Value::Array(values) => {
            for value in values {
                fields(value, &format!("{path}[]"), documented, found);
            }
        }
        _ => {}
    }
}

fn is_of(value: &Value, kind: &str) -> bool {
    let items = |is: fn(&Value) -> bool| value.as_array().is_some_and(|all| all.iter().all(is));
    match kind {
        "string" => value.is_string(),
        "number" => value.is_u64(),
        "boolean" => value.is_boolean(),
        "object" | "map" => value.is_object(),
        "list" => items(Value::is_object),
        "list of strings" => items(Value::is_string),
        _ => panic!("no type: {kind}"),
    }
}

#[test]
fn every_field_of_a_report_is_documented_and_no_other() {
    // Destructured without `..`, so that a new field has to be added above.
    let report = Report::decode(REPORT.as_bytes()).unwrap();
    let Report { headcount: _, week: _, sections } = &report;
    let Section {
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

    check(&documented("field"), &serde_json::from_slice(&report.encode()).unwrap());
}

#[test]
fn every_word_about_a_site_is_documented_and_no_other() {
    let words = rows("word").into_iter().map(|row| row[0].clone());
    assert_eq!(words.collect::<Vec<_>>(), Fact::ALL.map(Fact::as_str));
}

#[test]
fn every_field_of_a_build_record_is_documented_and_no_other() {
    let record: BuildRecord = serde_json::from_str(BUILD_RECORD).unwrap();
    let BuildRecord {
        library: _,
        version: _,
        source: _,
        collector,
        features,
        dependencies,
        rustc: _,
        target: _,
        profile: _,
        system,
    } = &record;
    let Some(Features { declared, enabled }) = features else { panic!("no features") };
    assert!(collector.is_some() && dependencies.is_some() && !system.is_empty());
    assert!(!declared.is_empty() && !enabled.is_empty());

    check(&documented("field of a build record"), &serde_json::to_value(&record).unwrap());
}

/// The names of a pattern's fields. It compiles only if these are all.
macro_rules! names {
    ($value:expr, $($kind:ident)::+ { $($field:ident),+ }) => {
        match $value {
            $($kind)::+ { $($field: _),+ } => [$(stringify!($field)),+],
            #[allow(unreachable_patterns, reason = "a struct has no other kind")]
            _ => panic!("another kind of line"),
        }
    };
}

/// The line that the examples of a table make, which also stands above it.
#[track_caller]
fn example(tag: &str, heading: &str) -> Line {
    let words: Vec<_> = rows(heading).into_iter().map(|row| row[2].clone()).collect();
    let line = format!("{tag} {};", words.join(" "));
    assert!(docs().contains(&format!("\n{line}\n")), "no `{line}` above the tables");
    Line::decode(line.as_bytes()).unwrap_or_else(|| panic!("no line: `{line}`"))
}

#[track_caller]
fn check_words(heading: &str, names: &[&str]) {
    let names: BTreeSet<_> = names.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(documented(heading).into_keys().collect::<BTreeSet<_>>(), names);
}

#[test]
fn every_word_of_the_spool_is_documented_and_no_other() {
    let (hit, executable) = ("word of a hit", "word of an executable");
    let line = example("h", hit);
    check_words(hit, &names!(line, Line::Hit { process, build, count, site }));

    let line = example("x", executable);
    let Line::Executable { process: _, file } = line else { panic!("another kind of line") };
    let file = names!(file, FileIdentity { path, size_bytes, mtime_ns, inode });
    check_words(executable, &[&["process"][..], &file].concat());
}
