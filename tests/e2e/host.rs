//! Whatever a program does to its process, headcount does it no harm: the program ends and prints
//! as it would without.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::LazyLock;

use headcount_sender::scan;
use headcount_tests::variant::{build_variant, lock};
use headcount_tests::{can_mount, cargo, clean, fixtures, is_root, root, success};

use crate::recording::{HITTER, Spool};

/// The programs of `tests/builds/hosts`.
pub(crate) static HOSTS: LazyLock<PathBuf> = LazyLock::new(|| {
    build_variant(&root().join("tests/builds/hosts"), &["--workspace"], "", "hosts")
});

/// Somebody who is neither root nor who runs the tests.
const SOMEBODY: u32 = 65_534;
const SOMEBODY_ELSE: u32 = 65_533;

/// Runs a scenario of the program `host`, which has to end well and print nothing.
#[track_caller]
fn host(spool: &Spool, arguments: &[&str]) -> BTreeMap<String, u64> {
    is_silent(&success(spool.command(&HOSTS.join("host")).args(arguments)));
    spool.totals()
}

#[track_caller]
fn is_silent(output: &Output) {
    assert!(output.stdout.is_empty() && output.stderr.is_empty(), "{output:?}");
}

fn sites(counts: impl IntoIterator<Item = (usize, u64)>) -> BTreeMap<String, u64> {
    counts.into_iter().map(|(site, count)| (format!("s{site}"), count)).collect()
}

/// Everything in a folder, one file behind the other.
fn contents(folder: &Path) -> Vec<u8> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.flat_map(|file| fs::read(file).unwrap()).collect()
}

/// Eight threads pass 1, 100 and 10,000 together, and a ninth looks on.
#[test]
fn threads_at_once_say_everything_once() {
    for _ in 0..10 {
        let spool = Spool::new();
        assert_eq!(host(&spool, &["stress"]), sites((0..16).map(|site| (site, 10_000))));
        // 16 sites with three lines each, and which executable it was.
        assert_eq!(spool.lines().lines.len(), 16 * 3 + 1);
    }
}

/// A kept descriptor would now be the database's.
#[test]
fn a_daemon_that_closes_all_descriptors_finds_only_its_own_bytes_in_its_database() {
    let spool = Spool::new();
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("database");
    let counts = host(&spool, &["daemon", database.to_str().unwrap()]);
    assert_eq!(counts, sites([(0, 100), (1, 10_000)]));
    assert_eq!(fs::read(database).unwrap(), b"data");
}

/// What the program prints must not end up in a file that got a closed stream's number.
#[test]
fn nothing_that_a_program_prints_into_closed_streams_is_caught() {
    const SECRET: &str = "not for the spool";
    for _ in 0..20 {
        let spool = Spool::new();
        success(spool.command(&HOSTS.join("host")).args(["without-streams", SECRET]));
        let contents = contents(spool.0.path());
        assert!(!contents.windows(SECRET.len()).any(|bytes| bytes == SECRET.as_bytes()));
    }
}

/// Every allocation is a hit, and so is every write, a signal handler's in the midst of it included.
#[test]
fn what_headcount_stands_on_can_be_counted() {
    for _ in 0..10 {
        let spool = Spool::new();
        is_silent(&success(&mut spool.command(&HOSTS.join("below"))));
        let totals = spool.totals();
        assert_eq!(totals["<Counting as GlobalAlloc>::alloc"], 10_000, "{totals:?}");
        assert_eq!(totals["<Counting as GlobalAlloc>::dealloc"], 10_000, "{totals:?}");
        assert!(totals["write"] >= 1, "{totals:?}");
        for site in 0..16 {
            assert_eq!(totals.get(&format!("s{site}")), Some(&1), "s{site}: {totals:?}");
        }
    }
}

#[test]
fn children_born_amid_hits_neither_block_nor_say_what_is_not_theirs() {
    for _ in 0..5 {
        let spool = Spool::new();
        let totals = host(&spool, &["fork-among-threads"]);
        // Each child hits these once.
        for site in 8..16 {
            assert_eq!(totals[&format!("s{site}")], 40);
        }
        for site in 0..8 {
            assert!(totals[&format!("s{site}")] <= 10_000);
        }
    }
}

#[test]
fn hits_while_threads_and_the_process_end_are_counted() {
    assert_eq!(host(&Spool::new(), &["exit"]), sites([(0, 1), (1, 1), (2, 1)]));
}

#[test]
fn an_environment_that_moves_is_read_where_it_is() {
    assert_eq!(host(&Spool::new(), &["environment"]), sites((0..16).map(|site| (site, 1))));
}

/// A line needs two descriptors, a folder's and a file's.
#[test]
fn without_descriptors_nothing_is_recorded() {
    // Of the hits with none or one to be had, nothing is said; later ones are as ever.
    assert_eq!(host(&Spool::new(), &["few-descriptors"]), sites([(0, 100), (5, 1)]));
}

#[test]
fn in_another_root_folder_there_is_no_spool() {
    if !is_root() {
        return;
    }
    let spool = Spool::new();
    let folder = tempfile::tempdir().unwrap();
    let counts = host(&spool, &["chroot", folder.path().to_str().unwrap()]);
    assert_eq!(counts, sites([(0, 1)]));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// A set-user-id program must not write where its caller says.
#[test]
fn a_program_with_more_rights_than_its_caller_records_nothing() {
    if !is_root() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    let program = folder.path().join("hitter");
    fs::copy(&*HITTER, &program).unwrap();
    chown(&program, Some(SOMEBODY), Some(SOMEBODY)).unwrap();
    for (mode, caller, expected) in [
        (0o755, SOMEBODY, sites([(0, 1)])), // with no rights but its own
        (0o4755, SOMEBODY_ELSE, BTreeMap::new()), // set-user-id
        (0o2755, SOMEBODY_ELSE, BTreeMap::new()), // set-group-id
    ] {
        let spool = Spool::new();
        // The owner is whom the program runs as, so that is not what stops it.
        let owner = if mode == 0o2755 { SOMEBODY_ELSE } else { SOMEBODY };
        chown(spool.0.path(), Some(owner), None).unwrap();
        fs::set_permissions(&program, Permissions::from_mode(mode)).unwrap();
        let mut command = spool.command("setpriv".as_ref());
        let caller = caller.to_string();
        command.args(["--reuid", &caller, "--regid", &caller, "--clear-groups"]);
        is_silent(&success(command.arg(&program).args(["hit", "1"])));
        assert_eq!(spool.totals(), expected, "{mode:o}");
    }
}

/// Runs the program in a mount namespace of its own, where `mount` says what the spool lies on, and
/// prints what is in the spool then. `None` where the system does not allow it.
fn mounted(mount: &str, hits: &str) -> Option<Output> {
    if !can_mount() {
        return None;
    }
    let spool = Spool::new();
    let script = format!("cd /; {mount} && \"$0\" hit {hits} && cat \"$HEADCOUNT_SPOOL\"/*.spool");
    let mut command = spool.command("unshare".as_ref());
    command.args(["--map-root-user", "--mount", "sh", "-c", &script]).arg(&*HITTER);
    Some(command.output().unwrap())
}

#[test]
fn a_read_only_spool_stays_as_it_is() {
    let mount = "mount -t tmpfs -o ro none \"$HEADCOUNT_SPOOL\"";
    if let Some(output) = mounted(mount, "10000 1 1") {
        // Only `cat` has something to say.
        let complaint = String::from_utf8(output.stderr).unwrap();
        assert!(output.stdout.is_empty() && complaint.starts_with("cat: "), "{complaint}");
        assert_eq!(complaint.lines().count(), 1, "{complaint}");
    }
}

/// A write that does not fit leaves a torn line at most.
#[test]
fn a_full_disk_stops_the_recording_and_nothing_else() {
    // A page for the build record, one for the week.
    let mount = "mount -t tmpfs -o size=8k none \"$HEADCOUNT_SPOOL\"; \
        head -c 4096 /dev/zero | tr '\\0' x >\"$HEADCOUNT_SPOOL\"/full";
    if let Some(output) = mounted(mount, "10000 1 1") {
        let complaint = String::from_utf8(output.stderr).unwrap();
        assert!(output.stdout.is_empty(), "{:?}", output.stdout);
        assert!(complaint.is_empty() || complaint.starts_with("cat: "), "{complaint}");
    }
    // And one that is full in the middle of the week's file.
    let mount = "mount -t tmpfs -o size=12k none \"$HEADCOUNT_SPOOL\"; \
        week=\"$HEADCOUNT_SPOOL\"/$(date -u +%G-W%V).spool; \
        head -c 4000 /dev/zero | tr '\\0' '\\n' >\"$week\"; \
        chmod 600 \"$week\"; head -c 4096 /dev/zero >\"$HEADCOUNT_SPOOL\"/full";
    if let Some(output) = mounted(mount, "10000 1 1") {
        assert!(output.status.success(), "{output:?}");
        assert!(output.stdout.len() >= 4000 && output.stderr.is_empty(), "{output:?}");
        assert!(headcount_report::spool::decode(&output.stdout).unreadable <= 1);
    }
}

#[test]
fn a_library_without_the_standard_one_is_counted() {
    let spool = Spool::new();
    success(spool.command(&HOSTS.join("host")).arg("bare"));
    let expected = ["Buffer::sum", "double"].map(|site| (site.to_owned(), 1));
    assert_eq!(spool.totals(), expected.into());
}

#[test]
#[ignore = "builds the programs anew"]
fn and_so_is_one_with_an_allocator() {
    let folder = root().join("tests/builds/hosts");
    let arguments = ["--package", "host", "--features", "alloc"];
    let program = build_variant(&folder, &arguments, "", "hosts-alloc").join("host");
    let spool = Spool::new();
    success(spool.command(&program).arg("bare"));
    let expected = ["Buffer::boxed", "Buffer::sum", "boxed", "double"];
    assert_eq!(spool.totals(), expected.map(|site| (site.to_owned(), 1)).into());
}

#[test]
fn a_shared_library_that_is_loaded_late_is_counted() {
    let plugin = HOSTS.join("libplugin.so");
    let scan = scan::file(&plugin).unwrap();
    let linked: Vec<_> = scan.sites.iter().map(|site| site.path.as_str()).collect();
    assert_eq!(linked, ["inner", "plugin_work"]);
    let counts = host(&Spool::new(), &["load", plugin.to_str().unwrap()]);
    assert_eq!(counts, ["inner", "plugin_work"].map(|site| (site.to_owned(), 1)).into());
}

/// What runs while a program is built says nothing about the program.
#[test]
fn a_build_script_and_a_procedural_macro_record_nothing() {
    let spool = Spool::new();
    let lock = lock();
    let mut build = cargo(&root().join("tests/builds/hosts/Cargo.toml"));
    build.args(["build", "--quiet", "--locked", "--package", "host", "--target-dir"]);
    // Both run anew when this variable changes.
    success(build.arg(fixtures()).env("HEADCOUNT_SPOOL", spool.0.path()));
    let program = fixtures().join("debug/host");
    let output = success(clean(program).arg("bare"));
    drop(lock);
    assert_eq!(output.stdout, b"1 1\n"); // they did hit a site each
    assert_eq!(fs::read_dir(spool.0.path()).unwrap().count(), 0);

    let scan = scan::file(&HOSTS.join("libderive.so")).unwrap();
    let linked: Vec<_> = scan.sites.iter().map(|site| site.path.as_str()).collect();
    assert_eq!(linked, ["hits"]);
}
