//! What programs write into the spool adds up, however they run and end.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use headcount_report::spool;
use headcount_sender::merge::Merged;
use headcount_tests::{build, clean, is_root, root, success};
use tempfile::TempDir;

/// A program that hits sites as it is told.
pub(crate) static HITTER: LazyLock<PathBuf> =
    LazyLock::new(|| build(&root().join("tests/builds/hitter"), "hitter", &[], "hitter"));

/// A spool folder, and what is in it.
pub(crate) struct Spool(pub(crate) TempDir);

impl Spool {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A program that this spool records.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = clean(program);
        command.env("HEADCOUNT_SPOOL", self.0.path());
        command
    }

    fn hitter(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(&HITTER);
        command.args(arguments);
        command
    }

    pub(crate) fn lines(&self) -> spool::Lines {
        let mut all = spool::Lines::default();
        for week in week_files(self.0.path()) {
            let lines = spool::decode(&std::fs::read(week).unwrap());
            all.lines.extend(lines.lines);
            all.unreadable += lines.unreadable;
        }
        all
    }

    /// The merged total of each site.
    pub(crate) fn totals(&self) -> BTreeMap<String, u64> {
        let lines = self.lines();
        assert_eq!(lines.unreadable, 0);
        let merged: Merged = lines.lines.into_iter().collect();
        let libraries = merged.usage(|_| Some(()));
        let counts = libraries.into_values().flat_map(|usage| usage.counts);
        counts.map(|(site, count)| (site.to_string(), count)).collect()
    }
}

fn week_files(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.extension().is_some_and(|extension| extension == "spool"))
}

/// What a process announces of a site that it hits so often.
fn announced(hits: u64) -> u64 {
    [10_000, 100, 1].into_iter().find(|least| hits >= *least).unwrap_or(0)
}

/// A small generator of numbers (Steele, Lea and Flood's `SplitMix64`), so that a failure repeats.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ bits >> 31
    }
}

#[test]
fn eight_processes_at_once_add_up_200_times() {
    let mut numbers = Numbers(2026);
    for run in 0..200 {
        let spool = Spool::new();
        let mut expected = BTreeMap::<String, u64>::new();
        let processes: Vec<_> = (0..8)
            .map(|_| {
                let hits: Vec<u64> = (0..6).map(|_| 1 + numbers.next() % 20_000).collect();
                for (site, hits) in hits.iter().enumerate() {
                    *expected.entry(format!("s{site}")).or_default() += announced(*hits);
                }
                let mut words = vec!["hit".to_owned()];
                words.extend(hits.iter().map(u64::to_string));
                let words: Vec<_> = words.iter().map(String::as_str).collect();
                spool.hitter(&words).spawn().unwrap()
            })
            .collect();
        for mut process in processes {
            assert!(process.wait().unwrap().success());
        }
        assert_eq!(spool.totals(), expected, "in run {run}");
    }
}

#[test]
fn a_killed_process_loses_nothing_that_it_said() {
    for count in 1..=12_usize {
        let spool = Spool::new();
        let status = spool.hitter(&["die", &count.to_string()]).status().unwrap();
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(9));
        let expected = (0..count).map(|site| (format!("s{site}"), 1)).collect();
        assert_eq!(spool.totals(), expected);
    }
}

/// 110 hits, shared by parent and child, are said once; what only the child hit is said by it.
#[test]
fn a_forked_child_speaks_for_its_own_first_hits_only() {
    let spool = Spool::new();
    success(&mut spool.hitter(&["fork"]));
    let expected = ["s0", "s1", "s2"].map(|site| (site.to_owned(), 1));
    assert_eq!(spool.totals(), expected.into());
    let merged: Merged = spool.lines().lines.into_iter().collect();
    assert_eq!(merged.processes().len(), 2);
}

#[test]
fn threads_of_one_process_count_together() {
    let spool = Spool::new();
    success(&mut spool.hitter(&["threads"]));
    // 4 x 150 hits: 100 was reached, 10,000 was not.
    assert_eq!(spool.totals(), (0..12).map(|site| (format!("s{site}"), 100)).collect());
}

#[test]
fn the_spool_says_who_ran_and_what_was_built() {
    let spool = Spool::new();
    success(&mut spool.hitter(&["hit", "1"]));
    let merged: Merged = spool.lines().lines.into_iter().collect();
    let file = merged.all_executables().next().expect("an executable").clone();
    assert_eq!(file.path, *HITTER);
    assert_eq!(file.size_bytes, std::fs::metadata(&*HITTER).unwrap().len());

    let build = merged.builds().into_iter().next().expect("a build");
    let record = spool.0.path().join(spool::build_file_name(build));
    let text = std::fs::read_to_string(record).unwrap();
    assert_eq!(headcount_report::BuildRecord::hash(&text), build);
    let record: headcount_report::BuildRecord = serde_json::from_str(&text).unwrap();
    assert_eq!(record.library.as_str(), "hitter");
    assert_eq!(record.source, headcount_report::build::Source::Local);
}

#[test]
fn errno_survives_a_hit_that_speaks() {
    let spool = Spool::new();
    success(&mut spool.hitter(&["errno"]));
    assert_eq!(spool.totals(), [("s0".to_owned(), 100)].into());
    // And one whose spool cannot be written.
    std::fs::remove_dir_all(spool.0.path()).unwrap();
    success(&mut spool.hitter(&["errno"]));
}

/// Whatever stands in the way, the host runs on, and nothing is printed.
#[track_caller]
fn records_nothing(spool: &Spool, prepare: impl FnOnce(&mut Command)) {
    let mut command = spool.hitter(&["hit", "150", "1"]);
    prepare(&mut command);
    let output = success(&mut command);
    assert!(output.stdout.is_empty() && output.stderr.is_empty());
    let is_file = |path: &PathBuf| path.symlink_metadata().unwrap().is_file();
    if spool.0.path().is_dir() {
        let files: Vec<_> = week_files(spool.0.path()).filter(is_file).collect();
        assert_eq!(files, [] as [PathBuf; 0]);
    }
}

#[test]
fn a_refusal_beats_a_consent() {
    for (name, value) in [
        ("HEADCOUNT", "off"),
        ("DO_NOT_TRACK", "1"),
        ("CI", "true"),
        ("GITHUB_ACTIONS", "true"),
        ("CARGO_CRATE_NAME", "x"),
        ("NUM_JOBS", "2"),
        ("HEADCOUNT_SPOOL", ""),
        ("HEADCOUNT_SPOOL", "relative"),
        ("HEADCOUNT_SPOOL", "/nonexistent/spool"),
    ] {
        records_nothing(&Spool::new(), |command| {
            command.env(name, value);
        });
    }
    // An unset or negative variable is no refusal.
    let spool = Spool::new();
    success(spool.hitter(&["hit", "1"]).env("DO_NOT_TRACK", "0").env("CI", "false"));
    assert_eq!(spool.totals(), [("s0".to_owned(), 1)].into());
}

#[test]
fn a_spool_that_is_not_the_owners_is_left_alone() {
    // A folder of somebody else's.
    if is_root() {
        let spool = Spool::new();
        std::os::unix::fs::chown(spool.0.path(), Some(65_534), None).unwrap();
        records_nothing(&spool, |_| {});
    }
    // A link in place of the folder.
    let spool = Spool::new();
    let link = spool.0.path().with_extension("link");
    std::os::unix::fs::symlink(spool.0.path(), &link).unwrap();
    records_nothing(&spool, |command| {
        command.env("HEADCOUNT_SPOOL", &link);
    });
    std::fs::remove_file(link).unwrap();
}

#[test]
fn something_else_in_place_of_the_weeks_file_is_left_alone() {
    let spool = Spool::new();
    success(&mut spool.hitter(&["hit", "1"]));
    let file = week_files(spool.0.path()).next().unwrap();
    std::fs::remove_file(&file).unwrap();
    success(Command::new("mkfifo").arg(&file));
    records_nothing(&spool, |_| {});
    std::fs::remove_file(&file).unwrap();
    std::os::unix::fs::symlink("/dev/full", &file).unwrap();
    records_nothing(&spool, |_| {});
}

/// `ulimit -f 0`: a write would end the host by SIGXFSZ.
#[test]
fn a_file_size_limit_does_not_kill_the_host() {
    let spool = Spool::new();
    let mut command = clean("sh");
    command.args(["-c", "ulimit -f 0; exec \"$0\" hit 150"]).arg(&*HITTER);
    success(command.env("HEADCOUNT_SPOOL", spool.0.path()));
    let total: u64 = spool.totals().values().sum();
    assert_eq!(total, 0);
}

#[test]
fn a_full_spool_stays_as_it_is() {
    let spool = Spool::new();
    success(&mut spool.hitter(&["hit", "1"]));
    let path = week_files(spool.0.path()).next().unwrap();
    let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.set_len(headcount_report::limits::MAX_SPOOL_BYTES).unwrap();
    success(&mut spool.hitter(&["hit", "150"]));
    assert_eq!(file.metadata().unwrap().len(), headcount_report::limits::MAX_SPOOL_BYTES);
    // The executable, 1 and 100.
    assert_eq!(path.with_extension("dropped").metadata().unwrap().len(), 3);
}
