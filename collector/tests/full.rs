//! A full disk: what cannot be kept is refused, whole, and nothing has to be done once there is room.

#![cfg(target_os = "linux")]

#[allow(dead_code, reason = "shared with tests that use the rest")]
mod process;

use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;

use process::{BINARY, Folder, Serving, can_run, report};

/// Runs the rest of its arguments with a disk of 2 MiB of its own at the first.
const WITH_DISK: &str = "mount -t tmpfs -o size=2m headcount \"$0\" && exec \"$@\"";

const UNSHARE: [&str; 4] = ["--map-root-user", "--mount", "sh", "-c"];

#[test]
fn a_full_disk_refuses_and_recovers() {
    let folder = Folder::new();
    let disk = folder.path("disk");
    fs::create_dir(&disk).unwrap();
    let disk = disk.display().to_string();
    let run = |program: &str| {
        let mut arguments: Vec<String> = UNSHARE.map(str::to_owned).to_vec();
        arguments.extend([WITH_DISK, &disk, program].map(str::to_owned));
        arguments
    };
    let probe = run("true");
    if !can_run("unshare", &probe.iter().map(String::as_str).collect::<Vec<_>>()) {
        return;
    }
    let mut arguments = run(BINARY);
    arguments.extend(folder.serve());
    *arguments.last_mut().unwrap() = format!("{disk}/store.sqlite");
    let serving = Serving::start("unshare", &arguments);
    let send = |id| serving.request("POST /v1/reports", "", &report(id));
    assert_eq!(send(0).0, 200);

    // As that process sees it.
    let seen =
        |name: &str| PathBuf::from(format!("/proc/{}/root{disk}/{name}", serving.process.id()));
    let mut filler = File::create(seen("filler")).unwrap();
    while filler.write_all(&[0; 4096]).is_ok() {}
    let (mut taken, mut refused) = (vec![0], Vec::new());
    for id in 1..1_000 {
        match send(id) {
            (200, _) => taken.push(id),
            (503, answer) => {
                assert!(answer.contains("disk is full"), "{answer}");
                refused.push(id);
            }
            other => panic!("{other:?}"),
        }
        if refused.len() == 20 {
            break;
        }
    }
    assert_eq!(refused.len(), 20, "it was never full");
    drop(filler);
    fs::remove_file(seen("filler")).unwrap();
    for id in &taken {
        assert!(send(*id).1.contains("\"repeated\":1"), "{id} was lost");
    }
    for id in &refused {
        let (status, answer) = send(*id);
        assert!(answer.contains("\"admitted\":1"), "{id} was kept by half: {status} {answer}");
    }

    // The disk goes with the process.
    for name in ["store.sqlite", "store.sqlite-wal"] {
        fs::copy(seen(name), folder.path(name)).unwrap();
    }
    drop(serving);
    folder.check();
}
