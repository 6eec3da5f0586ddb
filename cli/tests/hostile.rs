//! Files in the home that somebody made up: each costs itself only, and a person is told.

mod collector;
mod machine;

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use collector::{Answer, Collector};
use headcount_report::spool::{FileIdentity, Line};
use headcount_report::{Report, SitePath};
use machine::{Machine, this_week, today};

fn taken() -> Collector {
    Collector::answering(&[Answer::taken()])
}

/// A machine with one used library and a yes to its collector.
fn machine_for(collector: &Collector) -> Machine {
    let machine = Machine::new();
    machine.ok(&format!("on --send-to {}", collector.url));
    machine.use_library(this_week(), 1, "counted-library", &collector.url);
    machine
}

/// What a terminal would obey.
fn is_plain(text: &str) -> bool {
    text.chars().all(|c| c == '\n' || !c.is_control())
}

#[test]
fn lines_that_somebody_made_up_cost_themselves_only() {
    let collector = taken();
    let machine = machine_for(&collector);
    let path = machine.spool_file(this_week());
    let good = String::from_utf8(fs::read(&path).unwrap()).unwrap();
    let words: Vec<_> = good.trim_matches(['\n', ';']).split(' ').collect();
    let [_, _, build, ..] = words[..] else { panic!("{good}") };

    let mut file = OpenOptions::new().append(true).open(&path).unwrap();
    for line in [
        format!("h 0000000000000002 {build} 99999999999999999999999999 huge::count").as_bytes(),
        format!("h 0000000000000002 {build} 4294967295 largest::count").as_bytes(),
        format!("h 0000000000000002 {build} -1 negative::count").as_bytes(),
        format!("h fffffffffffffffff {build} 1 long::nonce").as_bytes(),
        format!("h 0000000000000002 {build} 1 with\0nul").as_bytes(),
        format!("h 0000000000000002 {build} 1 with\x1b[31mcolour").as_bytes(),
        format!("h 0000000000000002 {build} 1 {}", "mebibyte".repeat(1 << 17)).as_bytes(),
        b"x 0000000000000002 99999999999999999999999 1 1 /huge/size",
        b"\xff\xfe\xfd",
        b"\0\0\0\0",
    ] {
        file.write_all(&[b"\n", line, b";"].concat()).unwrap();
    }
    // With the first process's number, as another executable: then nobody knows what was linked.
    let path = "/dev/zero".into();
    let forged = FileIdentity { path, size_bytes: u64::MAX, mtime_ns: i128::MAX, inode: u64::MAX };
    file.write_all(&Line::Executable { process: 1, file: forged }.encode()).unwrap();
    drop(file);

    let said = machine.ok("status");
    assert!(is_plain(&said), "{said:?}");
    let ran = machine.run(&format!("send --through {}", today()));
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("10 unreadable lines"), "{}", ran.stderr);
    let sent = collector.requests();
    let report = Report::decode(&sent[0].body).unwrap();
    let [section] = &report.sections[..] else { panic!("{report:?}") };
    let sites: Vec<_> = section.sites.keys().map(SitePath::as_str).collect();
    assert_eq!((sites, section.scanned), (vec!["client::Client::send"], false));
}

#[test]
fn a_consent_that_somebody_made_up_is_a_no() {
    let collector = taken();
    let machine = machine_for(&collector);
    let path = machine.home().join("consent.json");
    let good = fs::read_to_string(&path).unwrap();
    let changed = |from: &str, to: &str| {
        assert!(good.contains(from), "{good}");
        good.replace(from, to).into_bytes()
    };
    for hostile in [
        changed("\"headcount\": 1", "\"headcount\": 1e308"),
        changed("\"headcount\": 1", "\"headcount\": -1"),
        changed("\"record\": true", "\"record\": \"true\""),
        changed("\"record\": true", "\"record\": true, \"record\": true"),
        changed("\"record\": true", "\"record\": true, \"all\": true"),
        changed(&collector.url, "http://evil.example.org"),
        changed(&collector.url, "https://evil.example.org/\u{1b}]0;x\\u0007"),
        changed("\"answer\": \"yes\"", "\"answer\": \"perhaps\""),
        b"[".repeat(1 << 20),
        changed(
            "\"record\": true",
            &format!("\"record\": true, \"only\": [\"{}\"]", "a".repeat(1 << 20)),
        ),
        b"\xff\xfe".to_vec(),
        vec![0; 100],
    ] {
        fs::write(&path, &hostile).unwrap();
        let shown = String::from_utf8_lossy(&hostile[..hostile.len().min(300)]).into_owned();
        let said = machine.ok("status");
        assert!(said.starts_with("headcount is off: ") && is_plain(&said), "{shown}: {said:?}");
        let ran = machine.run(&format!("send --through {}", today()));
        assert_eq!(ran.status, 2, "{shown}: {}", ran.stdout);
        assert!(is_plain(&ran.stderr), "{:?}", ran.stderr);
    }
    assert!(collector.requests().is_empty(), "something was sent");
    fs::write(&path, good).unwrap();
    assert_eq!(machine.run(&format!("send --through {}", today())).status, 0);
}

#[test]
fn a_report_that_somebody_changed_goes_nowhere() {
    for (from, to) in [
        ("\"headcount\": 1", "\"headcount\": 1, \"machine\": \"mine\""),
        ("\"library\": \"counted-library\"", "\"library\": \"../../etc/passwd\""),
        ("\"version\": \"1.4.2\"", "\"version\": \"1.4.2-alpha+of.mine\""),
        ("\"sections\": [{", "\"sections\": [{}, {"),
        ("client::Client::send", "client\\u0000send"),
        ("}", ""),
    ] {
        let failing = Answer::Say(500, String::new());
        let collector = Collector::answering(&[failing, Answer::taken()]);
        let machine = machine_for(&collector);
        let send = || machine.run(&format!("send --through {}", today()));
        assert_eq!(send().status, 1);
        assert_eq!(collector.requests().len(), 1);
        let is_report = |path: &Path| {
            path.starts_with(machine.home().join("outbox"))
                && path.extension().is_some_and(|ending| ending == "json")
        };
        let files = machine.files().into_iter();
        let (path, report) = files.into_iter().find(|(path, _)| is_report(path)).unwrap();
        let report = String::from_utf8(report).unwrap();
        assert!(report.contains(from), "{report}");
        fs::write(&path, report.replacen(from, to, 1)).unwrap();
        let ran = send();
        assert_eq!(ran.status, 1, "{to}: {}", ran.stdout);
        assert!(ran.stderr.contains("the file is damaged"), "{to}: {}", ran.stderr);
        assert!(is_plain(&ran.stderr), "{:?}", ran.stderr);
        assert!(collector.requests().is_empty(), "it was sent: {to}");
        assert!(machine.home().join("refused").join(path.file_name().unwrap()).exists());
    }
}
