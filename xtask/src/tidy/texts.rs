//! What no file says: where it was made, and hosts that a build should only know by configuration.

use std::env;
use std::fs;

use anyhow::{Context, Result};

use crate::tools;

/// Looks for forbidden texts in all files, lock files excepted, which cargo writes.
pub(super) fn check() -> Result<Vec<String>> {
    let forbidden = forbidden();
    let mut wrong = Vec::new();
    for file in super::tracked_files()? {
        if !file.ends_with("Cargo.lock") {
            let bytes = fs::read(&file).with_context(|| format!("cannot read `{file}`"))?;
            wrong.extend(found(&file, &String::from_utf8_lossy(&bytes), &forbidden));
        }
    }
    Ok(wrong)
}

/// A text that no file may hold, and what it is.
struct Forbidden {
    text: String,
    what: &'static str,
}

/// Put together here, or this file would be the first to hold them.
fn forbidden() -> Vec<Forbidden> {
    let hosts = [
        ["://crates", "io"],
        ["index.crates", "io"],
        ["static.crates", "io"],
        ["npmjs", "org"],
        ["pypi", "org"],
        ["deb.debian", "org"],
    ];
    let folders = [Some(tools::root().display().to_string()), env::var("HOME").ok()];
    let host = |parts: [&str; 2]| Forbidden { text: parts.join("."), what: "a registry's host" };
    let folder = |path: String| Forbidden { text: path + "/", what: "a folder of this machine" };
    let folders = folders.into_iter().flatten().filter(|path| path.len() > 1).map(folder);
    hosts.map(host).into_iter().chain(folders).collect()
}

fn found(file: &str, text: &str, forbidden: &[Forbidden]) -> Vec<String> {
    let line_of = |position: usize| text[..position].matches('\n').count() + 1;
    forbidden
        .iter()
        .filter_map(|forbidden| Some((forbidden, text.find(&forbidden.text)?)))
        .map(|(forbidden, position)| format!("{file}:{}: {}", line_of(position), forbidden.what))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forbidden_text_is_found_with_its_line() {
        let host = ["https://crates", "io"].join(".");
        let text = format!("fine\nsee {host}/\n");
        assert_eq!(found("a.md", &text, &forbidden()), ["a.md:2: a registry's host"]);
        assert!(found("a.md", "published, or local\n", &forbidden()).is_empty());
    }
}
