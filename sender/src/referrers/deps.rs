//! Finds the rlibs of a build when only its executable is given.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::{Crate, Rlib};

/// The folder of a build's rlibs, and those rlibs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deps {
    /// Cargo's `deps` folder.
    pub folder: PathBuf,
    /// The newest rlib of each library target, which need not be the one that was linked.
    pub rlibs: Vec<Rlib>,
}

/// Looks for cargo's `deps` folder beside an executable, and takes the newest rlib of each name.
///
/// `None` when the executable does not lie in a target folder, or the rlibs are gone.
#[must_use]
pub fn beside(executable: &Path) -> Option<Deps> {
    let folder = executable.parent()?;
    let is_deps = folder.file_name() == Some(OsStr::new("deps"));
    let is_within = is_deps || folder.file_name() == Some(OsStr::new("examples"));
    let candidates = [Some(folder.join("deps")), is_within.then(|| folder.join("../deps"))];
    candidates.into_iter().flatten().find_map(|folder| {
        let rlibs = newest_rlibs(&folder);
        (!rlibs.is_empty()).then(|| Deps { folder: folder.canonicalize().unwrap_or(folder), rlibs })
    })
}

fn newest_rlibs(folder: &Path) -> Vec<Rlib> {
    let mut newest: BTreeMap<String, (SystemTime, PathBuf)> = BTreeMap::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let Some(name) = library_name(&path) else { continue };
        let Ok(time) = entry.metadata().and_then(|metadata| metadata.modified()) else { continue };
        let candidate = (time, path);
        let best = newest.entry(name).or_insert_with(|| candidate.clone());
        if candidate > *best {
            *best = candidate;
        }
    }
    let rlib = |(name, (_, path)): (String, (SystemTime, PathBuf))| {
        let krate = published(&path, &name).unwrap_or(Crate { name, version: None });
        Rlib { krate, path }
    };
    newest.into_iter().map(rlib).collect()
}

/// `serde_json` of `libserde_json-0123456789abcdef.rlib`.
fn library_name(path: &Path) -> Option<String> {
    let stem = path.file_name()?.to_str()?.strip_prefix("lib")?.strip_suffix(".rlib")?;
    let (name, hash) = stem.rsplit_once('-')?;
    hash.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| name.to_owned())
}

/// Name and version of a published package, from the folder of its source that the dep-info file
/// names: `.../registry/src/.../serde_json-1.0.145/src/lib.rs`.
fn published(rlib: &Path, name: &str) -> Option<Crate> {
    let dep_info = rlib.with_file_name(rlib.file_stem()?.to_str()?.strip_prefix("lib")?);
    let text = fs::read_to_string(dep_info.with_extension("d")).ok()?;
    let source = Path::new(text.split_once(": ")?.1.split_whitespace().next()?);
    let is_published = source.ancestors().any(|folder| folder.ends_with("registry/src"));
    let package = |folder: &Path| package(folder.file_name()?.to_str()?, name);
    is_published.then(|| source.ancestors().find_map(package)).flatten()
}

/// The package and its version, if a folder's name is made of the library's name and a version.
fn package(folder: &str, library: &str) -> Option<Crate> {
    let (package, version) = folder.split_at_checked(library.len())?;
    let version = version.strip_prefix('-').filter(|version| is_version(version))?;
    (package.replace('-', "_") == library)
        .then(|| Crate { name: package.to_owned(), version: Some(version.to_owned()) })
}

fn is_version(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit()) && text.split('.').count() >= 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_library(file: &str, name: Option<&str>) {
        assert_eq!(library_name(Path::new(file)).as_deref(), name);
    }

    #[test]
    fn names_of_rlibs() {
        check_library("deps/libserde_json-5e0df72474eb6bdf.rlib", Some("serde_json"));
        check_library("deps/libserde_json-5e0df72474eb6bdf.rmeta", None);
        check_library("libnative.a", None);
        check_library("libplain.rlib", None);
    }

    #[test]
    fn names_of_package_folders() {
        let known = |name: &str, version: &str| {
            Some(Crate { name: name.to_owned(), version: Some(version.to_owned()) })
        };
        assert_eq!(package("pki-types-1.15.1", "pki_types"), known("pki-types", "1.15.1"));
        assert_eq!(package("a-1.0.0-rc.1+b", "a"), known("a", "1.0.0-rc.1+b"));
        assert_eq!(package("serde-json-1.0.0", "serde"), None);
        assert_eq!(package("src", "serde"), None);
    }
}
