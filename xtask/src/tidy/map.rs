//! `ARCHITECTURE.md` names every folder that a reader can enter.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result};

use super::versions::metadata;

/// Looks for the top-level folders and the crates in `ARCHITECTURE.md`.
pub(super) fn check() -> Result<Vec<String>> {
    let map = fs::read_to_string("ARCHITECTURE.md").context("cannot read `ARCHITECTURE.md`")?;
    let mut folders = top_level_folders()?;
    folders.extend(crate_folders()?);
    Ok(folders
        .into_iter()
        .filter(|folder| !map.contains(folder.as_str()))
        .map(|folder| format!("the code map in ARCHITECTURE.md does not name `{folder}`"))
        .collect())
}

/// Such as `report/`.
fn top_level_folders() -> Result<BTreeSet<String>> {
    let files = super::tracked_files()?;
    Ok(files
        .iter()
        .filter_map(|file| file.split_once('/'))
        .filter(|(folder, _)| !folder.starts_with('.'))
        .map(|(folder, _)| format!("{folder}/"))
        .collect())
}

/// Such as `examples/middle-crate`.
fn crate_folders() -> Result<Vec<String>> {
    let metadata = metadata()?;
    Ok(metadata
        .workspace_packages()
        .iter()
        .filter_map(|package| package.manifest_path.parent())
        .filter_map(|folder| folder.strip_prefix(&metadata.workspace_root).ok())
        .map(ToString::to_string)
        .collect())
}
