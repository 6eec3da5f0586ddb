//! One downstream workspace, built in many ways.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use cargo_metadata::Message;

use crate::{cargo, fixtures, success};

/// Builds packages as `arguments` say, and keeps copies of all that came out, in a folder of their
/// own: the next variant replaces the originals.
///
/// With `flags` for rustc, dependencies that run on the host are built without them, and so shared
/// by all variants.
///
/// # Panics
/// When the build fails.
#[must_use]
pub fn build_variant(folder: &Path, arguments: &[&str], flags: &str, kept_as: &str) -> PathBuf {
    let kept = fixtures().join("kept").join(kept_as);
    let _lock = lock();
    let mut command = cargo(&folder.join("Cargo.toml"));
    command.args(["build", "--quiet", "--locked", "--message-format=json-render-diagnostics"]);
    command.args(arguments).arg("--target-dir").arg(fixtures());
    if !flags.is_empty() {
        command.args(["--target", "host-tuple"]).env("RUSTFLAGS", flags);
    }
    let output = success(&mut command);
    let _ = fs::remove_dir_all(&kept);
    fs::create_dir_all(&kept).expect("cannot make the folder");
    for message in Message::parse_stream(&*output.stdout) {
        let Message::CompilerArtifact(artifact) = message.expect("cargo says JSON") else {
            continue;
        };
        if Path::new(&artifact.manifest_path).starts_with(folder) {
            for file in artifact.executable.iter().chain(&artifact.filenames) {
                let name = file.file_name().expect("a name");
                fs::copy(file, kept.join(name)).expect("cannot keep what was built");
            }
        }
    }
    kept
}

/// Whoever holds it is alone with what a build leaves in the shared target folder.
///
/// # Panics
/// When the lock cannot be made.
#[must_use]
pub fn lock() -> File {
    fs::create_dir_all(fixtures()).expect("cannot make the folder");
    let file = File::create(fixtures().join("kept.lock")).expect("cannot make the lock");
    file.lock().expect("cannot lock");
    file
}
