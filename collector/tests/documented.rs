//! `docs/self-hosting.md` names every setting, with its default, and commands that do what it says.

#[cfg(unix)]
#[allow(dead_code, reason = "shared with tests that use the rest")]
mod process;

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

/// The page's commands, in its order: those for a shell, and those that systemd and a container run.
#[cfg(unix)]
fn commands() -> Vec<String> {
    let command = |line: &str| {
        let line = line.split(" #").next().unwrap_or(line).trim();
        let of_container = line.strip_prefix("CMD ").map(|arguments| {
            let arguments: Vec<String> = serde_json::from_str(arguments).unwrap();
            format!("headcount-collector {}", arguments.join(" "))
        });
        let of_systemd = line.strip_prefix("ExecStart=/usr/local/bin/").map(str::to_owned);
        let is_ours = line.starts_with("headcount-collector ") || line.contains("| headcount-coll");
        of_container.or(of_systemd).or_else(|| is_ours.then(|| line.to_owned()))
    };
    DOCS.lines().filter_map(command).collect()
}

/// As an operator would who reads from top to bottom, but for where files lie and who listens where.
#[cfg(unix)]
#[test]
fn every_command_of_the_page_does_its_work() {
    let folder = process::Folder::new();
    let home = folder.path("").display().to_string();
    let program = std::path::Path::new(process::BINARY).parent().unwrap().display();
    let mut serving = Vec::new();
    let commands = commands();
    for command in &commands {
        let mut line = command.replace("0.0.0.0:8480", "127.0.0.1:0");
        for place in ["/var/lib/headcount/", "%S/headcount/", "/etc/"] {
            line = line.replace(place, &home);
        }
        // Packed or not, it is the same; not everyone has that program.
        line = line.replace("| zstd", "| cat").replace("zstd -dc", "cat");
        let listen = if line.contains("--listen") { "" } else { " --listen 127.0.0.1:0" };
        let line = format!("cd '{home}' && export PATH='{program}':\"$PATH\" && {line}");
        if command.contains(" serve ") {
            // One serves a store at a time.
            serving.clear();
            let line = line.replace("&& headcount-collector", "&& exec headcount-collector");
            let arguments = ["-c".to_owned(), format!("{line}{listen}")];
            serving.push(process::Serving::start("sh", &arguments));
            assert_eq!(serving[0].request("GET /healthz", "", "").0, 200, "{command}");
        } else {
            let output = Command::new("sh").args(["-c", &line]).output().unwrap();
            assert!(output.status.success(), "{command}: {output:?}");
        }
    }
    for name in ["serve", "token add", "config", "backup", "check", "export", "import"] {
        assert!(commands.iter().any(|command| command.contains(name)), "no {name}: {commands:#?}");
    }
}
