//! Which shared libraries a program loads, as far as its build or it itself says where they are.

use std::collections::{BTreeSet, VecDeque};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::dynamic::Dynamic;
use super::open;

/// Most shared libraries of one program that are followed. Large desktop programs have some hundred.
const MAX_LIBRARIES: usize = 4096;

/// The shared libraries that a program needs, directly or through one another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SharedLibraries {
    /// Those that were found, in the order in which the loader takes them.
    pub found: Vec<SharedLibrary>,
    /// Names of the others, which the loader takes from the system.
    pub elsewhere: BTreeSet<String>,
    /// What could not be used: one sentence each. Unless it is empty, more may be needed.
    pub problems: Vec<String>,
}

/// A shared library that a program needs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SharedLibrary {
    /// The name under which it is needed.
    pub name: String,
    /// The file.
    pub path: PathBuf,
}

/// Follows what an ELF file needs, as its loader would: through the folders that the files name
/// (`DT_RUNPATH`, `DT_RPATH`, with `$ORIGIN`), and then, when the binary lies in cargo's target
/// folder, through those that `cargo run` adds. What belongs to the system is not looked for.
///
/// Nothing is found for a file of another kind, or one that cannot be read; scanning it says why.
#[must_use]
pub fn shared_libraries(binary: &Path) -> SharedLibraries {
    // The system tells the loader where a program really is.
    let binary = binary.canonicalize().unwrap_or_else(|_| binary.to_owned());
    let build = build_folders(&binary);
    let mut libraries = SharedLibraries::default();
    let mut seen = BTreeSet::new();
    let mut open = VecDeque::from([Loaded { path: binary, inherited: Vec::new() }]);
    while let Some(loaded) = open.pop_front() {
        let dynamic = match loaded.dynamic() {
            Ok(dynamic) => dynamic,
            Err(problem) => {
                libraries.problems.push(problem);
                continue;
            }
        };
        let (folders, inherited) = loaded.folders(&dynamic);
        for name in dynamic.needed {
            if seen.len() == MAX_LIBRARIES {
                libraries
                    .problems
                    .push("it needs more shared libraries than any program does".into());
                return libraries;
            }
            if !seen.insert(name.clone()) {
                continue;
            }
            match find(&name, folders.iter().chain(&build)) {
                Some(path) => {
                    open.push_back(Loaded { path: path.clone(), inherited: inherited.clone() });
                    libraries.found.push(SharedLibrary { name, path });
                }
                None => drop(libraries.elsewhere.insert(name)),
            }
        }
    }
    libraries
}

/// A file that the loader has taken.
struct Loaded {
    path: PathBuf,
    /// `DT_RPATH` of the files that need it.
    inherited: Vec<PathBuf>,
}

impl Loaded {
    /// What it needs. The error is a sentence.
    fn dynamic(&self) -> Result<Dynamic, String> {
        let Ok((file, _)) = open(&self.path) else { return Ok(Dynamic::default()) };
        Dynamic::read(&file).map_err(|error| {
            let name = self.path.file_name().unwrap_or_default().display();
            format!("which shared libraries `{name}` needs cannot be read: {error}")
        })
    }

    /// Where the loader looks for what this file needs, and what it passes on to those files.
    fn folders(&self, dynamic: &Dynamic) -> (Vec<PathBuf>, Vec<PathBuf>) {
        let of = |list: &Option<String>| self.expand(list.as_deref().unwrap_or_default());
        if dynamic.runpath.is_some() {
            return (of(&dynamic.runpath), self.inherited.clone());
        }
        let inherited = [of(&dynamic.rpath), self.inherited.clone()].concat();
        (inherited.clone(), inherited)
    }

    /// The folders of a list such as `$ORIGIN/../lib:/opt/lib`.
    fn expand(&self, list: &str) -> Vec<PathBuf> {
        let origin = self.path.parent().unwrap_or(Path::new("/"));
        let folders = list.split(':').map(|folder| {
            let rest =
                ["$ORIGIN", "${ORIGIN}"].into_iter().find_map(|word| folder.strip_prefix(word));
            match rest {
                Some(rest) => origin.join(rest.trim_start_matches('/')),
                None => PathBuf::from(folder),
            }
        });
        // What is relative depends on from where the program is run.
        folders.filter(|folder| folder.is_absolute()).collect()
    }
}

/// The folders of a build in which `cargo run` has the loader look; none unless the binary lies in a
/// target folder.
fn build_folders(binary: &Path) -> Vec<PathBuf> {
    let Some(folder) = binary.parent() else { return Vec::new() };
    let is_within =
        ["deps", "examples"].map(OsStr::new).contains(&folder.file_name().unwrap_or_default());
    let output = if is_within { folder.parent().unwrap_or(folder) } else { folder };
    let deps = output.join("deps");
    if deps.is_dir() { vec![deps, output.to_owned()] } else { Vec::new() }
}

fn find<'a>(name: &str, mut folders: impl Iterator<Item = &'a PathBuf>) -> Option<PathBuf> {
    let found = if name.contains('/') {
        // A path, which is not searched for. What is relative depends on from where one runs it.
        Some(PathBuf::from(name)).filter(|path| path.is_absolute() && path.is_file())
    } else {
        folders.find_map(|folder| Some(folder.join(name)).filter(|path| path.is_file()))
    };
    found.map(|path| path.canonicalize().unwrap_or(path))
}
