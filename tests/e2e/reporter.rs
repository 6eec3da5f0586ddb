//! An application reports what it does by itself.

mod end;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use headcount_report::{Fact, Origin, Report, Week};
use headcount_tests::clean;
use jiff::Timestamp;
use serde_json::Value;
use tempfile::TempDir;

use crate::collector::Collector;

/// Something like a server.
const SERVER: &str = env!("CARGO_BIN_EXE_server");

/// The collector that the server's library names.
const URL: &str = "http://127.84.72.1:8472";

/// The server's library.
const LIBRARY: &str = env!("CARGO_PKG_NAME");
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A folder that somebody made for the reporter.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Starts a server that reports from here.
    fn server(&self) -> Server {
        Server::start(self.0.path(), &[])
    }

    /// What is in a folder, sorted.
    fn names(&self, folder: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.0.path().join(folder)) else { return Vec::new() };
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }

    /// The reports in a folder, by name.
    fn reports(&self, folder: &str) -> Vec<(String, Vec<u8>)> {
        let names = self.names(folder).into_iter();
        let reports = names.filter_map(|name| Some(name.strip_suffix(".json")?.to_owned()));
        let folder = self.0.path().join(folder);
        let read = |name: &String| fs::read(folder.join(format!("{name}.json"))).unwrap();
        reports.map(|name| (name.clone(), read(&name))).collect()
    }

    /// Lets two weeks pass, so that what was recorded in this one is due on every machine.
    fn pass_two_weeks(&self) {
        let spool = self.0.path().join("spool");
        for name in self.names("spool") {
            if let Some(week) = name.strip_suffix(".spool") {
                let earlier = week.parse::<Week>().unwrap().plus(-2);
                fs::rename(spool.join(&name), spool.join(format!("{earlier}.spool"))).unwrap();
            }
        }
    }

    /// Lets the pause after a failure pass.
    fn pass_the_pause(&self) {
        for (name, _) in self.reports("outbox") {
            let path = self.0.path().join("outbox").join(format!("{name}.about"));
            let mut about: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            let due: Timestamp = about["due"].as_str().unwrap().parse().unwrap();
            assert!(due > Timestamp::now(), "no pause: {about}");
            about["due"] = Timestamp::now().to_string().into();
            fs::write(&path, about.to_string()).unwrap();
        }
    }
}

struct Server {
    process: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Server {
    fn start(home: &Path, variables: &[(&str, &str)]) -> Self {
        Self::of(clean(SERVER).arg(home).arg(URL).envs(variables.iter().copied()))
    }

    fn of(command: &mut Command) -> Self {
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        Self { input: process.stdin.take(), process, output }
    }

    fn ask(&mut self, request: &str) -> String {
        writeln!(self.input.as_mut().unwrap(), "{request}").unwrap();
        let mut answer = String::new();
        self.output.read_line(&mut answer).unwrap();
        answer.trim_end().to_owned()
    }

    /// What became of each report that it sent.
    fn outcomes(&mut self) -> Vec<String> {
        let sent: Value = serde_json::from_str(&self.ask("state")).unwrap();
        let sent = sent.as_array().unwrap().iter();
        sent.map(|one| one["outcome"].as_str().unwrap().to_owned()).collect()
    }

    /// Lets it end by itself.
    fn end(mut self) {
        self.input = None;
        assert!(self.process.wait().unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn manifest() -> Value {
    serde_json::json!({
        "headcount": 1, "library": LIBRARY, "version": VERSION, "features": [],
        "sites": {"get": {"kind": "fn"}, "post": {"kind": "fn", "deprecated": {"since": "0.1.0"}}},
    })
}

fn facts(report: &Report, site: &str) -> Vec<Fact> {
    let [section] = report.sections.as_slice() else { panic!("one section") };
    section.sites.get(site).map(|facts| facts.iter().collect()).unwrap_or_default()
}

/// Everything about delivery, on one collector, because its address is in the server's binary.
#[test]
fn what_servers_do_arrives_once() {
    let home = Home::new();
    let mut collector = Collector::new(URL);

    // Two processes record. Nothing leaves before the week is over.
    let (mut one, mut other) = (home.server(), home.server());
    assert_eq!(one.ask("get 149"), "done");
    assert_eq!(other.ask("post 1"), "done");
    assert_eq!((one.outcomes(), other.outcomes()), (vec![], vec![]));
    // The second answer is of a reporter that is dropped: its thread has ended.
    assert_eq!(one.ask("stop"), "server");
    one.end();
    other.end();
    home.pass_two_weeks();

    // Nobody listens: the report waits, and stays as it is. However often servers start, they do
    // not ask again at once.
    let mut server = home.server();
    assert_eq!(server.outcomes(), ["kept"]);
    server.end();
    let waiting = home.reports("outbox");
    let mut server = home.server();
    assert_eq!(server.outcomes(), [] as [&str; 0]);
    server.end();
    home.pass_the_pause();
    let mut server = home.server();
    assert_eq!(server.outcomes(), ["kept"]);
    server.end();
    assert_eq!(home.reports("outbox"), waiting);
    home.pass_the_pause();

    // One report of both, sent by one of two that try together.
    collector.start();
    collector.register(LIBRARY, VERSION, &manifest());
    let (mut one, mut other) = (home.server(), home.server());
    let outcomes = [one.outcomes(), other.outcomes()].concat();
    assert_eq!(outcomes, ["taken"]);
    assert_eq!(home.reports("sent"), waiting);
    assert_eq!(home.reports("outbox"), []);

    one.end();
    other.end();

    let [(_, report)] = waiting.as_slice() else { panic!("one report") };
    let report = Report::decode(report).unwrap();
    let [section] = report.sections.as_slice() else { panic!("one section") };
    assert!(section.scanned);
    assert_eq!(section.origin, Origin::Deployed);
    assert_eq!(facts(&report, "get"), [Fact::Linked, Fact::Called, Fact::Called100]);
    assert_eq!(facts(&report, "post"), [Fact::Linked, Fact::Called]);

    let answer = collector.get("/v1/libraries/headcount-tests/removal");
    assert_eq!(answer["sites"][0]["path"], "post");
    assert_eq!(answer["sites"][0]["called"]["count"], 1);
}

#[test]
fn without_consent_nothing_is_written() {
    let home = Home::new();
    for (name, value) in
        [("HEADCOUNT", "off"), ("DO_NOT_TRACK", "1"), ("CI", "true"), ("GITLAB_CI", "true")]
    {
        let mut server = Server::start(home.0.path(), &[(name, value)]);
        let state = server.ask("state");
        assert!(state.starts_with("off: ") && state.contains(name), "{state}");
        server.end();
        assert_eq!(home.names("."), [] as [String; 0]);
    }
    // Nobody made the folder.
    let missing: PathBuf = home.0.path().join("missing");
    let mut server = Server::start(&missing, &[]);
    assert!(server.ask("state").starts_with("error: there is no folder"), "a missing folder");
    server.end();
    assert!(!missing.exists());
}
