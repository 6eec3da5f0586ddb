//! Changes of text files: shown first, written together.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anstream::println;
use anstyle::{AnsiColor, Style};
use anyhow::Context;
use similar::{ChangeTag, TextDiff};
use tempfile::NamedTempFile;

use crate::output::{BOLD, DIM};

const ADDED: Style = AnsiColor::Green.on_default();
const REMOVED: Style = AnsiColor::Red.on_default();

/// Lines around a change that are shown with it.
const CONTEXT_LINES: usize = 3;

/// Files with what is to be in them.
#[derive(Default)]
pub(super) struct Edits(BTreeMap<PathBuf, Edit>);

struct Edit {
    /// `None`: the file is new.
    before: Option<String>,
    after: String,
}

impl Edits {
    /// The text of a file as the changes so far leave it; `None` where there is none.
    pub(super) fn text(&self, path: &Path) -> anyhow::Result<Option<String>> {
        if let Some(edit) = self.0.get(path) {
            return Ok(Some(edit.after.clone()));
        }
        match fs::read_to_string(path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot read `{}`", path.display())),
        }
    }

    /// Changes that text. The change gives `None` when there is nothing to do.
    pub(super) fn change(
        &mut self,
        path: &Path,
        change: impl FnOnce(Option<&str>) -> anyhow::Result<Option<String>>,
    ) -> anyhow::Result<()> {
        let text = self.text(path)?;
        let changed = change(text.as_deref())
            .with_context(|| format!("cannot change `{}`", path.display()))?;
        if let Some(changed) = changed {
            let after = with_line_ends_of(text.as_deref(), changed);
            let edit = Edit { before: text, after: String::new() };
            self.0.entry(path.to_owned()).or_insert(edit).after = after;
        }
        Ok(())
    }

    /// Whether there is nothing to do.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Prints the differences.
    pub(super) fn show(&self) {
        for (path, edit) in &self.0 {
            edit.show(path);
        }
    }

    /// Writes all files.
    pub(super) fn write(&self) -> anyhow::Result<()> {
        for (path, edit) in &self.0 {
            replace(path, &edit.after)
                .with_context(|| format!("cannot write `{}`", path.display()))?;
        }
        Ok(())
    }
}

impl Edit {
    fn show(&self, path: &Path) {
        let new = if self.before.is_none() { " (new)" } else { "" };
        println!("{BOLD}{}{BOLD:#}{new}", path.display());
        let before = self.before.as_deref().unwrap_or_default();
        let diff = TextDiff::from_lines(before, &self.after);
        for hunk in diff.unified_diff().context_radius(CONTEXT_LINES).iter_hunks() {
            println!("{DIM}{}{DIM:#}", hunk.header());
            for change in hunk.iter_changes() {
                let line = change.value().trim_end_matches(['\r', '\n']);
                match change.tag() {
                    ChangeTag::Equal => println!(" {line}"),
                    ChangeTag::Insert => println!("{ADDED}+{line}{ADDED:#}"),
                    ChangeTag::Delete => println!("{REMOVED}-{line}{REMOVED:#}"),
                }
            }
        }
    }
}

/// Ends lines as the former text does.
fn with_line_ends_of(before: Option<&str>, after: String) -> String {
    if before.is_some_and(|before| before.contains("\r\n")) {
        after.replace("\r\n", "\n").replace('\n', "\r\n")
    } else {
        after
    }
}

/// Replaces a file as a whole: a full disk leaves the former text.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let Some(permissions) = fs::metadata(path).ok().map(|metadata| metadata.permissions()) else {
        return fs::write(path, text);
    };
    let mut file = NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
    file.write_all(text.as_bytes())?;
    file.as_file().set_permissions(permissions)?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_as_they_did() {
        assert_eq!(
            with_line_ends_of(Some("a\r\nb\r\n"), "a\r\nnew\nb\r\n".to_owned()),
            "a\r\nnew\r\nb\r\n"
        );
        assert_eq!(with_line_ends_of(Some("a\n"), "a\nnew\n".to_owned()), "a\nnew\n");
    }
}
