//! `on`, `off` and `status`.

mod machine;

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};

use headcount_tests::is_root;
use machine::{Machine, Ran, this_week};

const COLLECTOR: &str = "https://count.example.org";
const CONFIG: &str = "# my configuration\n[build]   # two of them\njobs = 2\n\n[env]\nA = 'b'\n";

fn status(machine: &Machine) -> serde_json::Value {
    serde_json::from_str(&machine.ok("status --json")).unwrap()
}

#[test]
fn on_and_off_leave_cargos_configuration_as_it_was() {
    let machine = Machine::new();
    fs::write(machine.cargo_config(), CONFIG).unwrap();
    let before = machine.files();
    assert_eq!(status(&machine)["on"], false);
    assert_eq!(machine.files(), before, "status changed something");

    machine.ok("on");
    let spool = machine.home().join("spool");
    let named = format!("{CONFIG}HEADCOUNT_SPOOL = \"{}\"\n", spool.display());
    assert_eq!(fs::read_to_string(machine.cargo_config()).unwrap(), named);
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(machine.home()), 0o700);
    assert_eq!(mode(spool.clone()), 0o700);
    assert_eq!(mode(machine.home().join("consent.json")), 0o600);
    assert_eq!(status(&machine)["on"], true);
    assert_eq!(status(&machine)["cargo_config"]["names_spool"], true);

    machine.ok("off");
    assert_eq!(fs::read_to_string(machine.cargo_config()).unwrap(), CONFIG);
    assert!(!spool.exists());
    assert_eq!(status(&machine)["decided_by"]["rule"], "off");

    machine.ok("on");
    machine.ok("off --delete");
    assert_eq!(machine.files(), before);
    assert!(!machine.home().exists());
}

#[test]
#[cfg(target_os = "linux")]
fn without_variables_everything_is_in_the_users_home() {
    let machine = Machine::new();
    let run = |words| {
        let mut command = machine.command(words);
        Ran::of(command.env_remove("HEADCOUNT_HOME").env_remove("CARGO_HOME"))
    };
    assert_eq!(run("on").status, 0);
    let user = machine.home().with_file_name("");
    assert!(user.join(".local/share/headcount/consent.json").exists());
    assert!(user.join(".local/share/headcount/spool").is_dir());
    assert!(user.join(".cargo/config.toml").exists());
    assert_eq!(run("off --delete").status, 0);
    assert!(machine.files().is_empty());

    let ran = Ran::of(machine.command("status").env("HEADCOUNT_HOME", "here"));
    assert_eq!(ran.status, 2);
    assert!(ran.stderr.contains("absolute path"), "{}", ran.stderr);
}

#[test]
fn off_where_nothing_was_ever_on_makes_nothing() {
    let machine = Machine::new();
    assert!(!machine.ok("off").contains("still in"));
    machine.ok("off --delete");
    assert!(machine.files().is_empty());
    assert!(!machine.home().exists());
}

#[test]
fn the_older_name_of_cargos_configuration_is_used_if_it_is_there() {
    let machine = Machine::new();
    let older = machine.cargo_config().with_file_name("config");
    fs::write(&older, CONFIG).unwrap();
    machine.ok("on");
    assert!(fs::read_to_string(&older).unwrap().contains("HEADCOUNT_SPOOL"));
    assert!(!machine.cargo_config().exists());
}

#[test]
fn somebody_elses_spool_is_not_replaced() {
    let machine = Machine::new();
    let theirs = "[env]\nHEADCOUNT_SPOOL = \"/srv/spool\"\n";
    fs::write(machine.cargo_config(), theirs).unwrap();
    let ran = machine.run("on");
    assert_eq!(ran.status, 2);
    assert!(ran.stderr.contains("/srv/spool") && ran.stderr.contains("--force"), "{}", ran.stderr);
    assert_eq!(fs::read_to_string(machine.cargo_config()).unwrap(), theirs);
    assert!(!machine.home().exists(), "something was switched on");
    machine.ok("on --force");
    assert_eq!(status(&machine)["cargo_config"]["names_spool"], true);
}

#[test]
fn a_broken_consent_file_means_off_until_it_is_written_anew() {
    let machine = Machine::new();
    machine.ok(&format!("on --send-to {COLLECTOR}"));
    let file = machine.home().join("consent.json");
    for broken in ["", "{\"headcount\": 1,", "[]", "{\"headcount\": 1}"] {
        fs::write(&file, broken).unwrap();
        let said = status(&machine);
        assert_eq!(said["on"], false);
        assert!(said["problems"][0].as_str().unwrap().contains("broken"), "{said}");
        assert_eq!(machine.run("send").status, 2);

        let ran = machine.run("on");
        assert_eq!(ran.status, 0);
        assert!(ran.stderr.contains("anew"), "{}", ran.stderr);
        let said = status(&machine);
        assert_eq!(said["on"], true);
        assert_eq!(said["collectors"].as_array().unwrap().len(), 0, "a yes was made up");
    }
    fs::write(&file, "").unwrap();
    machine.ok("off");
    assert_eq!(status(&machine)["decided_by"]["rule"], "off");
}

#[test]
fn status_is_short_until_something_was_allowed() {
    let machine = Machine::new();
    let said = machine.ok("status");
    assert_eq!(said.lines().count(), 3, "{said}");
    assert!(said.contains("cargo headcount on"), "{said}");
    machine.ok("on");
    assert!(machine.ok("status").contains("How to look, how to stop"));
    machine.ok("off");
    assert!(machine.ok("status").contains("How to start again"));
}

#[test]
fn status_says_who_gets_what_of_a_library() {
    let machine = Machine::new();
    let reported = |what: &str| {
        let said = machine.ok("status");
        assert!(said.lines().any(|line| line.ends_with(what)), "{said}");
    };
    machine.ok("on");
    machine.use_library(this_week(), 1, "counted-library", COLLECTOR);
    reported(&format!("  to nobody: {COLLECTOR} waits for your answer"));
    machine.ok(&format!("on --send-to {COLLECTOR}"));
    reported(&format!("  to {COLLECTOR}"));
    machine.ok("on --except counted-library");
    reported("  never: it is named by `--except`");
    reported("  A yes alone sends nothing: what is recorded for it is never reported.");
    machine.ok(&format!("on --except --never-send-to {COLLECTOR}"));
    reported(&format!("  to nobody: you said no to {COLLECTOR}"));
}

#[test]
fn called_directly_it_is_the_same() {
    let machine = Machine::new();
    let mut command = machine.command("");
    let program = command.get_program().to_owned();
    let mut direct = std::process::Command::new(program);
    direct.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    assert_eq!(Ran::of(direct.arg("status")).stdout, machine.ok("status"));
    assert!(Ran::of(&mut command).stderr.contains("Usage: cargo headcount"));
}

#[test]
fn off_beats_on_in_the_environment() {
    let machine = Machine::new();
    machine.ok("on");
    for (name, value) in [("HEADCOUNT", "off"), ("DO_NOT_TRACK", "1"), ("CI", "true")] {
        let ran = Ran::of(machine.command("status").env(name, value));
        assert!(
            ran.stdout.contains("headcount is off") && ran.stdout.contains(name),
            "{}",
            ran.stdout
        );
        let ran = Ran::of(machine.command("send").env(name, value));
        assert!(
            ran.stdout.contains("Nothing is sent") && ran.stdout.contains(name),
            "{}",
            ran.stdout
        );
    }
    let ran = Ran::of(machine.command("status").env("DO_NOT_TRACK", "0"));
    assert!(ran.stdout.contains("headcount is on"), "{}", ran.stdout);
}

#[test]
fn a_collector_waits_for_its_yes_and_status_says_what_to_type() {
    let machine = Machine::new();
    machine.ok("on");
    machine.use_library(this_week(), 1, "counted-library", COLLECTOR);
    let said = machine.ok("status");
    let command = format!("cargo headcount on --send-to {COLLECTOR}");
    assert!(said.contains(&command), "{said}");
    assert!(said.contains("Nothing is sent to anybody"), "{said}");
    assert_eq!(status(&machine)["collectors"][0]["answer"], "waiting");

    machine.ok(command.strip_prefix("cargo headcount ").unwrap());
    assert_eq!(status(&machine)["collectors"][0]["answer"], "yes");
    machine.ok(&format!("on --never-send-to {COLLECTOR}"));
    assert_eq!(status(&machine)["collectors"][0]["answer"], "no");
}

#[test]
fn an_address_in_the_clear_is_refused_with_what_to_write() {
    let machine = Machine::new();
    let ran = machine.run("on --send-to http://count.example.org");
    assert_eq!(ran.status, 2);
    assert!(ran.stderr.contains("use https"), "{}", ran.stderr);
    assert!(machine.files().is_empty());
}

#[test]
fn off_does_all_that_it_can() {
    let machine = Machine::new();
    machine.ok("on");
    fs::write(machine.cargo_config(), "[env").unwrap();
    let ran = machine.run("off");
    assert_eq!(ran.status, 2);
    assert!(ran.stderr.contains("not valid TOML"), "{}", ran.stderr);
    assert!(!machine.home().join("spool").exists());
    assert_eq!(status(&machine)["decided_by"]["rule"], "off");
}

#[test]
fn a_spool_that_nobody_reads_is_named() {
    let machine = Machine::new();
    machine.ok("on");
    let ran = Ran::of(machine.command("status").env("HEADCOUNT_SPOOL", "/srv/other"));
    assert!(ran.stderr.contains("/srv/other"), "{}", ran.stderr);
    let ours = machine.home().join("spool");
    let ran = Ran::of(machine.command("status").env("HEADCOUNT_SPOOL", ours));
    assert_eq!(ran.stderr, "");
}

#[test]
fn what_is_not_said_again_stays() {
    let machine = Machine::new();
    machine.ok("on --only one two --except three --include-local four --origin deployed");
    machine.ok("on");
    let said = status(&machine);
    assert_eq!(said["only"], serde_json::json!(["one", "two"]));
    assert_eq!(said["except"], serde_json::json!(["three"]));
    assert_eq!(said["include_local"], serde_json::json!(["four"]));
    assert_eq!(said["origin"], "deployed");
    machine.ok("on --only");
    assert_eq!(status(&machine)["only"], serde_json::json!([]));
}

#[test]
fn a_spool_that_is_not_our_folder_is_not_read() {
    let machine = Machine::new();
    machine.ok("on");
    let (spool, elsewhere) = (machine.home().join("spool"), machine.home().join("elsewhere"));
    fs::rename(&spool, &elsewhere).unwrap();
    symlink(&elsewhere, &spool).unwrap();
    let problem = status(&machine)["problems"][0].as_str().unwrap().to_owned();
    assert!(problem.contains("is not a folder"), "{problem}");
    assert_eq!(machine.run("send").status, 2);
    machine.ok("off");
    assert!(!spool.exists() && elsewhere.exists());
}

#[test]
fn a_foreign_spool_is_not_read() {
    if !is_root() {
        return;
    }
    let machine = Machine::new();
    machine.ok("on");
    machine.use_library(this_week(), 1, "counted-library", COLLECTOR);
    chown(machine.home().join("spool"), Some(12345), None).unwrap();
    let said = status(&machine);
    assert!(said["problems"][0].as_str().unwrap().contains("user 12345"), "{said}");
    assert_eq!(said["libraries"], serde_json::json!([]));
    let ran = machine.run("send");
    assert_eq!(ran.status, 2);
    assert!(ran.stderr.contains("not to you"), "{}", ran.stderr);
}
