//! The repository's own collector, serving a store that has something to show.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use anyhow::{Context, Result};
use headcount_tests::{cargo, clean, root, success};
use tempfile::TempDir;

/// A collector, as a process on a free port of the loopback, until it is dropped.
#[derive(Debug)]
pub struct Served {
    process: Child,
    origin: String,
    _folder: TempDir,
}

impl Served {
    /// Serves a store that `fill` made, at the path that it is given.
    ///
    /// # Errors
    /// When the store cannot be filled, or the collector does not start.
    ///
    /// # Panics
    /// When the collector cannot be built.
    pub fn filled(fill: impl FnOnce(&Path) -> Result<()>) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let store = folder.path().join("store.sqlite");
        fill(&store)?;
        let build = ["build", "--quiet", "-p", "headcount-collector"];
        success(cargo(&root().join("Cargo.toml")).args(build));
        let mut process = clean(root().join("target/debug/headcount-collector"))
            .args(["serve", "--listen", "127.0.0.1:0", "--store"])
            .arg(store)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut line = String::new();
        let output = process.stdout.take().context("the collector has no output")?;
        BufReader::new(output).read_line(&mut line)?;
        let origin = line.trim().strip_prefix("listening on ").context("it does not listen")?;
        let origin = origin.to_owned();
        Ok(Self { process, origin, _folder: folder })
    }

    /// Such as `http://127.0.0.1:8480`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
