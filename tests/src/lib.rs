//! What the end-to-end tests share: real builds of downstream programs, and clean environments.

pub mod downstream;
pub mod variant;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;
use std::{env, fs};

use headcount_sender::rule::REFUSALS;

/// Variables that decide whether headcount records, beside what refuses for everybody, or where it
/// keeps things and how it prints.
const DECISIVE: [&str; 6] =
    ["HEADCOUNT", "HEADCOUNT_HOME", "HEADCOUNT_SPOOL", "CARGO_CRATE_NAME", "NUM_JOBS", "NO_COLOR"];

/// The repository's root.
#[must_use]
#[expect(clippy::missing_panics_doc, reason = "this crate lies in a folder")]
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the root")
}

/// The target folder that all downstream builds share.
#[must_use]
pub fn fixtures() -> PathBuf {
    root().join("target/fixtures")
}

/// A command in whose environment nothing decides about recording.
pub fn clean(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for name in DECISIVE.iter().chain(&REFUSALS) {
        command.env_remove(name);
    }
    command
}

/// cargo, as a downstream user would run it.
///
/// Variables that the outer cargo sets for tests are taken out.
///
/// # Panics
/// When the manifest's path is just a name.
#[must_use]
pub fn cargo(manifest: &Path) -> Command {
    let mut command = clean(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        let is_outer = name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
        if is_outer || name == "RUSTFLAGS" || name == "CARGO_TARGET_DIR" {
            command.env_remove(name);
        }
    }
    command.current_dir(manifest.parent().expect("a manifest lies in a folder"));
    command
}

/// `cargo headcount`, in a clean environment. Arguments are to be added.
///
/// # Panics
/// When it cannot be built.
#[must_use]
pub fn cargo_headcount(manifest: &Path) -> Command {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
        success(cargo(&root().join("Cargo.toml")).args([
            "build",
            "--quiet",
            "-p",
            "cargo-headcount",
        ]));
        root().join("target/debug")
    });
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = [FOLDER.clone()].into_iter().chain(env::split_paths(&path));
    let mut command = cargo(manifest);
    command.env("PATH", env::join_paths(folders).expect("a path")).arg("headcount");
    command
}

/// Runs `cargo headcount` and returns what it says as JSON.
///
/// # Panics
/// When it fails, or says something else.
#[must_use]
pub fn headcount(arguments: &[&OsStr]) -> serde_json::Value {
    let output = success(cargo_headcount(&root().join("Cargo.toml")).args(arguments));
    serde_json::from_slice(&output.stdout).expect("`--json` prints JSON")
}

/// Builds a program of the workspace at `folder` and keeps a copy of it under a name of its own,
/// so that the next build does not replace it.
///
/// # Panics
/// When the build fails.
#[must_use]
pub fn build(folder: &Path, program: &str, arguments: &[&str], kept_as: &str) -> PathBuf {
    let _lock = variant::lock();
    let manifest = folder.join("Cargo.toml");
    let mut command = cargo(&manifest);
    command.args(["build", "--quiet", "--bin", program]).args(arguments);
    command.arg("--target-dir").arg(fixtures());
    success(&mut command);
    let profile = if arguments.contains(&"--release") { "release" } else { "debug" };
    let kept = fixtures().join("kept").join(kept_as);
    fs::create_dir_all(kept.parent().expect("a folder")).expect("cannot make the folder");
    fs::copy(fixtures().join(profile).join(program), &kept).expect("cannot keep the program");
    kept
}

/// Runs a command that has to succeed.
///
/// # Panics
/// When it does not.
pub fn success(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    output
}

/// Whether a tool is there. Where it is not, its test is [skipped](skip).
#[must_use]
pub fn has_tool(name: &str) -> bool {
    let found = env::split_paths(&env::var_os("PATH").unwrap_or_default())
        .any(|folder| folder.join(name).is_file());
    if !found {
        skip(&format!("`{name}` is missing; `cargo xtask test` installs it"));
    }
    found
}

/// Whether the tests run as root, who alone can give files away.
#[must_use]
pub fn is_root() -> bool {
    let is_root = rustix::process::geteuid().is_root();
    if !is_root {
        skip("only root can do this");
    }
    is_root
}

/// Whether a process may have mounts of its own.
#[must_use]
pub fn can_mount() -> bool {
    let mut mount = clean("unshare");
    mount.args(["--map-root-user", "--mount", "mount", "-t", "tmpfs", "none", "/tmp"]);
    let can = mount.output().is_ok_and(|output| output.status.success());
    if !can {
        skip("nothing can be mounted here; a container has to be a privileged one");
    }
    can
}

/// Says that a test cannot be run here, and why. Where `CI` is `true`, that fails it.
///
/// # Panics
/// In CI, where nobody would read what is said.
pub fn skip(why: &str) {
    let in_ci = env::var("CI").is_ok_and(|value| value == "true");
    assert!(!in_ci, "{why}; and in CI no test is skipped");
    eprintln!("skipped: {why}");
}
