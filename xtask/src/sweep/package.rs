//! A crate's source: fetched by cargo, copied out of cargo's own folder, its manifest prepared.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use cargo_metadata::{Metadata, MetadataCommand, TargetKind};
use headcount_tests as e2e;
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table};

use super::annotate::UNCHANGED;

/// The feature of a copy that takes the counting out, as an author would name it.
pub(super) const DISABLED: &str = "headcount-disabled";

/// A published crate, as cargo has it.
#[derive(Debug)]
pub(super) struct Published {
    pub(super) name: String,
    pub(super) version: String,
    /// Where cargo keeps it.
    pub(super) source: PathBuf,
    /// The root of the library, relative to the package's folder.
    pub(super) root: PathBuf,
    /// Its integration tests.
    pub(super) tests: Vec<String>,
}

impl Published {
    /// Lets cargo fetch `NAME` or `NAME@VERSION`.
    pub(super) fn fetch(wanted: &str, folder: &Path) -> Result<Self> {
        let (name, version) = match wanted.split_once('@') {
            Some((name, version)) => (name, format!("={version}")),
            None => (wanted, "*".to_owned()),
        };
        remove(folder)?;
        write(&folder.join("src/lib.rs"), "")?;
        let mut manifest: DocumentMut =
            "[package]\nname = \"fetch\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n"
                .parse()?;
        let mut dependency = InlineTable::new();
        dependency.insert("version", version.into());
        dependency.insert("default-features", false.into());
        manifest["dependencies"][name] = toml_edit::value(dependency);
        write(&folder.join("Cargo.toml"), &manifest.to_string())?;
        let metadata = metadata(&folder.join("Cargo.toml"))?;
        let package = metadata
            .packages
            .iter()
            .filter(|package| package.name == name && package.source.is_some())
            .max_by_key(|package| &package.version)
            .context("cargo did not fetch it")?;
        let source = package.manifest_path.parent().context("a manifest without a folder")?;
        let library = package
            .targets
            .iter()
            .find(|target| target.is_kind(TargetKind::Lib))
            .context("it has no library")?;
        Ok(Self {
            name: package.name.to_string(),
            version: package.version.to_string(),
            source: source.into(),
            root: library.src_path.strip_prefix(source)?.into(),
            tests: package
                .targets
                .iter()
                .filter(|target| target.is_kind(TargetKind::Test))
                .map(|target| target.name.clone())
                .collect(),
        })
    }

    /// Copies it, and makes the copy a workspace of its own; `headcount` becomes a dependency, and
    /// [`DISABLED`] a feature.
    ///
    /// A lock file that was published is left behind: cargo takes the newest of what it may.
    pub(super) fn copy(&self, to: &Path, headcount: Option<&Path>) -> Result<()> {
        remove(to)?;
        copy(&self.source, to)?;
        let manifest = to.join("Cargo.toml");
        let text = fs::read_to_string(&manifest).context("cannot read its manifest")?;
        fs::write(&manifest, prepared(&text, headcount)?).context("cannot write its manifest")
    }
}

/// The manifest of a copy.
fn prepared(manifest: &str, headcount: Option<&Path>) -> Result<String> {
    let mut manifest: DocumentMut = manifest.parse().context("cannot read its manifest")?;
    if !manifest.contains_key("workspace") {
        manifest.insert("workspace", Item::Table(Table::new()));
    }
    if let Some(headcount) = headcount {
        let mut dependency = InlineTable::new();
        dependency.insert("path", headcount.display().to_string().into());
        let dependencies = manifest.entry("dependencies").or_insert(Item::Table(Table::new()));
        let dependencies = dependencies.as_table_mut().context("`dependencies` is no table")?;
        ensure!(!dependencies.contains_key("headcount"), "it is a counted library already");
        dependencies.insert("headcount", toml_edit::value(dependency));
        let features = manifest.entry("features").or_insert(Item::Table(Table::new()));
        features[DISABLED] = toml_edit::value(Array::from_iter(["headcount/disabled"]));
    }
    Ok(manifest.to_string())
}

/// Gives a copy a further dependency: an attribute that leaves its item as it is.
pub(super) fn add_unchanged(copy: &Path) -> Result<()> {
    const SOURCE: &str = "#[proc_macro_attribute]\n\
        pub fn track_usage(_: proc_macro::TokenStream, item: proc_macro::TokenStream) \
        -> proc_macro::TokenStream { item }\n";
    let folder = copy.join(UNCHANGED);
    write(&folder.join("src/lib.rs"), SOURCE)?;
    let package = format!("[package]\nname = \"{UNCHANGED}\"\nedition = \"2024\"\n");
    write(&folder.join("Cargo.toml"), &format!("{package}[lib]\nproc-macro = true\n"))?;
    let manifest = copy.join("Cargo.toml");
    let text = fs::read_to_string(&manifest).context("cannot read its manifest")?;
    let mut text: DocumentMut = text.parse().context("cannot read its manifest")?;
    let mut dependency = InlineTable::new();
    dependency.insert("path", folder.display().to_string().into());
    text["dependencies"][UNCHANGED] = toml_edit::value(dependency);
    write(&manifest, &text.to_string())
}

/// What cargo knows of a manifest; fetches what it needs.
fn metadata(manifest: &Path) -> Result<Metadata> {
    let mut command = e2e::cargo(manifest);
    command.args(["metadata", "--quiet", "--format-version=1"]);
    let output = command.output().context("cannot run cargo")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(MetadataCommand::parse(String::from_utf8(output.stdout)?)?)
}

pub(super) fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)
            .with_context(|| format!("cannot remove `{}`", folder.display()))?;
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(Path::new("")))
        .and_then(|()| fs::write(path, text))
        .with_context(|| format!("cannot write `{}`", path.display()))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| format!("cannot make `{}`", to.display()))?;
    for entry in fs::read_dir(from).context("cannot list its source")? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default();
        if path.is_dir() {
            copy(&path, &to.join(name))?;
        } else if name != "Cargo.lock" && name != ".cargo-ok" {
            // Written, not copied: the file must be new to cargo, and may be read-only there.
            let bytes = fs::read(&path)?;
            fs::write(to.join(name), bytes)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_stays_but_for_what_is_added() {
        let manifest =
            "# Made by cargo.\n[package]\nname = \"a\" # a\n\n[dependencies.b]\nversion = \"1\"\n";
        assert_eq!(prepared(manifest, None).unwrap(), format!("{manifest}\n[workspace]\n"));
        let counted = prepared(manifest, Some(Path::new("/r"))).unwrap();
        assert!(counted.starts_with(
            "# Made by cargo.\n[package]\nname = \"a\" # a\n\n[dependencies]\nheadcount = { path = \"/r\" }\n"
        ), "{counted}");
        assert!(counted.ends_with("[features]\nheadcount-disabled = [\"headcount/disabled\"]\n"));
        assert!(counted.contains("[dependencies.b]\nversion = \"1\"\n"), "{counted}");
    }

    #[test]
    fn a_counted_library_is_not_counted_twice() {
        let manifest = "[dependencies]\nheadcount = \"1\"\n";
        assert!(prepared(manifest, Some(Path::new("/r"))).is_err());
    }
}
