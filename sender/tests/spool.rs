//! The spool folder is kept tidy, and nothing in it is deleted that is still needed.

mod machine;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::os::unix::fs::{chown, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use headcount_sender::spool::{Spool, SpoolError};
use machine::{COLLECTOR, Machine, record};

fn days(count: u64) -> Duration {
    Duration::from_hours(24 * count)
}

fn touch(path: &Path, age: Duration) {
    let file = File::options().create(true).append(true).open(path).unwrap();
    file.set_modified(SystemTime::now() - age).unwrap();
}

/// A folder of another user's. Only a superuser can give one away; for all others, `/` is one.
fn foreign_folder(machine: &Machine) -> PathBuf {
    let spool = machine.home.spool();
    if chown(&spool, Some(12345), None).is_ok() { spool } else { "/".into() }
}

#[test]
fn a_folder_of_another_user_is_not_opened() {
    let machine = Machine::new();
    let error = Spool::open(&foreign_folder(&machine)).unwrap_err();
    assert!(matches!(error, SpoolError::Foreign { .. }), "{error}");
    let error = Spool::open(&machine.home.folder().join("nothing")).unwrap_err();
    assert!(matches!(error, SpoolError::Missing(_)), "{error}");
    let file = machine.home.folder().join("file");
    fs::write(&file, "").unwrap();
    let error = Spool::open(&file).unwrap_err();
    assert!(matches!(error, SpoolError::NotFolder(_)), "{error}");
}

#[test]
fn half_written_build_records_go_after_a_day() {
    let machine = Machine::new();
    let name = |process: u8| format!("build-0123456789abcdef.json.00112233445566{process:02x}");
    let (new, old) = (machine.home.spool().join(name(1)), machine.home.spool().join(name(2)));
    touch(&new, days(0));
    touch(&old, days(2));
    machine.spool().clean(&BTreeSet::new(), SystemTime::now()).unwrap();
    assert!(new.exists() && !old.exists());
}

#[test]
fn build_records_go_when_they_are_old_and_no_week_needs_them() {
    let machine = Machine::new();
    let [needed, old, new] = ["needed", "old", "new"].map(|library| {
        let hash = machine.build(&record(library, COLLECTOR));
        let name = headcount_report::spool::build_file_name(hash);
        touch(&machine.home.spool().join(name), days(if library == "new" { 1 } else { 100 }));
        hash
    });
    machine.spool().clean(&[needed].into(), SystemTime::now()).unwrap();
    let kept: BTreeSet<u64> = machine.spool().builds().unwrap().records.into_keys().collect();
    assert_eq!(kept, [needed, new].into());
    assert!(!kept.contains(&old));
}

#[test]
fn only_weeks_and_build_records_are_read() {
    let machine = Machine::new();
    let spool = machine.home.spool();
    for name in ["2026-W99.spool", "notes.txt", "build-1.json", "build-XYZ.json", ".spool"] {
        fs::write(spool.join(name), "x").unwrap();
    }
    fs::create_dir(spool.join("2026-W46.spool")).unwrap();
    symlink("/etc/passwd", spool.join("2026-W45.spool")).unwrap();
    fs::write(spool.join("2026-W47.spool"), "four").unwrap();
    let weeks = machine.spool().lengths().unwrap();
    assert_eq!(weeks, [("2026-W47".parse().unwrap(), 4)].into());
    assert_eq!(machine.spool().builds().unwrap().bad, 0);
}
