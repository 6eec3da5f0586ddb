//! The browser's process, and the protocol of its developer tools, through which it is driven.
//!
//! The protocol goes over two pipes, so there is no port that anyone else could speak to, and the
//! browser ends with the test, however that ends. Messages stay JSON: clients with a type for each
//! follow one version of Chromium, and Debian's moves on.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;
use std::{env, mem, thread};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Chromium reads requests from descriptor 3 and writes answers to 4; a shell puts our pipes there.
const SHELL: &str = r#"exec "$0" "$@" 3<&0 4>&1 0</dev/null 1>/dev/null"#;

/// The pages are ours and nothing else is reachable, so the sandbox, which root and many containers
/// cannot have, would protect from nobody.
const OPTIONS: [&str; 7] = [
    "--headless",
    "--no-sandbox",
    "--remote-debugging-pipe",
    "--disable-gpu",
    "--no-first-run",
    "--no-default-browser-check",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
];

/// How long an answer may take. Machines that build beside the test are slow.
const PATIENCE: Duration = Duration::from_mins(1);

/// Something that the browser said without having been asked.
#[derive(Debug, Clone)]
pub struct Event {
    /// Such as `Network.responseReceived`.
    pub method: String,
    /// What the protocol says goes with that.
    pub params: Value,
}

/// A running browser with one tab.
#[derive(Debug)]
pub struct Chromium {
    process: Child,
    requests: Option<ChildStdin>,
    answers: Receiver<Value>,
    requested: u64,
    session: Option<String>,
    events: Vec<Event>,
    /// Its profile: every run begins with an empty one.
    _profile: TempDir,
}

impl Chromium {
    /// Where Chromium is, if it is installed.
    #[must_use]
    pub fn program() -> Option<PathBuf> {
        let folders = env::var_os("PATH").unwrap_or_default();
        env::split_paths(&folders).map(|folder| folder.join("chromium")).find(|file| file.is_file())
    }

    /// Starts a browser.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(program: &Path) -> Result<Self> {
        let profile = tempfile::tempdir()?;
        let mut process = Command::new("sh")
            .args(["-c", SHELL])
            .arg(program)
            .args(OPTIONS)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start Chromium")?;
        let requests = process.stdin.take();
        let answers = listen(process.stdout.take().context("Chromium has no output")?);
        let mut chromium = Self {
            process,
            requests,
            answers,
            requested: 0,
            session: None,
            events: Vec::new(),
            _profile: profile,
        };
        let target = chromium.call("Target.createTarget", &json!({"url": "about:blank"}))?;
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        let session = chromium.call("Target.attachToTarget", &attach)?;
        chromium.session = session["sessionId"].as_str().map(str::to_owned);
        Ok(chromium)
    }

    /// Asks the browser to do something, and waits until it has.
    ///
    /// # Errors
    /// When it says that it could not, or says nothing.
    pub fn call(&mut self, method: &str, params: &Value) -> Result<Value> {
        let id = self.send(method, params)?;
        self.answer(id).with_context(|| format!("`{method}` failed"))
    }

    /// Asks for many things at once, and waits until all are done, in their order.
    ///
    /// # Errors
    /// When one could not be done.
    pub fn call_all(
        &mut self,
        calls: impl IntoIterator<Item = (&'static str, Value)>,
    ) -> Result<()> {
        let sent: Result<Vec<_>> =
            calls.into_iter().map(|(method, params)| self.send(method, &params)).collect();
        for id in sent? {
            self.answer(id)?;
        }
        Ok(())
    }

    /// Waits until the browser says this by itself.
    ///
    /// # Errors
    /// When it does not.
    pub fn wait_for(&mut self, method: &str) -> Result<()> {
        while !self.events.iter().any(|event| event.method == method) {
            let message = self.next().with_context(|| format!("`{method}` did not come"))?;
            self.keep(message);
        }
        Ok(())
    }

    /// What it has said by itself since this was asked last.
    pub fn take_events(&mut self) -> Vec<Event> {
        mem::take(&mut self.events)
    }

    fn send(&mut self, method: &str, params: &Value) -> Result<u64> {
        self.requested += 1;
        let mut request = json!({"id": self.requested, "method": method, "params": params});
        if let Some(session) = &self.session {
            request["sessionId"] = json!(session);
        }
        let mut bytes = serde_json::to_vec(&request)?;
        bytes.push(0);
        self.requests.as_mut().context("Chromium was closed")?.write_all(&bytes)?;
        Ok(self.requested)
    }

    fn answer(&mut self, id: u64) -> Result<Value> {
        loop {
            let mut message = self.next()?;
            if message["id"] != id {
                self.keep(message);
            } else if let Some(error) = message.get("error") {
                bail!("Chromium says {error}");
            } else {
                return Ok(message["result"].take());
            }
        }
    }

    fn next(&mut self) -> Result<Value> {
        self.answers.recv_timeout(PATIENCE).context("Chromium says nothing any more")
    }

    fn keep(&mut self, mut message: Value) {
        if let Some(method) = message["method"].as_str() {
            let method = method.to_owned();
            self.events.push(Event { method, params: message["params"].take() });
        }
    }
}

impl Drop for Chromium {
    /// A closed pipe ends the browser and all processes that it has; then its profile can go.
    fn drop(&mut self) {
        drop(self.requests.take());
        let _ = self.process.wait();
    }
}

/// Messages end with a NUL each.
fn listen(output: ChildStdout) -> Receiver<Value> {
    let (sender, answers) = mpsc::channel();
    thread::spawn(move || {
        let messages = BufReader::new(output).split(0).map_while(Result::ok);
        for message in messages.filter_map(|bytes| serde_json::from_slice(&bytes).ok()) {
            if sender.send(message).is_err() {
                break;
            }
        }
    });
    answers
}
