//! The real binary: its commands, its socket, its file.

#[allow(dead_code, reason = "shared with tests that use the rest")]
mod process;

use std::process::Command;

use process::{BINARY, Folder, Serving, report, running_week};
use serde_json::{Value, json};

#[test]
fn what_was_answered_survives_a_restart_and_counts_once() {
    let folder = Folder::new();
    let token = folder.add_token();
    let serving = Serving::start(BINARY, &folder.serve());
    assert_eq!(serving.register(&token), 201);
    for _ in 0..3 {
        assert_eq!(serving.request("POST /v1/reports", "", &report(1)).0, 200);
    }
    assert_eq!(serving.called(), 1);
    drop(serving); // SIGKILL
    let serving = Serving::start(BINARY, &folder.serve());
    let (status, body) = serving.request("POST /v1/reports", "", &report(1));
    assert_eq!((status, body.contains("\"repeated\":1")), (200, true), "{body}");
    assert_eq!(serving.called(), 1);
    let (status, page) = serving.request("GET /libraries/counted", "", "");
    assert_eq!((status, page.contains("1 of 1")), (200, true));
}

#[test]
fn it_stops_when_told_to() {
    let folder = Folder::new();
    Serving::start(BINARY, &folder.serve()).stop();
}

/// The lines of a served folder's log, each a JSON object.
fn log(folder: &Folder) -> Vec<Value> {
    let log = std::fs::read_to_string(folder.path("log")).unwrap();
    log.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn what_config_prints_serves_and_arguments_stand_above_it() {
    let folder = Folder::new();
    let printed = Command::new(BINARY).arg("config").output().unwrap();
    let file = folder.path("collector.toml");
    std::fs::write(&file, printed.stdout).unwrap();
    let script = format!("cd {0} && exec \"$0\" \"$@\" 2>>log", folder.path("").display());
    let mut arguments = ["-c", &script, BINARY, "serve", "--config", "collector.toml"].to_vec();
    // Another test might be listening on the port of the defaults.
    arguments.extend(["--listen", "127.0.0.1:0", "--log-format", "json"]);
    let arguments: Vec<String> = arguments.into_iter().map(str::to_owned).collect();
    let serving = Serving::start("sh", &arguments);
    let mut command = Command::new(BINARY);
    command.args(["token", "add", "counted", "--config", "collector.toml"]);
    let output = command.current_dir(folder.path("")).output().unwrap();
    let token = String::from_utf8(output.stdout).unwrap().trim().to_owned();
    assert_eq!(serving.register("headcount_of_nobody"), 401);
    assert_eq!(serving.register(&token), 201);
    drop(serving);

    let lines = log(&folder);
    let messages: Vec<_> = lines.iter().map(|line| line["message"].as_str().unwrap()).collect();
    assert_eq!(messages, ["started", "refused a token", "registered"]);
    let (started, registered) = (&lines[0], &lines[2]);
    assert_eq!(
        (&started["store"], &started["publish_at"]),
        (&json!("headcount.sqlite"), &json!(20))
    );
    assert_eq!((&registered["library"], &registered["sites"]), (&json!("counted"), &json!(1)));
}

#[test]
fn a_configuration_with_an_unknown_key_is_refused() {
    let folder = Folder::new();
    let file = folder.path("collector.toml");
    std::fs::write(&file, "store = 'store.sqlite'\npublishat = 7\n").unwrap();
    let output = Command::new(BINARY).args(["serve", "--config"]).arg(file).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(error.contains("line 2") && error.contains("unknown field `publishat`"), "{error}");
}

#[test]
fn a_request_with_too_many_headers_is_refused() {
    let folder = Folder::new();
    let serving = Serving::start(BINARY, &folder.serve());
    assert_eq!(serving.request("GET /", &"x-a: b\r\n".repeat(50), "").0, 200);
    assert_eq!(serving.request("GET /", &"x-a: b\r\n".repeat(80), "").0, 431);
    assert_eq!(serving.request("GET /", &format!("x-a: {}\r\n", "b".repeat(20_000)), "").0, 431);
}

#[test]
fn a_second_collector_is_refused() {
    let folder = Folder::new();
    let _serving = Serving::start(BINARY, &folder.serve());
    let second = Command::new(BINARY).args(folder.serve()).output().unwrap();
    let error = String::from_utf8(second.stderr).unwrap();
    assert!(!second.status.success());
    assert!(error.contains("another collector is serving"), "{error}");
}

#[test]
fn another_programs_file_is_refused_and_left_alone() {
    let folder = Folder::new();
    std::fs::write(folder.store(), "somebody's notes").unwrap();
    let output = Command::new(BINARY).args(folder.serve()).output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(error.contains("not a headcount store"), "{error}");
    assert_eq!(std::fs::read(folder.store()).unwrap(), b"somebody's notes");
}

#[test]
fn tokens_are_added_listed_and_revoked_while_it_serves() {
    let folder = Folder::new();
    let serving = Serving::start(BINARY, &folder.serve());
    let token = folder.add_token();
    assert_eq!(serving.register(&token), 201);
    let list = String::from_utf8(folder.command(&["token", "list"]).stdout).unwrap();
    assert!(list.starts_with("1\tcounted\t"), "{list}");
    assert!(!list.contains(&token));
    assert!(folder.command(&["token", "revoke", "1"]).status.success());
    assert_eq!(serving.register(&token), 401);
    let again = folder.command(&["token", "revoke", "1"]);
    assert!(!again.status.success());
    assert!(String::from_utf8(again.stderr).unwrap().contains("there is no token 1"));
}

/// Neither a section nor a token nor anyone's address is in the files.
#[test]
fn the_store_keeps_sums_only() {
    let folder = Folder::new();
    let token = folder.add_token();
    let serving = Serving::start(BINARY, &folder.serve());
    serving.register(&token);
    assert_eq!(serving.request("POST /v1/reports", "", &report(0xfeed)).0, 200);
    drop(serving);
    let mut bytes = std::fs::read(folder.store()).unwrap();
    bytes.extend(std::fs::read(folder.path("store.sqlite-wal")).unwrap());
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("sections") && holds(&running_week().to_string()), "the sums are not there");
    let section: Value = serde_json::from_str(&report(0xfeed)).unwrap();
    let section = &section["sections"][0];
    for part in ["\"scanned\"", "\"origin\"", "\"called\"", "127.0.0.1", &token] {
        assert!(!holds(part), "`{part}` is in the store");
    }
    assert!(!holds(section["id"].as_str().unwrap()) && !holds(&section.to_string()));
}

#[test]
fn a_backup_of_a_served_store_is_a_store() {
    let folder = Folder::new();
    let command = |name: &str, arguments: &[&str], store: &str| {
        let mut command = Command::new(BINARY);
        command.arg(name).args(arguments).arg("--store").arg(folder.path(store));
        command.output().unwrap()
    };
    let commands: [(&str, &[&str]); 4] =
        [("check", &[]), ("export", &[]), ("backup", &["copy.sqlite"]), ("token", &["list"])];
    for (name, arguments) in commands {
        let missing = command(name, arguments, "store.sqlite");
        let error = String::from_utf8(missing.stderr).unwrap();
        assert!(!missing.status.success() && error.contains("there is no store"), "{error}");
        assert!(!folder.store().exists());
    }
    let token = folder.add_token();
    let serving = Serving::start(BINARY, &folder.serve());
    serving.register(&token);
    assert_eq!(serving.request("POST /v1/reports", "", &report(1)).0, 200);
    let copy = folder.path("copy.sqlite").display().to_string();
    let backup = command("backup", &[&copy], "store.sqlite");
    assert!(backup.status.success(), "{backup:?}");
    assert_eq!(serving.request("POST /v1/reports", "", &report(2)).0, 200);
    let again = command("backup", &[&copy], "store.sqlite");
    assert!(!again.status.success(), "it would have replaced the first one");
    for store in ["store.sqlite", "copy.sqlite"] {
        let check = command("check", &[], store);
        assert!(check.status.success(), "{check:?}");
    }
    let mut arguments = folder.serve();
    *arguments.last_mut().unwrap() = copy;
    let restored = Serving::start(BINARY, &arguments);
    assert_eq!((serving.called(), restored.called()), (json!(2), json!(1)));
    assert_eq!(restored.register(&token), 200);
}

#[test]
fn what_a_served_store_exports_can_be_imported_and_served() {
    let folder = Folder::new();
    let token = folder.add_token();
    let serving = Serving::start(BINARY, &folder.serve());
    serving.register(&token);
    assert_eq!(serving.request("POST /v1/reports", "", &report(1)).0, 200);
    let exported = folder.command(&["export"]);
    assert!(exported.status.success(), "{exported:?}");
    let lines = folder.path("lines");
    std::fs::write(&lines, &exported.stdout).unwrap();

    let other = Folder::new();
    let import = |folder: &Folder| {
        let mut import = Command::new(BINARY);
        import.args(["import", "--store"]).arg(folder.store());
        import.stdin(std::fs::File::open(&lines).unwrap()).output().unwrap()
    };
    let output = import(&other);
    assert!(output.status.success(), "{output:?}");
    for (folder, because) in [(&other, "import into a new one"), (&folder, "is serving")] {
        let output = import(folder);
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && error.contains(because), "{error}");
    }
    let restored = Serving::start(BINARY, &other.serve());
    assert_eq!((serving.called(), restored.called()), (json!(1), json!(1)));
    assert_eq!(restored.register(&token), 200);
    let (_, answer) = restored.request("POST /v1/reports", "", &report(1));
    assert!(answer.contains("\"repeated\":1"), "{answer}");
}
