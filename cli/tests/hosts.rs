//! Machines on which little works: each command does all of it or nothing, and says what stands in
//! the way.
//!
//! Each test is a shell script in namespaces of its own, in which `$HEADCOUNT` is our command; what
//! programs do in such places is tested in `tests/e2e/host.rs`.

mod collector;
mod machine;

use std::fs;
use std::process::Command;

use collector::{Answer, Collector};
use headcount_tests::can_mount;
use machine::{Machine, Ran, this_week, today};

/// Runs a script as somebody without a name and without rights of their own, but for the files of
/// whoever runs the test.
fn as_nobody(machine: &Machine, script: &str) -> Ran {
    run(machine, &["--user", "--map-user=54321", "--map-group=54321"], script)
}

/// Runs a script that may mount.
fn with_mounts(machine: &Machine, script: &str) -> Ran {
    run(machine, &["--map-root-user", "--mount"], script)
}

fn run(machine: &Machine, namespaces: &[&str], script: &str) -> Ran {
    let ours = machine.command("");
    let mut unshare = Command::new("unshare");
    unshare.env_clear().envs(ours.get_envs().filter_map(|(name, value)| Some((name, value?))));
    unshare.env("PATH", "/usr/bin:/bin:/usr/sbin:/sbin").env("HEADCOUNT", ours.get_program());
    // Says how each command ended, and what it had to say.
    let says = "says() { said=$(\"$@\" 2>&1 >/dev/null) && status=0 || status=$?; \
        echo $status $said; }";
    let script = format!("set -eu; {says}; {script}");
    Ran::of(unshare.args(namespaces).args(["sh", "-c", &script]))
}

/// What a script has to print: each line's beginning, and words that occur in it.
#[track_caller]
fn check(ran: &Ran, expect: &[(&str, &[&str])]) {
    let all = format!("{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.status, 0, "{all}");
    assert_eq!(ran.stdout.lines().count(), expect.len(), "{all}");
    for (line, (beginning, words)) in ran.stdout.lines().zip(expect) {
        assert!(line.starts_with(beginning), "`{beginning}`: {all}");
        assert!(words.iter().all(|word| line.contains(word)), "{words:?}: {line}");
    }
}

#[test]
fn without_a_home_folder_a_variable_has_to_name_one() {
    if !can_mount() {
        return;
    }
    let machine = Machine::new();
    let ran = as_nobody(
        &machine,
        "OURS=$HEADCOUNT_HOME; unset HEADCOUNT_HOME; says env -u HOME $HEADCOUNT headcount status
         export HEADCOUNT_HOME=$OURS; says env -u HOME $HEADCOUNT headcount status
         says env -u HOME -u CARGO_HOME $HEADCOUNT headcount on
         says env -u HOME $HEADCOUNT headcount on",
    );
    let (no_home, cargo): (&[_], &[_]) = (&["HEADCOUNT_HOME"], &["CARGO_HOME"]);
    check(&ran, &[("2 error: ", no_home), ("0", &[]), ("2 error: ", cargo), ("0", &[])]);
}

#[test]
fn a_home_that_may_not_be_written_stays_as_it_is() {
    if !can_mount() {
        return;
    }
    let machine = Machine::new();
    let denied: &[&str] = &["ermission denied"];
    let ran = as_nobody(
        &machine,
        "chmod 500 $HOME; says $HEADCOUNT headcount on; chmod 700 $HOME
         ls -A $CARGO_HOME; test ! -e $HEADCOUNT_HOME
         says $HEADCOUNT headcount on
         chmod 000 $HEADCOUNT_HOME; says $HEADCOUNT headcount status; says $HEADCOUNT headcount send
         says env PATH= $HEADCOUNT headcount off; chmod 700 $HEADCOUNT_HOME
         says env PATH= $HEADCOUNT headcount off --delete; test ! -e $HEADCOUNT_HOME",
    );
    let fails = ("2 error: ", denied);
    check(&ran, &[fails, ("0", &[]), fails, fails, fails, ("0", &[])]);
}

#[test]
fn a_read_only_home_is_looked_at_and_stays_as_it_is() {
    if !can_mount() {
        return;
    }
    let machine = Machine::new();
    machine.ok("on");
    machine.use_library(this_week(), 1, "counted-library", "https://count.example.org");
    let before = machine.files();
    let ran = with_mounts(
        &machine,
        "mount --bind $HEADCOUNT_HOME $HEADCOUNT_HOME; mount -o remount,bind,ro $HEADCOUNT_HOME
         mount --bind $CARGO_HOME $CARGO_HOME; mount -o remount,bind,ro $CARGO_HOME
         says $HEADCOUNT headcount status
         says $HEADCOUNT headcount on --send-to https://count.example.org
         says $HEADCOUNT headcount send
         says $HEADCOUNT headcount off",
    );
    let read_only: &[&str] = &["ead-only file system"];
    let fails = ("2 error: ", read_only);
    check(&ran, &[("0", &[]), fails, fails, fails]);
    assert!(machine.files() == before, "something was changed");
}

/// A disk of a quarter of a mebibyte, which something else fills; then there is room again.
#[test]
fn a_full_disk_costs_nothing_that_was_there() {
    if !can_mount() {
        return;
    }
    let collector = Collector::answering(&[Answer::taken()]);
    let (machine, url) = (Machine::new(), &collector.url);
    machine.ok(&format!("on --send-to {url}"));
    machine.use_library(this_week(), 1, "counted-library", url);
    let ran = with_mounts(
        &machine,
        &format!(
            "cp -r $HEADCOUNT_HOME $HOME/copy
             mount -t tmpfs -o size=256k none $HEADCOUNT_HOME; cp -r $HOME/copy/. $HEADCOUNT_HOME
             cat /dev/zero >$HEADCOUNT_HOME/full 2>/dev/null || true
             says $HEADCOUNT headcount on --send-to https://other.example.org
             says $HEADCOUNT headcount send --through {}
             mv $HEADCOUNT_HOME/full $HOME/full
             diff -r $HOME/copy $HEADCOUNT_HOME && echo same
             says $HEADCOUNT headcount send --through {}
             ls $HEADCOUNT_HOME/sent | grep -c json",
            today(),
            today()
        ),
    );
    let full: &[&str] = &["o space left on device"];
    let fails = ("2 error: ", full);
    check(&ran, &[fails, fails, ("same", &[]), ("0", &[]), ("1", &[])]);
    assert_eq!(collector.requests().len(), 1);
}

/// There is room for what is recorded and not for packing it.
#[test]
fn on_a_full_disk_nothing_is_packed_and_no_line_lost() {
    if !can_mount() {
        return;
    }
    let machine = Machine::new();
    machine.ok("on");
    let week = this_week();
    machine.use_library(week, 1, "counted-library", "https://count.example.org");
    let line = fs::read(machine.spool_file(week)).unwrap();
    fs::write(machine.spool_file(week), line.repeat((1 << 20) / line.len() + 1)).unwrap();
    let ran = with_mounts(
        &machine,
        &format!(
            "cp -r $HEADCOUNT_HOME $HOME/copy
             mount -t tmpfs -o size=2m none $HEADCOUNT_HOME; cp -r $HOME/copy/. $HEADCOUNT_HOME
             cat /dev/zero >$HEADCOUNT_HOME/full 2>/dev/null || true
             says $HEADCOUNT headcount status
             cd $HEADCOUNT_HOME/spool; cat {week}.spool* | cmp - $HOME/copy/spool/{week}.spool && echo same
             rm $HEADCOUNT_HOME/full; says $HEADCOUNT headcount status
             zcat {week}.spool.gz | cmp - $HOME/copy/spool/{week}.spool && echo same"
        ),
    );
    let warned = ("0 warning: ", &["o space left on device"][..]);
    check(&ran, &[warned, ("same", &[]), ("0", &[]), ("same", &[])]);
}
