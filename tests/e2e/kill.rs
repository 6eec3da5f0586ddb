//! Killed before any call that changes something, `cargo headcount` leaves nothing behind that the
//! next run does not put right: nothing is lost, and nothing is counted twice.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::Stdio;

use headcount_report::Week;
use headcount_tests::{clean, has_tool};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::collector::Collector;
use crate::machine::{LIBRARY, Machine};

/// What changes something on the disk, or in whom the collector has heard.
const CALLS: [&str; 14] = [
    "write",
    "fsync",
    "fdatasync",
    "ftruncate",
    "fchmod",
    "mkdir",
    "rename",
    "renameat",
    "renameat2",
    "unlink",
    "unlinkat",
    "rmdir",
    "sendto",
    "recvfrom",
];

/// Cargo's configuration of somebody who writes comments.
const CONFIG: &str = "# mine\n[build]   # two of them\njobs = 2\n\n[env]\nA = 'b'\n";

/// Nobody listens there.
const NOBODY: &str = "http://127.0.0.1:9";

/// Runs `cargo headcount` again and again, each time from what the machine remembers, and kills it
/// before the first of each of [`CALLS`], the second, and so on until it completes. Then `check`
/// looks, told what has happened.
fn each_kill(machine: &Machine, words: &str, mut check: impl FnMut(&str)) {
    let mut kills = 0;
    for call in CALLS {
        for nth in 1.. {
            machine.restore();
            let is_killed = is_killed_before(machine, words, call, nth);
            check(&format!("`{words}` killed before {call} {nth}"));
            if !is_killed {
                break;
            }
            kills += 1;
        }
    }
    println!("`{words}`: killed {kills} times");
    assert!(kills >= 8, "only {kills} kills of `{words}`");
}

fn is_killed_before(machine: &Machine, words: &str, call: &str, nth: usize) -> bool {
    let headcount = machine.command(words);
    let mut strace = clean("strace");
    machine.lend(&mut strace).args(["--follow-forks", "--output=/dev/null"]);
    strace.arg(format!("--trace={call}"));
    strace.arg(format!("--inject={call}:signal=KILL:when={nth}"));
    strace.arg(headcount.get_program()).args(headcount.get_args());
    let status = strace.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    status.signal() == Some(9)
}

/// What the owner allowed, without the times at which they did.
fn allowed(machine: &Machine) -> Option<Value> {
    fn drop_times(value: &mut Value) {
        if let Value::Object(fields) = value {
            fields.remove("since");
            fields.values_mut().for_each(drop_times);
        }
    }
    let text = fs::read(machine.home().join("consent.json")).ok()?;
    let mut consent = serde_json::from_slice(&text).expect("the consent is whole");
    drop_times(&mut consent);
    Some(consent)
}

/// Whether nothing at all is allowed, as halfway between a yes and a deleted file.
fn is_off(consent: Option<&Value>) -> bool {
    consent.is_some_and(|it| it["record"] == false && it["collectors"].is_null())
}

fn last_week() -> Week {
    Week::at(Timestamp::now()).plus(-1)
}

/// A machine on which cargo is configured and nothing was ever allowed.
fn machine() -> Machine {
    let machine = Machine::new();
    fs::write(machine.cargo_config(), CONFIG).unwrap();
    machine.remember();
    machine
}

/// A machine that may send to a collector. Two processes have spoken, in a week that is over.
fn machine_for(collector: &str) -> Machine {
    let machine = machine();
    machine.ok(&format!("on --send-to {collector}"));
    machine.hit(last_week(), 1, collector, &["s0", "s1"]);
    machine.hit(last_week(), 2, collector, &["s0"]);
    machine.remember();
    machine
}

/// Kills a command that changes what is allowed; says what there is after all in the end.
fn change(machine: &Machine, words: &str) -> BTreeMap<PathBuf, Vec<u8>> {
    let config = || fs::read_to_string(machine.cargo_config()).unwrap();
    let before = (allowed(machine), config());
    machine.ok(words);
    let (after, names) = ((allowed(machine), config()), machine.names(""));
    each_kill(machine, words, |at| {
        let (consent, config_now) = (allowed(machine), config());
        assert!(
            [&before.0, &after.0].contains(&&consent) || is_off(consent.as_ref()),
            "{at}: {consent:?}"
        );
        assert!([&before.1, &after.1].contains(&&config_now), "{at}: {config_now}");
        let is_on = consent.is_some_and(|consent| consent["record"] == true);
        assert!(is_on || !machine.home().join("spool").exists(), "{at}: programs still record");

        machine.ok(words);
        assert_eq!((allowed(machine), config()), after, "{at}");
        assert_eq!(machine.names(""), names, "{at}");
    });
    machine.files()
}

#[test]
fn on_is_said_wholly_or_not_at_all() {
    if !has_tool("strace") {
        return;
    }
    change(&machine(), &format!("on --send-to {NOBODY} --only one two"));
}

#[test]
fn a_yes_is_taken_back_wholly_or_not_at_all() {
    if !has_tool("strace") {
        return;
    }
    let machine = machine_for(NOBODY);
    let mut send = machine.command("send");
    assert_eq!(send.output().unwrap().status.code(), Some(1), "nobody takes the report");
    assert_eq!(machine.reports("outbox").len(), 1);
    machine.remember();
    for words in [format!("on --never-send-to {NOBODY}"), "off".to_owned()] {
        machine.restore();
        change(&machine, &words);
        assert_eq!(machine.reports("outbox").len(), 0, "it still waits after `{words}`");
        assert_eq!(machine.reports("refused").len(), 1);
    }
    machine.restore();
    let left = change(&machine, "off --delete");
    assert_eq!(left, [(machine.cargo_config(), CONFIG.into())].into());
}

#[test]
fn whatever_a_killed_on_left_off_deletes() {
    if !has_tool("strace") {
        return;
    }
    let machine = machine();
    let before = machine.files();
    each_kill(&machine, "on", |at| {
        machine.ok("off --delete");
        assert_eq!(machine.files(), before, "{at}");
        assert!(!machine.home().exists(), "{at}");
    });
}

#[test]
fn what_is_packed_is_said_once() {
    if !has_tool("strace") {
        return;
    }
    let machine = machine_for(NOBODY);
    // Long lines, so that few are more than a mebibyte.
    let sites = ["a", "b", "c", "d", "e", "f", "g"].map(|letter| letter.repeat(240));
    for process in 0..600 {
        machine.hit(last_week(), process, NOBODY, &sites.each_ref().map(String::as_str));
    }
    machine.remember();
    let said = machine.said(last_week());
    each_kill(&machine, "status --json", |at| {
        assert!(machine.said(last_week()) == said, "{at}: a sum changed");
        machine.ok("status");
        assert!(machine.said(last_week()) == said, "{at}: a sum changed later");
    });
    let packed = machine.home().join("spool").join(format!("{}.spool.gz", last_week()));
    assert!(packed.exists(), "nothing was packed");
}

#[test]
fn a_report_arrives_once_wherever_its_sender_is_killed() {
    if !has_tool("strace") {
        return;
    }
    let mut collector = Collector::new("http://127.0.0.1:0");
    collector.start();
    let manifest = json!({
        "headcount": 1, "library": LIBRARY, "version": "0.1.0", "features": [], "sites": {
            "s0": {"kind": "fn", "deprecated": {"since": "0.1.0"}},
            "s1": {"kind": "fn", "deprecated": {"since": "0.1.0"}},
            "s2": {"kind": "fn", "deprecated": {"since": "0.1.0"}},
        },
    });
    collector.register(LIBRARY, "0.1.0", &manifest);
    let machine = machine_for(collector.url());
    let of_user = || (allowed(&machine), fs::read(machine.cargo_config()).unwrap());
    let (user, mut sections) = (of_user(), 0);
    each_kill(&machine, "send", |at| {
        let written = [machine.reports("outbox"), machine.reports("sent")].concat();
        assert!(written.len() <= 1, "{at}: a report is there twice");
        machine.ok("send");
        sections += 1;

        let sent = machine.reports("sent");
        assert_eq!(sent.len(), 1, "{at}");
        assert!(written.iter().all(|report| *report == sent[0]), "{at}: written anew");
        assert_eq!(of_user(), user, "{at}");
        let left: Vec<_> = ["outbox", "refused", "scans"].map(|it| machine.names(it)).concat();
        assert_eq!(left, [] as [&str; 0], "{at}");
        let spool = machine.names("spool");
        assert!(spool.iter().all(|name| name.starts_with("build-")), "{at}: {spool:?}");
    });

    // Each of them was asked of, and counted, once.
    let answer = collector.get(&format!("/v1/libraries/{LIBRARY}/removal"));
    let counts = |site: &Value| ["linked", "called"].map(|fact| site[fact]["count"].as_u64());
    let counts: Vec<_> = answer["sites"].as_array().unwrap().iter().map(counts).collect();
    let (all, none) = (Some(sections), Some(0));
    assert_eq!(counts, [[all, all], [all, all], [all, none]], "{answer}");
}
