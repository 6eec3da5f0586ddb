//! Without the owner's consent, not one system call more.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use headcount_tests::{build, clean, has_tool, root, success};

use crate::recording::HITTER;

/// How often each system call was made, but for two that chance makes: `futex`, if a join has to
/// wait, and `munmap`, if what the C library maps for a thread's heap is not aligned as it wishes.
fn system_calls(program: &Path, spool: Option<&Path>) -> BTreeMap<String, usize> {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("strace");
    let mut command = clean("strace");
    command.args(["-f", "-qq", "-o"]).arg(&log).arg(program).arg("threads");
    if let Some(spool) = spool {
        command.env("HEADCOUNT_SPOOL", spool);
    }
    success(&mut command);
    let mut calls = BTreeMap::new();
    for line in std::fs::read_to_string(log).unwrap().lines() {
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
    let disabled: PathBuf =
        build(&folder, "hitter", &["--features", "disabled"], "hitter-disabled");
    let expected = system_calls(&disabled, None);
    assert_eq!(system_calls(&HITTER, None), expected);

    // With consent the comparison has to fail, or it would prove nothing.
    let spool = tempfile::tempdir().unwrap();
    assert_ne!(system_calls(&HITTER, Some(spool.path())), expected);
    // And `disabled` beats consent.
    assert_eq!(system_calls(&disabled, Some(spool.path())), expected);
}
