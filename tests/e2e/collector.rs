//! The repository's own collector, as a process at a given address.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

use headcount_tests::{cargo, clean, root, success};
use serde_json::Value;
use tempfile::TempDir;

static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| {
    let build = ["build", "--quiet", "-p", "headcount-collector"];
    success(cargo(&root().join("Cargo.toml")).args(build));
    root().join("target/debug/headcount-collector")
});

/// A collector and its store; it serves while it is told to.
pub(crate) struct Collector {
    url: String,
    folder: TempDir,
    process: Option<Child>,
}

impl Collector {
    /// A collector at an address; with port 0, at a free one from the first time it serves.
    pub(crate) fn new(url: &str) -> Self {
        Self { url: url.to_owned(), folder: tempfile::tempdir().unwrap(), process: None }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Registers a version of a library.
    pub(crate) fn register(&self, library: &str, version: &str, manifest: &Value) {
        let token = success(&mut self.command(&["token", "add", library])).stdout;
        let token = String::from_utf8(token).unwrap();
        let url = format!("{}/v1/libraries/{library}/manifests/{version}", self.url);
        let request = ureq::put(url).header("authorization", format!("Bearer {}", token.trim()));
        request.send_json(manifest).expect("a manifest is taken");
    }

    /// What is answered at a path.
    pub(crate) fn get(&self, path: &str) -> Value {
        let mut response = ureq::get(format!("{}{path}", self.url)).call().expect("an answer");
        response.body_mut().read_json().expect("JSON")
    }

    /// Begins to serve. The address may be another checkout's for a while, where that is tested too.
    pub(crate) fn start(&mut self) {
        self.start_with(&["--sections-per-prefix", "100000"]);
    }

    /// Likewise, with further arguments.
    pub(crate) fn start_with(&mut self, arguments: &[&str]) {
        let listen = self.url.strip_prefix("http://").unwrap().to_owned();
        let begun = Instant::now();
        loop {
            let mut serve = self.command(&["serve", "--listen", &listen, "--publish-at", "1"]);
            serve.args(arguments);
            let mut process = serve.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
            let mut line = String::new();
            BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
            if let Some(url) = line.strip_prefix("listening on ") {
                url.trim().clone_into(&mut self.url);
                self.process = Some(process);
                return;
            }
            process.wait().unwrap();
            assert!(begun.elapsed() < Duration::from_mins(3), "{listen} is in use");
            thread::sleep(Duration::from_millis(200));
        }
    }

    /// Serves no longer.
    pub(crate) fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = clean(&*PROGRAM);
        command.args(arguments).arg("--store").arg(self.folder.path().join("store.sqlite"));
        command
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.stop();
    }
}
