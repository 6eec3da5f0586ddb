//! Without the owner's consent, not one system call more.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use headcount_tests::{build, clean, has_tool, root, success};

use crate::end::Running;
use crate::recording::HITTER;

/// How often each system call was made, but for two that chance makes: `futex`, if a join has to
/// wait, and `munmap`, if what the C library maps for a thread's heap is not aligned as it wishes.
fn system_calls(program: &Path, variables: &[(&str, &str)]) -> BTreeMap<String, usize> {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("strace");
    let mut command = clean("strace");
    command.args(["-f", "-qq", "-o"]).arg(&log).arg(program).arg("threads");
    success(command.envs(variables.iter().copied()));
    let mut calls = BTreeMap::new();
    for line in fs::read_to_string(log).unwrap().lines() {
        // `1234 openat(AT_FDCWD, ..` or `1234 <... read resumed> ..`
        let call = line.split_whitespace().nth(1).unwrap_or_default();
        if let Some((name, _)) = call.split_once('(')
            && !["futex", "munmap"].contains(&name)
        {
            *calls.entry(name.to_owned()).or_default() += 1;
        }
    }
    assert!(calls.contains_key("execve") && calls["clone3"] >= 4, "strace shows {calls:?}");
    calls
}

#[test]
fn without_consent_no_system_call_is_made() {
    if !has_tool("strace") {
        return;
    }
    let folder = root().join("tests/builds/hitter");
    let disabled = build(&folder, "hitter", &["--features", "disabled"], "hitter-disabled");
    let expected = system_calls(&disabled, &[]);
    assert_eq!(system_calls(&HITTER, &[]), expected);

    // With consent the comparison has to fail, or it would prove nothing.
    let spool = tempfile::tempdir().unwrap();
    let consent = ("HEADCOUNT_SPOOL", spool.path().to_str().unwrap());
    assert_ne!(system_calls(&HITTER, &[consent]), expected);
    // And `disabled` beats consent, as whoever runs the program does.
    assert_eq!(system_calls(&disabled, &[consent]), expected);
    for refusal in [("HEADCOUNT", "off"), ("DO_NOT_TRACK", "1")] {
        assert_eq!(system_calls(&HITTER, &[consent, refusal]), expected, "{refusal:?}");
    }
}

/// A process that recorded, and whose spool `off` has removed, looks for that folder, and whether an
/// administrator says no, and that is all.
#[test]
fn after_off_a_running_process_opens_nothing_but_the_missing_folder() {
    if !has_tool("strace") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (spool, log) = (folder.path().join("spool"), folder.path().join("strace"));
    fs::create_dir(&spool).unwrap();
    let mut command = clean("strace");
    command.args(["-f", "-qq", "-o"]).arg(&log).arg(&*HITTER).env("HEADCOUNT_SPOOL", &spool);
    let mut running = Running::start(&mut command);
    running.hit();
    assert!(fs::read_dir(&spool).unwrap().count() > 0, "nothing was recorded");
    fs::remove_dir_all(&spool).unwrap();
    (0..3).for_each(|_| running.hit());
    running.end();

    let missing = format!("openat(AT_FDCWD, \"{}\", ", spool.display());
    let log = fs::read_to_string(log).unwrap();
    let calls = log.lines().filter_map(|line| Some(line.split_once(' ')?.1.trim_start()));
    let is_missed = |call: &str| call.starts_with(&missing) && call.contains(" ENOENT ");
    let since: Vec<_> = calls.skip_while(|call| !is_missed(call)).collect();
    assert_eq!(since.iter().filter(|call| is_missed(call)).count(), 3, "{since:#?}");
    // The program itself reads a line, prints one, and ends. That it is denied may be said any time.
    let usual = ["read(0, ", "write(1, ", "munmap(", "sigaltstack(", "exit_group(", "+++ exited"];
    let ours = ["access(\"/etc/headcount/deny\", ", "getpid()"];
    let is_known = |call: &&str| usual.iter().chain(&ours).any(|known| call.starts_with(known));
    let more: Vec<_> =
        since.into_iter().filter(|call| !is_missed(call) && !is_known(call)).collect();
    assert!(more.is_empty(), "{more:#?}");
}
