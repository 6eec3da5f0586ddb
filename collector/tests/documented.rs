//! `docs/self-hosting.md` names every setting, with its default.

use std::process::Command;

const DOCS: &str = include_str!("../../docs/self-hosting.md");

fn printed(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_headcount-collector")).args(arguments).output();
    String::from_utf8(output.unwrap().stdout).unwrap()
}

/// The settings of `headcount-collector config` and their values; of one that is off, none.
fn defaults() -> Vec<(String, String)> {
    let setting = |line: &str| {
        let (key, value) = line.trim_start_matches("# ").split_once(" = ")?;
        let is_key = key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        let value = if line.starts_with('#') { "" } else { value.trim_matches('"') };
        is_key.then(|| (key.to_owned(), value.to_owned()))
    };
    printed(&["config"]).lines().filter_map(setting).collect()
}

#[test]
fn every_setting_is_documented_with_its_default() {
    let (help, defaults) = (printed(&["serve", "--help"]), defaults());
    for (key, value) in &defaults {
        let row = DOCS.lines().find(|line| line.starts_with(&format!("| `{key}` |")));
        let row = row.unwrap_or_else(|| panic!("`{key}` has no row"));
        let cell = row.split('|').nth(2).unwrap().trim().trim_matches('`');
        assert_eq!(cell, value, "the default of `{key}`");
        let argument = format!("--{} <", key.replace('_', "-"));
        assert!(help.contains(&argument), "`{key}` is no argument in:\n{help}");
    }
    let (_, section) = DOCS.split_once("## Configuration").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `")).count();
    assert_eq!(rows, defaults.len(), "a setting is documented that is none");
}
