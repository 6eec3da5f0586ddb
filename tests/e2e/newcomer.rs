//! What somebody does who meets headcount for the first time: the README's commands, as they stand
//! there, and everything from `on` to `off`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::{env, fs};

use headcount_tests::{cargo_headcount, clean, fixtures, root, success};
use jiff::Timestamp;

use crate::collector::Collector;
use crate::machine::Machine;

/// What cargo itself leaves in `CARGO_HOME`.
const OF_CARGO: [&str; 3] = [".package-cache", ".package-cache-mutate", ".global-cache"];

/// A developer with a home of their own, who has followed the README's first five minutes.
struct Newcomer {
    machine: Machine,
    /// Where cargo builds, each time in the same folder.
    built: PathBuf,
    /// What the five minutes printed.
    said: String,
}

impl Newcomer {
    fn new(name: &str) -> Self {
        let (machine, built) = (Machine::new(), fixtures().join("newcomer").join(name));
        let registry = of_user("CARGO_HOME", ".cargo").join("registry");
        symlink(registry, machine.user().join(".cargo/registry")).unwrap();
        let mut newcomer = Self { machine, built, said: String::new() };
        let script = commands("### Five minutes")
            .replace("cargo install --path \"$HEADCOUNT/cli\" ", ": installed ")
            .replace("/tmp/five-minutes", &newcomer.folder().display().to_string());
        assert!(
            script.contains(": installed "),
            "the command is installed in another way: {script}"
        );
        let mut sh = newcomer.command("sh");
        let output = success(sh.current_dir(root()).args(["-ec", &script]));
        newcomer.said = String::from_utf8(output.stdout).unwrap();
        symlink(&newcomer.built, newcomer.folder().join("program/target")).unwrap();
        newcomer
    }

    fn folder(&self) -> PathBuf {
        self.machine.user().join("five-minutes")
    }

    /// A command in the folder of the program, with `cargo headcount` installed. Nobody asks a network.
    fn command(&self, program: &str) -> Command {
        let path = cargo_headcount(&root().join("Cargo.toml"));
        let path = path.get_envs().find(|(name, _)| *name == "PATH").unwrap().1.unwrap().to_owned();
        let mut command = clean(program);
        self.machine.lend(&mut command).env("PATH", path).env("CARGO_NET_OFFLINE", "true");
        command.env("RUSTUP_HOME", of_user("RUSTUP_HOME", ".rustup"));
        command.env("CARGO_TARGET_DIR", &self.built).env_remove("RUSTFLAGS");
        command.current_dir(self.folder().join("program"));
        command
    }

    /// Runs cargo, and adds what was typed and printed to a transcript.
    #[track_caller]
    fn types(&self, words: &str, transcript: &mut String) {
        let mut cargo = self.command("cargo");
        let output = success(cargo.args(words.split_whitespace()));
        write!(transcript, "$ cargo {words}\n{}\n", text(&output)).unwrap();
    }

    /// What is in the home that is not cargo's own, and not the sources.
    fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = self.machine.files();
        files.retain(|path, _| {
            let is_cargos = OF_CARGO.iter().any(|name| path.ends_with(name));
            !is_cargos && !path.starts_with(self.folder())
        });
        files
    }
}

/// A folder of whoever runs the tests, named by a variable or else in their home.
fn of_user(variable: &str, folder: &str) -> PathBuf {
    let named = env::var_os(variable).map(PathBuf::from);
    named.unwrap_or_else(|| env::home_dir().expect("a home folder").join(folder))
}

/// The commands under a heading of the README.
#[track_caller]
fn commands(heading: &str) -> String {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let (_, section) = readme.split_once(&format!("\n{heading}")).expect("the heading");
    let (_, block) = section.split_once("```sh\n").expect("commands");
    block.split("```").next().unwrap().to_owned()
}

/// What was printed, with what is another each time left out.
fn text(output: &Output) -> String {
    [&output.stdout, &output.stderr]
        .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
        .concat()
}

/// Compares with the text of that name, but for what is another each time.
#[track_caller]
fn check(newcomer: &Newcomer, name: &str, text: &str) {
    let user = newcomer.machine.user().display().to_string();
    let text = text.replace(&user, "~");
    let text = text.replace(&newcomer.built.display().to_string(), "target");
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.set_prepend_module_to_snapshot(false);
    for (pattern, stands_for) in [
        (r"[0-9]{4}-W[0-9]{2}", "[week]"),
        (r"[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9:]{5} UTC)?", "[date]"),
        (r"http://127\.0\.0\.1:[0-9]+", "[collector]"),
        (r#""[0-9a-f]{32}""#, r#""[id]""#),
        (r#""1\.[0-9]+""#, r#""[rustc]""#),
        (r"rustc 1\.[0-9.]+", "rustc [rustc]"),
        (r"(\[week\]) +[0-9]+ +", "$1  [bytes]  "),
        (r"[0-9]+ bytes", "[bytes] bytes"),
        (r"[a-z0-9_]+-unknown-linux-[a-z]+", "[target]"),
    ] {
        settings.add_filter(pattern, stands_for);
    }
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn five_minutes_and_then_from_on_to_off() {
    let newcomer = Newcomer::new("on-and-off");
    check(&newcomer, "five-minutes", &newcomer.said);
    for config in [Some("# mine\n[build]   # two of them\njobs = 2\n"), None] {
        if let Some(config) = config {
            fs::write(newcomer.machine.cargo_config(), config).unwrap();
        } else {
            fs::remove_file(newcomer.machine.cargo_config()).unwrap();
        }
        let transcript = from_on_to_off(&newcomer);
        check(&newcomer, "from-on-to-off", &transcript);
    }
}

/// Checks also that it leaves nothing.
fn from_on_to_off(newcomer: &Newcomer) -> String {
    let mut collector = Collector::new("http://127.0.0.1:0");
    collector.start();
    let url = collector.url();
    let library = newcomer.folder().join("greeting/src/lib.rs");
    let source = fs::read_to_string(&library).unwrap();
    let named = format!("headcount::library!(collector = \"{url}\");");
    let source = [&named, source.split_once(';').unwrap().1].concat();
    fs::write(library, source).unwrap();
    success(newcomer.command("cargo").args(["build", "--quiet"]));

    let before = newcomer.files();
    let today = Timestamp::now().strftime("%F");
    let mut transcript = String::new();
    for words in [
        "headcount status",
        "headcount on",
        "run --quiet",
        "headcount status",
        &format!("headcount on --send-to {url} --include-local greeting"),
        "run --quiet",
        "headcount show",
        &format!("headcount send --through {today}"),
        "headcount show --sent",
        "headcount off --delete",
        "run --quiet",
    ] {
        newcomer.types(words, &mut transcript);
    }
    assert_eq!(newcomer.files(), before);
    assert!(!newcomer.machine.home().exists());
    transcript
}

#[test]
fn who_does_not_want_it_takes_it_out_and_proves_that() {
    let newcomer = Newcomer::new("without");
    let script = commands("## If you do not want this");
    let (last, verify) = script.trim_end().rsplit_once('\n').unwrap();
    let verify = verify.strip_prefix("cargo headcount audit --verify ").expect("the proof is last");
    let verifies = || {
        let mut cargo = newcomer.command("cargo");
        cargo.args(["headcount", "audit", "--verify", verify.split(' ').next().unwrap()]);
        cargo.output().unwrap().status.code()
    };
    success(newcomer.command("cargo").args(["build", "--quiet", "--release"]));
    assert_eq!(verifies(), Some(1), "there is nothing to take out");
    let mut sh = newcomer.command("sh");
    let output = success(sh.env("HEADCOUNT", root()).args(["-ec", last]));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("greeting 0.1.0"), "it is not seen: {said}");
    assert_eq!(verifies(), Some(0), "something is left");
    let output = success(&mut newcomer.command("target/release/program"));
    assert_eq!(output.stdout, b"Hello, you!\nHowdy, there!\n");
}
