//! The files of a library, found as rustc finds them: from the root, along `mod name;`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::annotate::{self, Annotated, Module};

/// The files of a library and what stays without annotation in them.
#[derive(Debug)]
pub(super) struct Sources {
    /// Where they are read from.
    plain: PathBuf,
    /// The root, relative to the package's folder.
    root: PathBuf,
    /// Functions to be left out, by file and line of the name.
    left_out: BTreeMap<PathBuf, BTreeSet<usize>>,
    /// Roots of tests that include files of the library.
    tests: BTreeSet<PathBuf>,
}

/// What became of all files, by path relative to the package's folder.
#[derive(Debug, Default)]
pub(super) struct AllAnnotated {
    pub(super) files: BTreeMap<PathBuf, Annotated>,
    /// Roots of tests that are counted libraries now, too.
    tests: BTreeMap<PathBuf, String>,
    /// Files that the annotator does not understand: one sentence each.
    pub(super) problems: Vec<String>,
}

impl Sources {
    pub(super) fn new(plain: &Path, root: &Path) -> Self {
        Self {
            plain: plain.to_owned(),
            root: root.to_owned(),
            left_out: BTreeMap::new(),
            tests: BTreeSet::new(),
        }
    }

    /// Leaves out a function from now on.
    pub(super) fn leave_out(&mut self, file: &Path, line: usize) {
        self.left_out.entry(file.to_owned()).or_default().insert(line);
    }

    /// Makes the root of a test a counted library: it includes files of this one. Says whether that
    /// is news.
    pub(super) fn include_test(&mut self, root: &Path) -> bool {
        self.tests.insert(root.to_owned())
    }

    /// Annotates all files.
    pub(super) fn annotate(&self) -> Result<AllAnnotated> {
        let mut all = AllAnnotated::default();
        for test in &self.tests {
            let text = fs::read_to_string(self.plain.join(test)).context("cannot read a test")?;
            all.tests.insert(test.clone(), annotate::library_only(&text)?);
        }
        let mut pending = vec![Place { file: self.root.clone(), owns_folder: true }];
        while let Some(place) = pending.pop() {
            if all.files.contains_key(&place.file) {
                continue;
            }
            let text = fs::read_to_string(self.plain.join(&place.file))
                .with_context(|| format!("cannot read `{}`", place.file.display()))?;
            let none = BTreeSet::new();
            let left_out = self.left_out.get(&place.file).unwrap_or(&none);
            match annotate::file(&text, place.file == self.root, left_out) {
                Ok(annotated) => {
                    let files = annotated.modules.iter().flat_map(|module| place.files(module));
                    pending.extend(files.filter(|place| self.plain.join(&place.file).is_file()));
                    all.files.insert(place.file, annotated);
                }
                Err(error) => all.problems.push(format!("{}: {error:#}", place.file.display())),
            }
        }
        Ok(all)
    }
}

impl AllAnnotated {
    /// Writes the files into a copy of the package.
    pub(super) fn write(&self, folder: &Path) -> Result<()> {
        self.write_replaced(folder, str::to_owned)
    }

    /// Writes the files into a copy of the package, with something else instead of annotations.
    pub(super) fn write_replaced(&self, folder: &Path, replace: fn(&str) -> String) -> Result<()> {
        let files = self.files.iter().map(|(file, annotated)| (file, &annotated.text));
        for (file, text) in files.chain(&self.tests) {
            write(&folder.join(file), &replace(text))?;
        }
        Ok(())
    }

    /// Tests that are counted libraries now, too.
    pub(super) fn tests(&self) -> Vec<String> {
        self.tests.keys().map(|file| file.display().to_string()).collect()
    }

    /// How many functions are annotated.
    pub(super) fn functions(&self) -> usize {
        self.files.values().map(|annotated| annotated.functions.len()).sum()
    }

    /// How many functions are `const`.
    pub(super) fn constant(&self) -> usize {
        self.files.values().map(|annotated| annotated.constant).sum()
    }
}

/// Writes a file. What stays is not written, or cargo would build it anew.
fn write(path: &Path, text: &str) -> Result<()> {
    if fs::read_to_string(path).is_ok_and(|written| written == text) {
        return Ok(());
    }
    fs::write(path, text).with_context(|| format!("cannot write `{}`", path.display()))
}

/// A file of the library.
struct Place {
    file: PathBuf,
    /// Whether the files of its modules lie beside it, and not in a folder of its name.
    owns_folder: bool,
}

impl Place {
    /// Where the file of a module may lie.
    fn files(&self, module: &Module) -> Vec<Self> {
        let beside = self.file.parent().unwrap_or(Path::new("")).to_owned();
        let own = if self.owns_folder {
            beside.clone()
        } else {
            beside.join(self.file.file_stem().unwrap_or_default())
        };
        let folder = module.inside.iter().fold(own, |folder, name| folder.join(name));
        let base = if module.inside.is_empty() { &beside } else { &folder };
        let named =
            module.paths.iter().map(|path| Self { file: base.join(path), owns_folder: true });
        let name = module.name.strip_prefix("r#").unwrap_or(&module.name);
        let usual = [
            Self { file: folder.join(format!("{name}.rs")), owns_folder: false },
            Self { file: folder.join(name).join("mod.rs"), owns_folder: true },
        ];
        named.chain(usual).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(file: &str, owns_folder: bool, module: &Module) -> Vec<String> {
        let place = Place { file: file.into(), owns_folder };
        place.files(module).into_iter().map(|place| place.file.display().to_string()).collect()
    }

    fn module(inside: &[&str], paths: &[&str]) -> Module {
        let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
        Module { name: "b".to_owned(), paths: texts(paths), inside: texts(inside) }
    }

    #[test]
    fn modules_lie_where_rustc_looks_for_them() {
        assert_eq!(files("src/lib.rs", true, &module(&[], &[])), ["src/b.rs", "src/b/mod.rs"]);
        assert_eq!(files("src/a.rs", false, &module(&[], &[])), ["src/a/b.rs", "src/a/b/mod.rs"]);
        assert_eq!(
            files("src/a.rs", false, &module(&["c"], &[])),
            ["src/a/c/b.rs", "src/a/c/b/mod.rs"]
        );
        assert_eq!(files("src/a.rs", false, &module(&[], &["d.rs"]))[0], "src/d.rs");
        assert_eq!(files("src/a.rs", false, &module(&["c"], &["d.rs"]))[0], "src/a/c/d.rs");
    }
}
