//! The real binary, on a store of its own and a free port of the loopback.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

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

    /// Runs a command on this folder's store.
    pub(crate) fn command(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(BINARY);
        command.args(arguments).arg("--store").arg(self.store()).output().unwrap()
    }

    /// Makes a token for `counted`.
    pub(crate) fn add_token(&self) -> String {
        let output = self.command(&["token", "add", "counted"]);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// The store is what a collector would have written.
    #[track_caller]
    pub(crate) fn check(&self) {
        let output = self.command(&["check"]);
        assert!(output.status.success(), "{output:?}");
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
        Self::try_start(program, arguments).expect("it ended before it listened")
    }

    /// The same, of one that may end before it listens.
    pub(crate) fn try_start(program: impl AsRef<OsStr>, arguments: &[String]) -> Option<Self> {
        let mut command = Command::new(program);
        let mut process = command.args(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://").unwrap_or("").to_owned();
        let serving = Self { process, address };
        (!serving.address.is_empty()).then_some(serving)
    }

    /// One request on one connection: the status and the body of the response.
    ///
    /// `headers` end with a line break, each.
    pub(crate) fn request(
        &self,
        head: &str,
        headers: &str,
        body: &(impl AsRef<[u8]> + ?Sized),
    ) -> (u16, String) {
        request(&self.address, head, headers, body.as_ref()).unwrap()
    }

    /// Registers `counted` 1.0.0, whose one site is `a`; returns the status.
    pub(crate) fn register(&self, token: &str) -> u16 {
        let sites = json!({"a": {"kind": "fn", "deprecated": {}}});
        let manifest = json!({
            "headcount": 1, "library": "counted", "version": "1.0.0", "features": [],
            "sites": sites,
        });
        let authorization = format!("authorization: Bearer {token}\r\n");
        let head = "PUT /v1/libraries/counted/manifests/1.0.0";
        self.request(head, &authorization, &manifest.to_string()).0
    }

    /// How many sections called `a`.
    pub(crate) fn called(&self) -> Value {
        let (status, body) = self.request("GET /v1/libraries/counted/removal", "", "");
        assert_eq!(status, 200, "{body}");
        let answer: Value = serde_json::from_str(&body).unwrap();
        answer["sites"][0]["called"]["count"].clone()
    }

    /// Tells it to stop, and waits until it has.
    pub(crate) fn stop(mut self) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").arg(&id).status().unwrap().success());
        assert_eq!(self.process.wait().unwrap().code(), Some(0));
    }
}

/// One request to an address, on one connection, if it is answered.
///
/// The request leaves in one piece: a collector that refuses it early closes before the rest of it is
/// written. The reset that follows unread bytes comes after the response, and takes nothing of it.
pub(crate) fn request(
    address: &str,
    head: &str,
    headers: &str,
    body: &[u8],
) -> io::Result<(u16, String)> {
    let length = body.len();
    let head = format!("{head} HTTP/1.1\r\nhost: localhost\r\nconnection: close");
    let head = format!("{head}\r\ncontent-length: {length}\r\n{headers}\r\n");
    exchange(address, &[head.as_bytes(), body].concat())
}

/// The same with a request that is put together already.
pub(crate) fn exchange(address: &str, request: &[u8]) -> io::Result<(u16, String)> {
    let mut stream = TcpStream::connect(address)?;
    if let Err(error) = stream.write_all(request) {
        assert!(matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe));
    }
    let mut response = Vec::new();
    if let Err(error) = stream.read_to_end(&mut response) {
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    }
    let response = String::from_utf8(response).unwrap();
    let (head, body) = response.split_once("\r\n\r\n").ok_or(ErrorKind::UnexpectedEof)?;
    Ok((head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned()))
}

/// Whether a tool that a test needs can be run as `arguments` say; where it has to be, it can.
pub(crate) fn can_run(program: &str, arguments: &[&str]) -> bool {
    let probe = Command::new(program).args(arguments).output();
    let can = probe.is_ok_and(|output| output.status.success());
    assert!(can || std::env::var("CI").as_deref() != Ok("true"), "CI needs {program}");
    if !can {
        eprintln!("skipped: {program} cannot be run here");
    }
    can
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
