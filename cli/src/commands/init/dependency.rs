//! One more dependency in a Cargo.toml, whose comments and order stay.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use toml_edit::{DocumentMut, InlineTable, Item, TableLike, Value, table, value};

use super::edits::Edits;
use super::library::Library;

/// A crate of headcount's to depend on.
pub(super) struct Dependency {
    name: &'static str,
    table: &'static str,
    /// Its folder in a checkout.
    path: Option<String>,
}

impl Dependency {
    /// For the library itself; `folder` is the crate's in a checkout.
    pub(super) fn normal(
        name: &'static str,
        checkout: Option<&Path>,
        folder: &str,
    ) -> anyhow::Result<Self> {
        Self::new(name, "dependencies", checkout.map(|checkout| checkout.join(folder)))
    }

    /// For its build script.
    pub(super) fn build(
        name: &'static str,
        checkout: Option<&Path>,
        folder: &str,
    ) -> anyhow::Result<Self> {
        Self::new(name, "build-dependencies", checkout.map(|checkout| checkout.join(folder)))
    }

    fn new(name: &'static str, table: &'static str, path: Option<PathBuf>) -> anyhow::Result<Self> {
        let path = path.map(|path| {
            let is_there = path.join("Cargo.toml").is_file();
            ensure!(is_there, "there is no headcount in `{}`", path.display());
            let path = std::path::absolute(path)?;
            path.into_os_string().into_string().ok().context("a path in Cargo.toml is Unicode")
        });
        Ok(Self { name, table, path: path.transpose()? })
    }

    /// Adds it; where the workspace keeps the versions of dependencies, there.
    pub(super) fn add(&self, library: &Library, edits: &mut Edits) -> anyhow::Result<()> {
        let manifest = document(edits.text(&library.manifest)?.as_deref())?;
        let dependencies = manifest.get(self.table).and_then(Item::as_table_like);
        if dependencies.is_some_and(|table| self.is_in(table)) {
            return Ok(());
        }
        let mut entry = self.requirement();
        edits.change(&library.workspace, |text| {
            let mut document = document(text)?;
            let workspace = document.get_mut("workspace").and_then(Item::as_table_like_mut);
            let shared = workspace.and_then(|workspace| workspace.get_mut("dependencies"));
            let Some(shared) = shared.and_then(Item::as_table_like_mut) else { return Ok(None) };
            let requirement = std::mem::replace(&mut entry, inherited());
            if shared.contains_key(self.name) {
                return Ok(None);
            }
            insert(shared, self.name, value(requirement));
            Ok(Some(document.to_string()))
        })?;
        edits.change(&library.manifest, |text| {
            let mut document = document(text)?;
            let dependencies = document.entry(self.table).or_insert_with(table);
            let dependencies = dependencies
                .as_table_like_mut()
                .with_context(|| format!("`{}` is not a table there", self.table))?;
            insert(dependencies, self.name, value(entry));
            Ok(Some(document.to_string()))
        })
    }

    /// Whether a table has it, under whatever name.
    fn is_in(&self, table: &dyn TableLike) -> bool {
        let package = |entry: &Item| entry.get("package")?.as_str().map(str::to_owned);
        table.iter().any(|(key, entry)| match package(entry) {
            Some(package) => package == self.name,
            None => key == self.name,
        })
    }

    fn requirement(&self) -> Value {
        match &self.path {
            Some(path) => InlineTable::from_iter([("path", path)]).into(),
            None => version().into(),
        }
    }
}

fn document(text: Option<&str>) -> anyhow::Result<DocumentMut> {
    Ok(text.unwrap_or_default().parse()?)
}

/// `headcount.workspace = true`, when it is the value of `headcount`.
fn inherited() -> Value {
    let mut inherited = InlineTable::from_iter([("workspace", true)]);
    inherited.set_dotted(true);
    inherited.into()
}

/// The versions that are compatible with this one: `0.1`, or `1`.
fn version() -> &'static str {
    let version = env!("CARGO_PKG_VERSION");
    let numbers = if version.starts_with("0.") { 2 } else { 1 };
    let end = version.match_indices('.').nth(numbers - 1).map_or(version.len(), |(at, _)| at);
    &version[..end]
}

/// Inserts an entry where the order of the others puts it, if they have one; else at the end.
fn insert(table: &mut dyn TableLike, name: &str, entry: Item) {
    let is_sorted = table.iter().map(|(key, _)| key).is_sorted();
    table.insert(name, entry);
    if is_sorted {
        table.sort_values();
    }
}
