//! Whether a git tree has anything that would be mixed up with what `init` changes.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail, ensure};

/// Files that are listed before it is enough.
const MAX_LISTED: usize = 10;

/// Refuses a tree with changes that are not committed. What is in no git tree passes.
pub(super) fn ensure_clean(folder: &Path) -> anyhow::Result<()> {
    if !folder.ancestors().any(|folder| folder.join(".git").exists()) {
        return Ok(());
    }
    let output =
        Command::new("git")
            .current_dir(folder)
            .args(["status", "--porcelain"])
            .output()
            .context("cannot run git to see what is not committed; `--allow-dirty` does without")?;
    ensure!(
        output.status.success(),
        "git cannot say what is not committed (`--allow-dirty` does without): {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    let changed = String::from_utf8_lossy(&output.stdout).into_owned();
    if changed.is_empty() {
        return Ok(());
    }
    let mut listed: Vec<_> = changed.lines().take(MAX_LISTED).collect();
    if changed.lines().nth(MAX_LISTED).is_some() {
        listed.push("...");
    }
    bail!(
        "the git tree has changes that are not committed; commit them, or add `--allow-dirty`\n{}",
        listed.join("\n")
    )
}
