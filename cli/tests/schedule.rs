//! `send --schedule` and `--unschedule`.

mod machine;

use std::fs;
use std::process::Command;

use headcount_tests::{can_mount, has_tool};
use machine::{Machine, Ran};

/// Runs a script in which `$HEADCOUNT` is our command, the table of `cron` is empty, one that exists
/// in this process only, and systemd's manager does not answer. `None` where that cannot be had.
fn with_own_table(machine: &Machine, script: &str) -> Option<Ran> {
    if !has_tool("crontab") || !can_mount() {
        return None;
    }
    let private = "mount -t tmpfs none /var/spool/cron/crontabs; \
        if systemctl=$(command -v systemctl); then mount --bind /dev/null $systemctl; fi";
    let ours = machine.command("");
    let mut command = Command::new("unshare");
    command.env_clear().envs(ours.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.env("PATH", "/usr/bin:/bin").env("HEADCOUNT", ours.get_program());
    let script = format!("set -e; {private}; {script}");
    Some(Ran::of(command.args(["--mount", "--map-root-user", "sh", "-c", &script])))
}

#[test]
fn a_line_of_cron_is_written_once_and_taken_out() {
    let machine = Machine::new();
    let script = "
        printf '# mine\\n5 4 * * * backup\\n' | crontab -
        $HEADCOUNT send --schedule; crontab -l >$HOME/once
        $HEADCOUNT send --schedule; crontab -l >$HOME/twice
        $HEADCOUNT send --unschedule; crontab -l >$HOME/none
        $HEADCOUNT send --unschedule
        $HEADCOUNT send --schedule >/dev/null
        $HEADCOUNT on >/dev/null; $HEADCOUNT off; crontab -l >$HOME/off
        crontab -r
        $HEADCOUNT send --schedule >/dev/null; $HEADCOUNT send --unschedule >/dev/null
        if crontab -l; then exit 1; fi";
    let Some(ran) = with_own_table(&machine, script) else { return };
    assert_eq!(ran.status, 0, "{}{}", ran.stdout, ran.stderr);
    let table = |name| fs::read_to_string(machine.home().with_file_name(name)).unwrap();
    let mine = "# mine\n5 4 * * * backup\n";
    let once = table("once");
    let line = once.strip_prefix(mine).unwrap();
    let home = format!(" env 'HEADCOUNT_HOME={}' ", machine.home().display());
    assert!(line.contains(&home) && line.contains("' headcount send --due >"), "{line}");
    assert!(ran.stdout.contains(line), "what is written is shown: {}", ran.stdout);
    assert_eq!(table("twice"), once);
    assert_eq!(table("none"), mine);
    assert_eq!(table("off"), mine, "`off` left something that runs");
    assert!(ran.stdout.contains("Nothing was scheduled."), "{}", ran.stdout);
}

#[test]
fn without_anybody_who_could_run_it_that_is_said() {
    let machine = Machine::new();
    // No program is found there. (Without the variable, the system's own folders would be searched.)
    let ran = Ran::of(machine.command("send --schedule").env("PATH", machine.home()));
    assert_eq!(ran.status, 2, "{}", ran.stdout);
    assert!(ran.stderr.contains("let whatever runs programs daily"), "{}", ran.stderr);
    assert!(machine.files().is_empty());
    let ran = Ran::of(machine.command("send --unschedule").env("PATH", machine.home()));
    assert!(ran.stdout.contains("Nothing was scheduled."), "{}", ran.stderr);
}

/// Units that were written while the manager ran go also when it does not.
#[test]
fn off_leaves_no_timer() {
    let machine = Machine::new();
    let units = machine.home().with_file_name(".config").join("systemd/user");
    let wants = units.join("timers.target.wants");
    fs::create_dir_all(&wants).unwrap();
    for name in ["headcount-send.service", "headcount-send.timer", "other.timer"] {
        fs::write(units.join(name), "").unwrap();
    }
    let link = wants.join("headcount-send.timer");
    std::os::unix::fs::symlink(units.join("headcount-send.timer"), link).unwrap();
    machine.ok("on");
    assert!(machine.ok("off").contains("headcount-send.timer"));
    let left: Vec<_> = machine.files().into_iter().map(|(path, _)| path).collect();
    assert!(left.contains(&units.join("other.timer")));
    assert!(!left.iter().any(|path| path.to_string_lossy().contains("headcount-send")), "{left:?}");
}
