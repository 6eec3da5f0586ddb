//! The ground that one case stands on: a folder of generated sources, and cargo run in it.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::Message;
use headcount_sender::scan::{self, Scan};
use headcount_tests::{cargo, fixtures, root, success};
use tempfile::TempDir;

/// How the sources spell the way to the repository's root.
const UP: &str = "../../../../";

/// The files of one case, by their path in its folder.
pub(crate) struct Plot {
    folder: PathBuf,
    /// A folder in no workspace.
    outside: TempDir,
    files: BTreeMap<String, String>,
}

/// What cargo said that it built.
pub(crate) struct Built {
    /// Name and version of every package that was compiled, or was fresh.
    pub(crate) packages: BTreeSet<(String, String)>,
    /// The packages that were not fresh.
    pub(crate) compiled: BTreeSet<String>,
    /// The program, unless it was only checked.
    pub(crate) program: Option<PathBuf>,
}

impl Plot {
    /// An empty folder of this name.
    pub(crate) fn new(name: &str) -> Self {
        Self {
            folder: fixtures().join("matrix").join(name),
            outside: tempfile::tempdir().expect("cannot make a folder"),
            files: BTreeMap::new(),
        }
    }

    /// The folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Adds a file.
    pub(crate) fn add(&mut self, path: &str, text: &str) {
        self.files.insert(path.to_owned(), text.to_owned());
    }

    /// Adds the library (`probe`) or the program (`app`) in a folder.
    pub(crate) fn copy(&mut self, package: &str, to: &str) {
        let from = root().join("tests/builds/matrix").join(package);
        for file in ["Cargo.toml", "Cargo.lock", "build.rs", "src/lib.rs", "src/main.rs"] {
            if let Ok(text) = fs::read_to_string(from.join(file)) {
                let root = format!("{}/", root().display());
                self.files.insert(format!("{to}/{file}"), text.replace(UP, &root));
            }
        }
    }

    /// Adds text at the end of a file.
    pub(crate) fn add_to(&mut self, path: &str, text: &str) {
        self.files.get_mut(path).expect("the file was added").push_str(text);
    }

    /// Replaces text that occurs in a file.
    pub(crate) fn replace(&mut self, path: &str, from: &str, to: &str) {
        let text = self.files.get_mut(path).expect("the file was added");
        assert!(text.contains(from), "`{from}` is not in {path}");
        *text = text.replace(from, to);
    }

    /// Moves a file.
    pub(crate) fn rename(&mut self, from: &str, to: &str) {
        let text = self.files.remove(from).expect("the file was added");
        self.files.insert(to.to_owned(), text);
    }

    /// Gives a lock file the versions that the library's own has.
    pub(crate) fn pin_as_the_library_does(&mut self, lock: &str) {
        let other = self.files["probe/Cargo.lock"].clone();
        for name in ["cfg-if", "paste", "scopeguard"] {
            let from = entry(&self.files[lock], name).to_owned();
            self.replace(lock, &from, entry(&other, name));
        }
    }

    /// Writes the files that changed; and sources and manifests always, so that rustc and the
    /// application's build script run again.
    pub(crate) fn write(&self) {
        for (path, text) in &self.files {
            let path = self.folder.join(path);
            let is_written =
                ["src/lib.rs", "src/main.rs", "Cargo.toml"].iter().any(|file| path.ends_with(file));
            if is_written || fs::read(&path).ok().as_deref() != Some(text.as_bytes()) {
                fs::create_dir_all(path.parent().expect("a folder")).expect("cannot make a folder");
                fs::write(&path, text).expect("cannot write a file");
            }
            if text.starts_with("#!") {
                success(Command::new("chmod").arg("+x").arg(&path));
            }
        }
    }

    /// Makes a folder a git repository, and what lies in it its only commit.
    pub(crate) fn commit(&self, folder: &str) {
        self.write();
        let folder = self.folder.join(folder);
        drop(fs::remove_dir_all(folder.join(".git")));
        let git = |arguments: &str| {
            let mut command = Command::new("git");
            command.current_dir(&folder).args([
                "-c",
                "user.name=x",
                "-c",
                "user.email=x@localhost",
            ]);
            success(command.args(arguments.split(' ')));
        };
        git("init --quiet");
        git("add --all");
        git("commit --quiet --message all");
    }

    /// Replaces `{here}`, `{shared}` and `{outside}` by paths.
    pub(crate) fn fill(&self, text: &str) -> OsString {
        let text = text.replace("{here}", &self.folder.display().to_string());
        let text = text.replace("{outside}", &self.outside.path().display().to_string());
        text.replace("{shared}", &fixtures().display().to_string()).into()
    }

    /// Runs cargo in a folder.
    pub(crate) fn cargo(&self, at: &str, arguments: &str, variables: &[(&str, &str)]) -> Built {
        let mut command = cargo(&self.folder.join(at).join("Cargo.toml"));
        let (subcommand, arguments) = arguments.split_once(' ').unwrap_or((arguments, ""));
        command.arg(subcommand).args(arguments.split_whitespace().map(|one| self.fill(one)));
        if subcommand != "vendor" {
            command.args(["--message-format", "json"]);
        }
        command.env("CARGO_NET_OFFLINE", "true");
        command.envs(variables.iter().map(|(name, value)| (name, self.fill(value))));
        let mut built = Built::read(&success(&mut command).stdout);
        if subcommand == "install" {
            let name = built.program.as_ref().and_then(|program| program.file_name());
            built.program = name.map(|name| self.folder.join("root/bin").join(name));
        }
        built
    }
}

impl Built {
    fn read(messages: &[u8]) -> Self {
        let mut built =
            Self { packages: BTreeSet::new(), compiled: BTreeSet::new(), program: None };
        for message in Message::parse_stream(messages) {
            let Message::CompilerArtifact(artifact) = message.expect("a message of cargo's") else {
                continue;
            };
            let package = package(&artifact.package_id.repr);
            if !artifact.fresh {
                built.compiled.insert(package.0.clone());
            }
            if artifact.executable.is_some() {
                built.program = artifact.executable.map(Into::into);
            }
            built.packages.insert(package);
        }
        built
    }

    /// The versions in which a package was built.
    pub(crate) fn versions(&self, name: &str) -> BTreeSet<&str> {
        let packages = self.packages.iter().filter(|(package, _)| package == name);
        packages.map(|(_, version)| version.as_str()).collect()
    }

    /// What the program says about itself.
    pub(crate) fn scan(&self) -> Option<Scan> {
        let scan = scan::file(self.program.as_ref()?).expect("cannot scan the program");
        assert_eq!(scan.problems, [""; 0]);
        Some(scan)
    }
}

/// The package of a lock file, as it stands there.
fn entry<'a>(lock: &'a str, name: &str) -> &'a str {
    let heading = format!("[[package]]\nname = \"{name}\"\n");
    let start = lock.find(&heading).unwrap_or_else(|| panic!("`{name}` is not locked"));
    let length = lock[start..].find("\n\n").unwrap_or(lock.len() - start);
    &lock[start..start + length]
}

/// Name and version of `SOURCE#name@version`, or of `path+file:///some/name#version`.
fn package(id: &str) -> (String, String) {
    let (source, package) = id.rsplit_once('#').expect("an id of cargo's");
    let (name, version) = package.split_once('@').unwrap_or_else(|| {
        let path = source.split('?').next().unwrap_or_default();
        (path.rsplit('/').next().unwrap_or_default(), package)
    });
    (name.to_owned(), version.to_owned())
}
