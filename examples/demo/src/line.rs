//! One command: shown as a person would type it, then run.

use std::ffi::OsStr;
use std::process::Stdio;

use anyhow::{Context, bail, ensure};
use tokio::process::{Child, Command};

use crate::narrate;

/// A command and the text that stands for it. Its process ends with this one.
pub(crate) struct Line {
    text: String,
    command: Command,
}

impl Line {
    pub(crate) fn new(text: String, mut command: Command) -> Self {
        command.stdin(Stdio::null()).kill_on_drop(true);
        Self { text, command }
    }

    /// What is shown.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Shows another text.
    pub(crate) fn shown_as(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }

    /// Sets a variable for the process, without showing it.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs it, its output being the reader's.
    pub(crate) async fn run(mut self) -> anyhow::Result<()> {
        narrate::command(&self.text);
        let status = self.command.status().await.with_context(|| cannot_run(&self.text))?;
        ensure!(status.success(), "`{}` failed ({status}); what it said stands above", self.text);
        Ok(())
    }

    /// Runs it and returns what it prints; only its errors are the reader's.
    pub(crate) async fn output(mut self) -> anyhow::Result<String> {
        narrate::command(&self.text);
        self.command.stderr(Stdio::inherit());
        let output = self.command.output().await.with_context(|| cannot_run(&self.text))?;
        if !output.status.success() {
            bail!("`{}` failed ({}); what it said stands above", self.text, output.status);
        }
        String::from_utf8(output.stdout).with_context(|| format!("`{}` prints no text", self.text))
    }

    /// Starts it and leaves it running; its standard output is the caller's to read.
    pub(crate) fn spawn(mut self) -> anyhow::Result<Child> {
        narrate::command(&self.text);
        // A group of its own: Ctrl-C reaches the demo alone, which then ends its children.
        self.command.stdout(Stdio::piped()).process_group(0);
        self.command.spawn().with_context(|| cannot_run(&self.text))
    }
}

fn cannot_run(text: &str) -> String {
    format!("cannot run `{text}`")
}
