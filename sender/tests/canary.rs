//! Nothing private leaves, wherever it stands in what a machine holds.
//!
//! Each case is a machine with a random word in every place that could hold something private: its
//! folders, the files that programs wrote, the executables that they ran, the environment. It goes the
//! real way, from the spool's files to the report's file.

mod machine;

use std::env;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use headcount_report::spool::{FileIdentity, Line, build_file_name, file_name};
use headcount_report::{BuildRecord, Record, Report, Week};
use headcount_sender::close::close;
use headcount_sender::consent::Consent;
use headcount_sender::executables::Executables;
use headcount_sender::home::Home;
use headcount_sender::scan;
use headcount_sender::spool::Spool;
use jiff::Timestamp;
use machine::{COLLECTOR, noon};
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Stands for a case's private word.
const PRIVATE: &str = "CANARY";

/// Stands for a case's public one: a crate's name.
const PUBLIC: &str = "PARROT";

/// What the environment holds that must not leave.
const OF_ENVIRONMENT: &str = "zzenvironment";

const WEEK: &str = "2026-W47";

/// A build of a library, for each value that has a place in it.
fn build(fields: &Value) -> Value {
    let mut build = json!({
        "library": "counted-library", "version": "1.4.2", "source": "crates.io",
        "collector": COLLECTOR, "rustc": "1.95.0", "target": "x86_64-unknown-linux-gnu",
        "profile": "debug", "features": {"declared": ["std"], "enabled": ["std"]},
        "dependencies": {"libz-sys": ["1.1.23"]}, "system": {"openssl": "3.0.19"},
    });
    let build_fields = build.as_object_mut().unwrap();
    build_fields.extend(fields.as_object().unwrap().clone());
    build
}

/// Builds that are reported, but for a word in one place.
fn public_builds() -> Vec<Value> {
    vec![
        build(&json!({"profile": "CANARY"})),
        build(&json!({"rustc": "1.95.0-nightly (CANARY 2026-01-01)"})),
        build(&json!({"rustc": "CANARY"})),
        build(&json!({"rustc": "1.CANARY.0"})),
        build(&json!({"target": "x86_64-CANARY-linux-gnu"})),
        build(&json!({"target": "/home/CANARY/target.json"})),
        build(&json!({"features": {"declared": ["std"], "enabled": ["std", "CANARY"]}})),
        build(&json!({"features": {"declared": ["std", "CANARY"], "enabled": ["std"]}})),
        build(&json!({"features": {"declared": ["/CANARY"], "enabled": ["/CANARY"]}})),
        build(&json!({"dependencies": {"libz-sys": ["1.1.23-CANARY"]}})),
        build(&json!({"dependencies": {"libz-sys": ["1.1.23+CANARY"]}})),
        build(&json!({"dependencies": {"libz-sys": ["CANARY"]}})),
        build(&json!({"dependencies": {"CANARY": ["git"], "libz-sys": ["1.1.23"]}})),
        build(&json!({"dependencies": {"CANARY": ["local"], "libz-sys": ["git"]}})),
        build(&json!({"dependencies": {"CANARY": ["unknown", "1.0.0-CANARY"]}})),
        build(&json!({"system": {"openssl": "CANARY"}})),
        build(&json!({"system": {"openssl": "3.0.19-CANARY"}})),
        build(&json!({"system": {"/home/CANARY/lib": "3.0.19"}})),
    ]
}

/// Builds of which nothing is reported, not even where they were hit.
fn private_builds() -> Vec<Value> {
    vec![
        build(&json!({"library": "CANARY", "source": "git"})),
        build(&json!({"library": "CANARY", "source": "local"})),
        build(&json!({"library": "CANARY", "source": "unknown"})),
        build(&json!({"source": "git"})),
        build(&json!({"source": "local"})),
        build(&json!({"version": "1.4.2-CANARY"})),
        build(&json!({"version": "1.4.2+CANARY"})),
        build(&json!({"version": "CANARY"})),
        build(&json!({"library": "CANARY", "collector": "https://CANARY.example"})),
        build(&json!({"library": "CANARY", "collector": null})),
        // What no program of ours writes.
        build(&json!({"library": "/home/CANARY"})),
        build(&json!({"cfg": "CANARY"})),
        json!("CANARY"),
    ]
}

/// Lines that no program of ours writes. `PROCESS` and `BUILD` are those of the public library.
const HOSTILE: &[&[u8]] = &[
    b"\nh PROCESS BUILD 1 CANARY::torn",
    b"\nh PROCESS BUILD 7 CANARY::send;",
    b"\nh PROCESS BUILD 01 CANARY::send;",
    b"\nh PROCESS BUILD 1  CANARY::send;",
    b"\nh PROCESS BUILD 1 /home/CANARY/it;",
    b"\nh PROCESS BUILD 1 CANARY\"quoted;",
    b"\nh PROCESS BUILD 1 CANARY;;",
    b"\nh PROCESS BUILD 1 CANARY::send; ",
    b"\nh PROCESS BUILD 1 \xff\xfeCANARY;",
    b"\nh PROCESS BUILD 1 CANARY\0;",
    b"\nH PROCESS BUILD 1 CANARY;",
    b"\nh PROCESS 0123456789abcdef 1 CANARY::unknown_build;",
    b"\nx 00000000000000ff 1 1 1 /home/CANARY/gone;",
    b"\nx PROCESS 1 1 1 /home/CANARY torn",
    b"\n{\"library\": \"CANARY\"}",
    b"\nCANARY",
    b"\n;CANARY;",
    b"\nCANARY\n\n",
];

/// A machine's programs; words still stand for what is private.
#[derive(Debug, Clone)]
struct Programs {
    private: String,
    public: String,
    /// The public library's first, then those that are reported, then all others.
    builds: Vec<Value>,
    /// How many of them are reported.
    reported: usize,
    /// Which build each process hits, and whether it says which executable it is.
    processes: Vec<(Index, bool)>,
    hostile: Vec<&'static [u8]>,
}

fn any_programs() -> impl Strategy<Value = Programs> {
    let builds = |all: Vec<Value>| subsequence(all.clone(), 0..=all.len().min(6));
    (
        "zz[a-z]{12}",
        "yy[a-z]{12}",
        (builds(public_builds()), builds(private_builds())),
        prop::collection::vec((any::<Index>(), any::<bool>()), 1..6),
        prop::collection::vec(select(HOSTILE), 0..6),
    )
        .prop_map(|(private, public, builds, processes, hostile)| {
            let reported = 1 + builds.0.len();
            let builds = [vec![build(&json!({"library": PUBLIC}))], builds.0, builds.1].concat();
            Programs { private, public, builds, reported, processes, hostile }
        })
}

impl Programs {
    /// Puts the words of this case where others stand for them.
    fn say(&self, text: &str) -> String {
        text.replace(PRIVATE, &self.private).replace(PUBLIC, &self.public)
    }

    /// Writes an executable that holds all of these builds, with private sites in the private ones.
    fn executable(&self, folder: &Path) -> FileIdentity {
        let site = |library: &str, version: &str, path: &str| {
            json!({"library": library, "version": version, "path": path, "kind": "fn",
                   "deprecated": {"since": "CANARY", "note": "see /home/CANARY"}})
        };
        let mut records: Vec<_> = [
            site(PUBLIC, "1.4.2", "library::client::linked"),
            site(PUBLIC, "1.4.2-CANARY", "library::CANARY::linked"),
            site("CANARY", "1.4.2", "library::CANARY::linked"),
        ]
        .iter()
        .map(|site| Record::Site(serde_json::from_str(&self.say(&site.to_string())).unwrap()))
        .collect();
        for build in &self.builds {
            let build = serde_json::from_str(&self.say(&build.to_string()));
            records.extend(build.ok().map(Record::Build));
        }
        let graph = json!({"name": "CANARY", "version": "0.1.0-CANARY", "packages": [
            {"name": "CANARY", "version": "0.1.0", "source": "local", "linked": true}]});
        let graph = self.say(&graph.to_string());
        records.push(Record::Application(serde_json::from_str(&graph).unwrap()));
        let path = folder.join(self.say("CANARY-project/target/debug/CANARY"));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, archive(&records.iter().flat_map(Record::encode).collect::<Vec<_>>()))
            .unwrap();
        let status = fs::metadata(&path).unwrap();
        let mtime_ns = i128::from(status.mtime()) * 1_000_000_000 + i128::from(status.mtime_nsec());
        FileIdentity { path, size_bytes: status.len(), mtime_ns, inode: status.ino() }
    }

    /// Runs these programs: writes what they would into a spool.
    fn run(&self, spool: &Path, executable: &FileIdentity) {
        let mut hashes = Vec::new();
        for build in &self.builds {
            let text = self.say(&build.to_string());
            hashes.push(BuildRecord::hash(&text));
            fs::write(spool.join(build_file_name(BuildRecord::hash(&text))), text).unwrap();
        }
        let mut lines = Vec::new();
        // The first process uses the public library, and nobody else does: so what is linked is known.
        let first = (0, 0, true);
        let private = hashes.len() - 1;
        let others = self.processes.iter().filter(|_| private > 0).zip(1..);
        let others =
            others.map(|((at, is_known), process)| (process, 1 + at.index(private), *is_known));
        for (process, at, is_known) in [first].into_iter().chain(others) {
            if is_known {
                lines.extend(Line::Executable { process, file: executable.clone() }.encode());
            }
            // A public library has public sites only.
            let site = if at < self.reported { "client::called" } else { "CANARY::called" };
            let site = self.say(site).parse().unwrap();
            lines.extend(Line::Hit { process, build: hashes[at], count: 100, site }.encode());
        }
        for line in &self.hostile {
            let line = replace(line, "PROCESS", "0000000000000000");
            let line = replace(&line, "BUILD", &format!("{:016x}", hashes[0]));
            lines.extend(replace(&line, PRIVATE, &self.private));
        }
        let week: Week = WEEK.parse().unwrap();
        fs::write(spool.join(file_name(week)), lines).unwrap();
    }
}

/// A file that a scan takes for a static library with one member.
fn archive(member: &[u8]) -> Vec<u8> {
    let [name, time, user, group, mode] = ["member/", "0", "0", "0", "644"];
    let size = member.len();
    let head = format!("!<arch>\n{name:<16}{time:<12}{user:<6}{group:<6}{mode:<8}{size:<10}`\n");
    [head.as_bytes(), member].concat()
}

fn replace(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    let mut replaced = bytes.to_vec();
    while let Some(at) = replaced.windows(from.len()).position(|window| window == from.as_bytes()) {
        replaced.splice(at..at + from.len(), to.bytes());
    }
    replaced
}

/// In memory where that can be had: nobody pulls the plug here.
fn folder(prefix: &str) -> TempDir {
    let memory = Some(PathBuf::from("/dev/shm")).filter(|memory| memory.is_dir());
    let parent = memory.unwrap_or_else(env::temp_dir);
    tempfile::Builder::new().prefix(prefix).tempdir_in(parent).unwrap()
}

/// The bytes of the one report that is made of what some programs did.
fn report(programs: &Programs) -> Vec<u8> {
    let user = folder(&programs.say("CANARY-user-"));
    let home = Home::at(user.path().join(programs.say("CANARY-home")));
    fs::create_dir_all(home.spool()).unwrap();
    programs.run(&home.spool(), &programs.executable(user.path()));
    let mut consent = Consent::new(Timestamp::UNIX_EPOCH);
    let url = COLLECTOR.parse().unwrap();
    consent.allow(url, Timestamp::UNIX_EPOCH, &[].into());
    let spool = Spool::open(&home.spool()).unwrap();
    let mut executables = Executables::new(home.scans(), scan::file);
    let lock = home.lock_sending().unwrap();
    let now = noon("2026-11-24");
    let closing = close(&home, &spool, &consent, &mut executables, now, None, &lock).unwrap();
    let [closed] = closing.closed.as_slice() else { panic!("{closing:?}") };
    fs::read(&closed.file).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    fn cases(programs in any_programs()) {
        let text = String::from_utf8(report(&programs)).unwrap();
        for word in [&programs.private, OF_ENVIRONMENT] {
            prop_assert!(!text.contains(word), "`{}` leaves: {}", word, text);
        }
        for word in [&programs.public, "client::called", "client::linked"] {
            prop_assert!(text.contains(word), "`{}` is missing: {}", word, text);
        }
        Report::decode(text.as_bytes()).unwrap();
    }
}

/// In a process of its own, whose environment holds private words, too.
#[test]
fn nothing_private_leaves_and_a_public_name_does() {
    if env::var("USER").is_ok_and(|user| user == OF_ENVIRONMENT) {
        return cases();
    }
    let mut this = Command::new(env::current_exe().unwrap());
    this.args(["--exact", "nothing_private_leaves_and_a_public_name_does", "--nocapture"]);
    for name in ["USER", "LOGNAME", "HOSTNAME", "HOME", "PWD", "CARGO_HOME"] {
        let is_folder = ["HOME", "PWD", "CARGO_HOME"].contains(&name);
        this.env(name, format!("{}{OF_ENVIRONMENT}", if is_folder { "/home/" } else { "" }));
    }
    let output = this.output().unwrap();
    let said =
        [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned());
    assert!(output.status.success(), "{}{}", said[0], said[1]);
}
