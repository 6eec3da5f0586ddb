//! `docs/self-hosting.md` names every option of `serve`, with its default.

use std::process::Command;

const DOCS: &str = include_str!("../../docs/self-hosting.md");

#[test]
fn every_option_is_documented_with_its_default() {
    let binary = env!("CARGO_BIN_EXE_headcount-collector");
    let output = Command::new(binary).args(["serve", "--help"]).output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let (_, options) = help.split_once("Options:").unwrap();
    let mut named = 0;
    for option in options.split("\n      --").skip(1) {
        let name = format!("--{}", option.split_whitespace().next().unwrap());
        let row = DOCS.lines().find(|line| line.starts_with(&format!("| `{name} ")));
        let row = row.unwrap_or_else(|| panic!("`{name}` has no row"));
        let default = option.split_once("[default: ").map(|(_, rest)| rest.split(']').next());
        let cell = row.split('|').nth(2).unwrap().trim().trim_matches('`');
        assert_eq!(cell, default.flatten().unwrap_or(""), "the default of `{name}`");
        named += 1;
    }
    let rows = DOCS.lines().filter(|line| line.starts_with("| `--")).count();
    assert_eq!(named, rows, "an option is documented that is none, in:\n{help}");
}
