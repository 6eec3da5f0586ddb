//! The real binary, on a store of its own and a free port of the loopback.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use headcount_report::Week;
use jiff::Timestamp;
use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_headcount-collector");

/// A folder for one store.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn store(&self) -> PathBuf {
        self.path("store.sqlite")
    }

    /// The arguments that serve this folder's store.
    pub(crate) fn serve(&self) -> Vec<String> {
        let store = self.store().display().to_string();
        ["serve", "--listen", "127.0.0.1:0", "--publish-at", "1", "--store", &store]
            .map(str::to_owned)
            .to_vec()
    }
}

/// A collector that serves until it is dropped.
pub(crate) struct Serving {
    pub(crate) process: Child,
    pub(crate) address: String,
}

impl Serving {
    /// Starts a collector, perhaps under another program, and waits until it listens.
    pub(crate) fn start(program: impl AsRef<OsStr>, arguments: &[String]) -> Self {
        let mut command = Command::new(program);
        let mut process = command.args(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://").unwrap().to_owned();
        Self { process, address }
    }

    /// One request on one connection: the status and the body of the response.
    ///
    /// `headers` end with a line break, each. The request leaves in one piece: a collector that
    /// refuses it early closes before the rest of it is written. The reset that follows unread
    /// bytes comes after the response, and takes nothing of it.
    pub(crate) fn request(
        &self,
        head: &str,
        headers: &str,
        body: &(impl AsRef<[u8]> + ?Sized),
    ) -> (u16, String) {
        let body = body.as_ref();
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        let head = format!("{head} HTTP/1.1\r\nhost: localhost\r\nconnection: close");
        let head = format!("{head}\r\ncontent-length: {length}\r\n{headers}\r\n");
        if let Err(error) = stream.write_all(&[head.as_bytes(), body].concat()) {
            assert!(matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe));
        }
        let mut response = Vec::new();
        if let Err(error) = stream.read_to_end(&mut response) {
            assert_eq!(error.kind(), ErrorKind::ConnectionReset);
        }
        let response = String::from_utf8(response).unwrap();
        let (head, body) = response.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(crate) fn running_week() -> Week {
    Week::at(Timestamp::now())
}

/// A report of one section of `counted` 1.0.0, which calls `a`.
pub(crate) fn report(id: u32) -> String {
    let section = json!({
        "id": format!("{id:032x}"), "library": "counted", "version": "1.0.0",
        "origin": "developer", "scanned": true, "rustc": ["1.95"],
        "sites": {"a": ["linked", "called"]},
    });
    let report: Value = json!({"headcount": 1, "week": running_week(), "sections": [section]});
    report.to_string()
}
