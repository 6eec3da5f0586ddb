//! A power cut takes what is not on the disk, and a kill does not; so that everything is there in
//! time is seen in the system calls.

use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::thread;

use headcount_report::Week;
use headcount_tests::{clean, has_tool};
use jiff::Timestamp;

use crate::machine::Machine;

/// What has not reached the disk.
#[derive(Debug, Default)]
struct Unsynced {
    /// Files that were written to.
    files: BTreeSet<String>,
    /// Folders in which a file got its name.
    folders: BTreeSet<String>,
}

impl Unsynced {
    /// Takes in one line of a trace; says whether it shows something that has to be in order.
    ///
    /// A file is on the disk before it gets the name under which it is looked for. That name is, before
    /// anything else is named or deleted, or sent.
    #[track_caller]
    fn see(&mut self, line: &str) -> bool {
        let call = line.split_whitespace().nth(1).unwrap_or_default();
        let name = call.split('(').next().unwrap_or_default();
        match name {
            "write" | "ftruncate" => self.files.extend(described(line)),
            "fsync" | "fdatasync" => {
                let path = described(line).expect("a path");
                self.files.remove(&path);
                self.folders.remove(&path);
            }
            "rename" | "renameat" | "renameat2" => {
                let [from, to] = quoted(line).try_into().expect("two names");
                assert!(!self.files.contains(&from), "named before it is on the disk: {line}");
                self.check_names(line);
                let (folder, _) = to.rsplit_once('/').expect("an absolute path");
                self.folders.insert(folder.to_owned());
            }
            "unlink" | "sendto" => self.check_names(line),
            _ => return false,
        }
        true
    }

    #[track_caller]
    fn check_names(&self, line: &str) {
        assert!(self.folders.is_empty(), "{:?} before {line}", self.folders);
    }
}

/// The file behind the descriptor of a call: `fsync(3</home/me/file>) = 0`.
fn described(line: &str) -> Option<String> {
    let (_, path) = line.split_once('<').filter(|(_, path)| path.starts_with('/'))?;
    Some(path.split('>').next()?.to_owned())
}

fn quoted(line: &str) -> Vec<String> {
    line.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Looks at all that a command does, and at how often it did what has to be in order.
#[track_caller]
fn check(machine: &Machine, words: &str, at_least: usize) -> String {
    let trace = machine.user().with_file_name("trace");
    let headcount = machine.command(words);
    let mut strace = clean("strace");
    machine.lend(&mut strace).args(["-f", "-qq", "-y", "-e", "signal=none"]);
    strace.args(["-e", "trace=write,ftruncate,fsync,fdatasync,/^rename,unlink,sendto"]);
    strace.arg("-o").arg(&trace).arg(headcount.get_program()).args(headcount.get_args());
    strace.output().unwrap();
    let (trace, mut unsynced) = (fs::read_to_string(trace).unwrap(), Unsynced::default());
    let seen = trace.lines().filter(|line| unsynced.see(line)).count();
    assert!(seen >= at_least, "{seen} calls: {trace}");
    unsynced.files.retain(|path| path.starts_with(machine.user().to_str().unwrap()));
    assert!(unsynced.files.is_empty() && unsynced.folders.is_empty(), "in the end: {unsynced:?}");
    trace
}

#[test]
fn what_is_written_is_on_the_disk_before_anything_rests_on_it() {
    if !has_tool("strace") {
        return;
    }
    // Whoever sends there gets no answer.
    let collector = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", collector.local_addr().unwrap());
    thread::spawn(move || collector.incoming().for_each(drop));

    let machine = Machine::new();
    check(&machine, &format!("on --send-to {url}"), 10);
    machine.hit(Week::at(Timestamp::now()).plus(-1), 1, &url, &["s0"]);
    let trace = check(&machine, "send", 12);
    assert!(trace.contains("sendto("), "nothing was sent: {trace}");
    assert_eq!(machine.reports("outbox").len(), 1);
    check(&machine, "off", 12);
    assert_eq!(machine.reports("refused").len(), 1);
}
