//! A library of somebody's that depends on this checkout's headcount, from crates.io as it believes.

use std::fs;
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A folder for one library. It is gone when this is dropped.
pub(crate) struct Library {
    folder: TempDir,
}

impl Library {
    /// An empty folder in which a dependency on headcount means this checkout, at the versions of
    /// everything else that this checkout is tested with.
    pub(crate) fn new() -> Self {
        let library = Self { folder: TempDir::new().unwrap() };
        let patch = |name: &str, folder: &str| {
            format!("{name}.path = '{}'\n", root().join(folder).display())
        };
        let patches = [
            patch("headcount", "runtime"),
            patch("headcount-macros", "macros"),
            patch("headcount-build", "build-support"),
        ];
        library.write(".cargo/config.toml", &format!("[patch.crates-io]\n{}", patches.concat()));
        library.write("Cargo.lock", &fs::read_to_string(root().join("Cargo.lock")).unwrap());
        library
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file and the folders that it is in.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// `cargo headcount ARGUMENTS` in the folder.
    pub(crate) fn headcount(&self, arguments: &[&str]) -> Output {
        self.headcount_answered("", arguments)
    }

    /// The same, by somebody who answers what it asks.
    pub(crate) fn headcount_answered(&self, answer: &str, arguments: &[&str]) -> Output {
        let program = env!("CARGO_BIN_EXE_cargo-headcount");
        let mut command = self.command(program, &[&["headcount"], arguments].concat());
        let mut input = tempfile::tempfile().unwrap();
        input.write_all(answer.as_bytes()).unwrap();
        input.rewind().unwrap();
        command.stdin(input).output().unwrap()
    }

    /// A program in the folder, without anything that would change a build.
    pub(crate) fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.path());
        for name in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "HEADCOUNT_TOKEN"] {
            command.env_remove(name);
        }
        command.env("CARGO_TARGET_DIR", root().join("target/fixtures"));
        command.env("CARGO_NET_OFFLINE", "true");
        command.env("CARGO_TERM_COLOR", "never");
        command
    }
}

/// This checkout.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}
