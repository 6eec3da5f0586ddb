//! Where the demo happens, and the programs that take part.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::Context;
use headcount_sender::rule::REFUSALS;
use tempfile::TempDir;
use tokio::process::Command;

use crate::line::Line;

/// The application's manifest, seen from the repository's root.
pub(crate) const APPLICATION: &str = "examples/application/Cargo.toml";

/// Where the application is built, seen from the root.
pub(crate) const APPLICATION_TARGET: &str = "target/demo";

/// How the temporary folder is called where commands are shown.
const NAME: &str = "$DEMO";

/// What could make the children record elsewhere, or build elsewhere.
const DECISIVE: [&str; 5] =
    ["HEADCOUNT", "HEADCOUNT_HOME", "HEADCOUNT_SPOOL", "HEADCOUNT_TOKEN", "CARGO_TARGET_DIR"];

/// The repository, and a temporary folder that stands for somebody's home.
pub(crate) struct Place {
    root: PathBuf,
    home: TempDir,
}

impl Place {
    /// Makes the temporary folder. It is removed when this is dropped, unless `keep`.
    pub(crate) fn new(keep: bool) -> anyhow::Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let root = root.canonicalize().context("the repository has moved; build the demo again")?;
        let mut home = tempfile::Builder::new()
            .prefix("headcount-demo-")
            .tempdir()
            .context("cannot make a temporary folder; TMPDIR says where one is made")?;
        home.disable_cleanup(keep);
        Ok(Self { root, home })
    }

    /// Removes the temporary folder.
    pub(crate) fn remove(self) -> anyhow::Result<()> {
        self.home.close().context("cannot remove the temporary folder")
    }

    /// The temporary folder.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Where the application's user works.
    pub(crate) fn files(&self) -> PathBuf {
        self.home().join("files")
    }

    /// The collector's store.
    pub(crate) fn store(&self) -> String {
        self.home().join("collector.sqlite").display().to_string()
    }

    /// The developer's own cargo, in the repository.
    pub(crate) fn cargo(&self, args: &[&str]) -> Line {
        self.line("cargo", self.clean(&cargo()), args)
    }

    /// The application, as cargo runs it when its configuration names the spool.
    pub(crate) fn application(&self, args: &[&str]) -> Line {
        let mut command = self.clean(&cargo());
        command.args(self.run_application()).current_dir(self.files());
        self.line("application", command, args)
    }

    /// What `application` stands for where commands are shown.
    pub(crate) fn application_alias(&self) -> String {
        self.shorten(&format!("alias application='cargo {}'", self.run_application().join(" ")))
    }

    /// `cargo headcount` in the temporary home, cargo's configuration included.
    pub(crate) fn headcount(&self, args: &[&str]) -> Line {
        let mut command = self.clean(&self.tool("cargo-headcount"));
        command
            .arg("headcount")
            .env("HOME", self.home())
            .env("CARGO_HOME", self.cargo_home())
            .env("HEADCOUNT_HOME", self.home().join("headcount"));
        self.line("cargo headcount", command, args)
    }

    /// A `cargo headcount` that builds, with the developer's own cargo, into `target`.
    pub(crate) fn building_headcount(&self, target: &str, args: &[&str]) -> Line {
        let mut command = self.clean(&self.tool("cargo-headcount"));
        command.arg("headcount");
        self.line("cargo headcount", command, &[args, &["--target-dir", target]].concat())
    }

    /// `headcount-collector`.
    pub(crate) fn collector(&self, args: &[&str]) -> Line {
        self.line("headcount-collector", self.clean(&self.tool("headcount-collector")), args)
    }

    /// `headcount-simulator`.
    pub(crate) fn simulator(&self, args: &[&str]) -> Line {
        self.line("headcount-simulator", self.clean(&self.tool("headcount-simulator")), args)
    }

    fn line(&self, name: &str, mut command: Command, args: &[&str]) -> Line {
        command.args(args);
        Line::new(self.shorten(&format!("{name} {}", args.join(" "))), command)
    }

    /// A command in whose environment nothing hinders recording, or leads out of this place.
    fn clean(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root);
        for name in DECISIVE.into_iter().chain(REFUSALS) {
            command.env_remove(name);
        }
        for (name, _) in env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
                command.env_remove(&name); // of the cargo that runs the demo
            }
        }
        command
    }

    fn run_application(&self) -> Vec<String> {
        let config = self.cargo_home().join("config.toml");
        let manifest = self.root.join(APPLICATION);
        let target = self.root.join(APPLICATION_TARGET);
        let [config, manifest, target] =
            [config, manifest, target].map(|path| path.display().to_string());
        [
            &["--config", &config, "run", "--quiet", "--release", "--locked"][..],
            &["--manifest-path", &manifest, "--target-dir", &target, "--"],
        ]
        .concat()
        .into_iter()
        .map(str::to_owned)
        .collect()
    }

    fn cargo_home(&self) -> PathBuf {
        self.home().join(".cargo")
    }

    fn tool(&self, name: &str) -> PathBuf {
        self.root.join("target/debug").join(name)
    }

    fn shorten(&self, text: &str) -> String {
        text.replace(&self.home().display().to_string(), NAME)
    }
}

/// Those variables of this process that would stop recording.
pub(crate) fn refusals() -> Vec<&'static str> {
    REFUSALS.into_iter().filter(|name| env::var_os(name).is_some()).collect()
}

/// The cargo that runs the demo, or else the first in `PATH`.
fn cargo() -> PathBuf {
    env::var_os("CARGO").map_or_else(|| "cargo".into(), PathBuf::from)
}
