//! The demo: what its application does is what the report says and what the collector answers.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::SystemTime;

use headcount_report::{Fact, Report, Section};
use headcount_sender::cargo_config::CargoConfig;
use headcount_sender::home::Home;
use headcount_tests::{cargo, root};
use rustix::process::{Pid, Signal, kill_process_group};

#[test]
fn from_the_application_to_the_answer() {
    let before = Surroundings::now();
    let mut demo = Demo::start();
    demo.read_until("Ctrl-C ends it");
    pages_show_a_labelled_year_beside_the_real_week(&demo.story);
    let story = demo.interrupt();
    audit_names_who_refers_to_a_deprecated_item(&story);
    shown_report_says_what_the_application_did(&story);
    answer_is_about_that_report(&story);
    the_reader_is_told_what_is_set_aside(&story);
    temporary_folder_is_gone(&story);
    assert_eq!(Surroundings::now(), before);
}

/// The demo as continuous integration would run it, where headcount records nothing by itself; with
/// its pages. Ended when this is dropped.
struct Demo {
    process: Child,
    output: BufReader<ChildStdout>,
    story: String,
}

impl Demo {
    fn start() -> Self {
        let mut command = cargo(&root().join("Cargo.toml"));
        command.args(["run", "--quiet", "--package", "demo", "--", "--serve"]).env("CI", "true");
        // As a terminal does: Ctrl-C reaches cargo and all that it started.
        let mut process = command.stdout(Stdio::piped()).process_group(0).spawn().expect("cargo");
        let output = BufReader::new(process.stdout.take().expect("a pipe"));
        Self { process, output, story: String::new() }
    }

    /// Reads what the demo tells, up to a line with this.
    #[track_caller]
    fn read_until(&mut self, text: &str) {
        let mut line = String::new();
        while !line.contains(text) {
            line.clear();
            let length = self.output.read_line(&mut line).expect("text");
            assert_ne!(length, 0, "no `{text}` in\n{}", self.story);
            self.story.push_str(&line);
        }
    }

    /// Ctrl-C. Says all that was told.
    fn interrupt(mut self) -> String {
        let group = Pid::from_child(&self.process);
        kill_process_group(group, Signal::INT).expect("it runs");
        self.output.read_to_string(&mut self.story).expect("text");
        self.process.wait().expect("it ends");
        std::mem::take(&mut self.story)
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        if let Ok(None) = self.process.try_wait() {
            let _ = kill_process_group(Pid::from_child(&self.process), Signal::TERM);
            let _ = self.process.wait();
        }
    }
}

/// At the addresses that the story names.
#[track_caller]
fn pages_show_a_labelled_year_beside_the_real_week(story: &str) {
    assert!(after(story, "a year that never was").contains("of which nothing is\nreal"), "{story}");
    let real = page(story, "The collector shows this, and more, at ");
    assert!(real.contains("Archive::open_legacy") && real.contains("1 of 1"), "{real}");
    let simulated = page(story, "and the simulated year at ");
    assert!(
        simulated.contains("simulated-library") && simulated.contains("openssl"),
        "{simulated}"
    );
    let address = after(story, "and the simulated year at ").split("/libraries").next();
    let overview = get(address.expect("an address"));
    for library in ["/libraries/counted-library", "/libraries/simulated-library"] {
        assert!(overview.contains(library), "{overview}");
    }
}

/// The page at the address that follows a text of the story.
#[track_caller]
fn page(story: &str, text: &str) -> String {
    get(after(story, text).split_whitespace().next().expect("an address"))
}

#[track_caller]
fn get(address: &str) -> String {
    let mut response = ureq::get(address).call().expect("the collector answers");
    response.body_mut().read_to_string().expect("a page")
}

#[track_caller]
fn audit_names_who_refers_to_a_deprecated_item(story: &str) {
    let mut lines = after(story, "cargo headcount audit").lines();
    lines
        .by_ref()
        .find(|line| line.contains("archive::Archive::open_legacy"))
        .expect("audit names the deprecated item");
    let users = lines.find_map(|line| line.trim().strip_prefix("used by"));
    assert_eq!(users.expect("audit names who uses it").trim(), "middle-crate 0.3.0");
}

#[track_caller]
fn shown_report_says_what_the_application_did(story: &str) {
    let report = Report::decode(shown_json(story).as_bytes()).expect("a report");
    let [section] = &report.sections[..] else { panic!("{report:?}") };
    assert_eq!(section.library.as_str(), "counted-library");
    assert_eq!(section.version.as_str(), "1.4.2");
    assert!(section.scanned);
    assert_eq!(dependencies(section), locked_dependencies());

    let (kept, called) = (vec![Fact::Linked], vec![Fact::Linked, Fact::Called]);
    let called_often = [&called[..], &[Fact::Called100]].concat();
    assert_eq!(facts(section, "archive::Archive::verify"), called_often);
    assert_eq!(facts(section, "archive::Archive::open"), called_often);
    assert_eq!(facts(section, "archive::Archive::open_legacy"), called);
    assert_eq!(facts(section, "builder::Builder::finish"), called);
    assert_eq!(facts(section, "archive::Archive::read"), kept);
    assert_eq!(facts(section, "builder::Builder::stored"), kept);
    assert_eq!(facts(section, "checksum::adler"), []);
}

/// One section stands behind both lines: it called the first item, and has no trace of the second.
#[track_caller]
fn answer_is_about_that_report(story: &str) {
    let answer = after(story, "cargo headcount ask");
    let called = answer_of(answer, "archive::Archive::open_legacy");
    assert_eq!(called, "1.3.0 1 1 of 1 1 of 1 not yet");
    let absent = answer_of(answer, "checksum::adler");
    assert_eq!(absent, "1.2.0 1 0 of 1 0 of 1 not enough");
    for sentence in ["  Not yet: 1 of 1 section called it", "  Not enough sections: a verdict"] {
        assert!(answer.contains(sentence), "{answer}");
    }
}

#[track_caller]
fn the_reader_is_told_what_is_set_aside(story: &str) {
    assert!(story.contains("environment of what it runs: CI\n"), "{story}");
    for aside in ["crates.io", "--include-local", "--publish-at 1"] {
        let is_said = |line: &str| line.contains(aside) && !line.starts_with('$');
        assert!(story.lines().any(is_said), "`{aside}` is not explained");
    }
}

#[track_caller]
fn temporary_folder_is_gone(story: &str) {
    let folder = after(story, "$ DEMO=").lines().next().expect("a folder");
    assert!(folder.starts_with('/'), "{folder}");
    assert!(!fs::exists(folder).expect("an answer"), "{folder} is still there");
}

/// What belongs to the developer and must stay as it is.
#[derive(Debug, PartialEq, Eq)]
struct Surroundings {
    cargo_config: Option<Vec<u8>>,
    headcount_home: Vec<(PathBuf, SystemTime)>,
    locks: [Vec<u8>; 2],
    examples: String,
}

impl Surroundings {
    fn now() -> Self {
        let cargo_config = CargoConfig::of_environment().expect("a home folder");
        Self {
            cargo_config: fs::read(cargo_config.path()).ok(),
            headcount_home: headcount_home(),
            locks: ["Cargo.lock", "examples/application/Cargo.lock"]
                .map(|lock| fs::read(root().join(lock)).expect("a lock file")),
            examples: git_status("examples"),
        }
    }
}

/// What headcount keeps for the developer, with the times of the last changes.
fn headcount_home() -> Vec<(PathBuf, SystemTime)> {
    let home = Home::of_environment().expect("a home folder");
    let entries = fs::read_dir(home.folder()).into_iter().flatten();
    let mut entries: Vec<_> = entries
        .map(|entry| {
            let entry = entry.expect("an entry");
            (entry.path(), entry.metadata().and_then(|it| it.modified()).expect("a time"))
        })
        .collect();
    entries.sort();
    entries
}

/// What is not as it was committed below a folder, ignored files included.
fn git_status(folder: &str) -> String {
    let mut git = Command::new("git");
    git.args(["status", "--porcelain", "--ignored", "--", folder]).current_dir(root());
    text(&git.env("GIT_OPTIONAL_LOCKS", "0").output().expect("cannot run git").stdout)
}

/// What follows the first occurrence of a text.
#[track_caller]
fn after<'a>(story: &'a str, text: &str) -> &'a str {
    story.split_once(text).unwrap_or_else(|| panic!("no `{text}` in\n{story}")).1
}

/// The JSON that `show` prints: from a line that is just a brace to the next one.
#[track_caller]
fn shown_json(story: &str) -> String {
    let lines = after(story, "cargo headcount show --through").lines();
    let json: Vec<_> = lines.skip_while(|line| *line != "{").collect();
    let end = json.iter().position(|line| *line == "}").expect("an end of the JSON");
    json[..=end].join("\n")
}

/// What the answer's table says of a deprecated item, with single spaces.
#[track_caller]
fn answer_of(answer: &str, item: &str) -> String {
    let row = answer.lines().find_map(|line| line.strip_prefix(item));
    let row = row.unwrap_or_else(|| panic!("no `{item}` in\n{answer}"));
    row.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn facts(section: &Section, site: &str) -> Vec<Fact> {
    let mut sites = section.sites.iter().filter(|(path, _)| path.as_str() == site);
    sites.next().map(|(_, facts)| facts.iter().collect()).unwrap_or_default()
}

fn dependencies(section: &Section) -> BTreeMap<String, BTreeSet<String>> {
    let names = section.dependencies.iter();
    names
        .map(|(name, versions)| {
            (name.to_string(), versions.iter().map(ToString::to_string).collect())
        })
        .collect()
}

/// The public dependencies of the counted library, as the application's lock file has them.
fn locked_dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let lock = root().join("examples/application/Cargo.lock");
    let lock = fs::read_to_string(lock).expect("a lock file");
    let package = |name: &str| {
        let begin = format!("[[package]]\nname = \"{name}\"\n");
        after(&lock, &begin).split("\n\n").next().expect("a package").to_owned()
    };
    let library = package("counted-library");
    let names = library.lines().filter_map(|line| line.strip_prefix(" \"")?.strip_suffix("\","));
    let public = names.map(|name| (name, package(name))).filter(|(_, it)| it.contains("source = "));
    public
        .map(|(name, package)| {
            let version = after(&package, "version = \"").split('"').next().expect("a version");
            (name.to_owned(), BTreeSet::from([version.to_owned()]))
        })
        .collect()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}
