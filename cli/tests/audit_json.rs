//! What `cargo headcount audit --json` prints: every field that `docs/audit.md` names, and no other;
//! every kind of final binary.
#![cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]

mod fixture;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use fixture::Workspace;
use serde_json::{Value, json};

/// Where a file and what it holds can stand.
const FILES: [&str; 2] = ["binaries[].", "binaries[].shared_libraries[]."];

/// Fields and their types, as documented.
fn documented() -> BTreeMap<String, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/audit.md");
    let docs = fs::read_to_string(path).unwrap();
    let mut fields: BTreeMap<_, _> = table(&docs, "field").into_iter().collect();
    for (name, kind) in table(&docs, "field of a file") {
        fields.extend(FILES.map(|file| (format!("{file}{name}"), kind.clone())));
    }
    fields
}

/// The first two columns of the table with a heading.
fn table(docs: &str, heading: &str) -> Vec<(String, String)> {
    let table = docs.split_once(&format!("\n| {heading} |")).unwrap().1;
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let row = |row: &str| {
        let mut cells = row.split('|').skip(1).map(|cell| cell.trim().trim_matches('`').to_owned());
        (cells.next().unwrap(), cells.next().unwrap())
    };
    rows.map(row).collect()
}

/// Every field with every value that it has, as far as the documentation does not call it a map.
fn printed<'a>(
    value: &'a Value,
    path: &str,
    documented: &BTreeMap<String, String>,
    found: &mut BTreeMap<String, Vec<&'a Value>>,
) {
    match value {
        Value::Object(object) if documented.get(path).is_none_or(|kind| kind != "map") => {
            for (name, value) in object {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                found.entry(path.clone()).or_default().push(value);
                printed(value, &path, documented, found);
            }
        }
        Value::Array(values) => {
            for value in values {
                printed(value, &format!("{path}[]"), documented, found);
            }
        }
        _ => {}
    }
}

fn is_of(value: &Value, kind: &str) -> bool {
    let items = |is: fn(&Value) -> bool| value.as_array().is_some_and(|all| all.iter().all(is));
    match kind.strip_suffix(" or null") {
        Some(kind) => value.is_null() || is_of(value, kind),
        None => match kind {
            "string" => value.is_string(),
            "number" => value.is_u64(),
            "boolean" => value.is_boolean(),
            "object" | "map" => value.is_object(),
            "list" => items(Value::is_object),
            "list of strings" => items(Value::is_string),
            "list of numbers" => items(Value::is_u64),
            _ => panic!("no type: {kind}"),
        },
    }
}

/// Builds and reads, with libraries that are linked dynamically where they can be.
fn audit(workspace: &Workspace, arguments: &[&str]) -> Value {
    let mut command = workspace.headcount(&["audit", "--json"]);
    let output = command.args(arguments).env("RUSTFLAGS", "-C prefer-dynamic").output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn every_field_is_documented_with_its_type_and_no_other() {
    let workspace = Workspace::new();
    workspace.add_shared();
    // Fields differ between a build, and files of which one cannot be read.
    let audits = [
        audit(&workspace, &["-p", "app", "-p", "shared-app"]),
        audit(&workspace, &["target/debug/app", "none"]),
    ];

    let documented = documented();
    let mut found = BTreeMap::new();
    for audit in &audits {
        printed(audit, "", &documented, &mut found);
    }
    let expected: BTreeSet<_> = documented.keys().collect();
    let printed: BTreeSet<_> = found.keys().collect();
    let undocumented: Vec<_> = printed.difference(&expected).collect();
    let not_printed: Vec<_> = expected.difference(&printed).collect();
    assert!(
        undocumented.is_empty() && not_printed.is_empty(),
        "not documented: {undocumented:#?}, not printed: {not_printed:#?}"
    );
    for (name, values) in found {
        let kind = &documented[&name];
        assert!(values.iter().all(|value| is_of(value, kind)), "{name} is no {kind}: {values:?}");
        let is_ever = values.iter().any(|value| !value.is_null());
        assert!(is_ever, "`{name}` is always null here: this test does not see its type");
    }
}

#[test]
fn a_library_for_other_languages_is_as_final_as_a_program() {
    let workspace = Workspace::new();
    let package = "[package]\nname = \"plugin\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[lib]\n\
                   crate-type = [\"cdylib\"]\n[dependencies]\n\
                   middle-crate.path = \"../middle-crate\"\n";
    workspace.write("plugin/Cargo.toml", package);
    let call = "#[unsafe(no_mangle)] pub extern \"C\" fn call() { middle_crate::call() }";
    workspace.write("plugin/src/lib.rs", call);
    let audit = audit(&workspace, &["-p", "plugin"]);
    let [plugin] = &audit["binaries"].as_array().unwrap()[..] else { panic!("{audit}") };
    assert!(plugin["path"].as_str().unwrap().ends_with("/libplugin.so"), "{plugin}");
    let [site] = &plugin["sites"].as_array().unwrap()[..] else { panic!("{plugin}") };
    let middle = json!([{"name": "middle-crate", "version": "0.3.0"}]);
    assert_eq!((&site["path"], &site["referrers"]["crates"]), (&json!("old"), &middle));
}
