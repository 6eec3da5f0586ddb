//! `ask`, of a real collector that holds a simulated year.

mod machine;

use std::sync::{Arc, LazyLock, mpsc};
use std::thread;

use headcount_collector::server::{self, Connections};
use headcount_collector::store::MemoryStore;
use headcount_collector::{Clock, Collector, Config, router};
use headcount_report::Week;
use headcount_simulator::{Year, fill};
use jiff::Timestamp;
use machine::{Machine, Ran};
use tokio::net::TcpListener;

/// The address of a collector in the Monday after the year, for all tests.
static URL: LazyLock<String> = LazyLock::new(|| {
    let now: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
    let store = Arc::new(MemoryStore::new());
    fill(&*store, &Year::ending(Week::at(now).plus(-1), 1)).unwrap();
    let config = Config::default();
    let collector = Collector::start(store, Clock::standing_at(now), &config).unwrap();
    let (bound, address) = mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            bound.send(format!("http://{}", listener.local_addr().unwrap())).unwrap();
            let router = router::router(collector);
            server::serve(listener, router, Connections::default(), std::future::pending()).await;
        });
    });
    address.recv().unwrap()
});

fn ask(question: &str) -> Ran {
    let (name, more) = question.split_once(' ').unwrap_or((question, ""));
    Machine::new().run(&format!("ask {name} simulated-library --collector {} {more}", *URL))
}

/// The line that begins with these words.
#[track_caller]
fn line(text: &str, start: &str) -> String {
    let line = text.lines().find(|line| line.trim_start().starts_with(start));
    let line = line.unwrap_or_else(|| panic!("no line starts with `{start}` in\n{text}"));
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_bar(letter: char) -> bool {
    ('▉'..='▏').contains(&letter) || letter == '█'
}

#[test]
fn versions_have_shares_bars_and_a_policy() {
    let ran = ask("versions --name openssl --coverage 0.9");
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    assert!(
        ran.stdout
            .starts_with("simulated-library: what do its users have?\n2026-W47, from developer")
    );
    let title = line(&ran.stdout, "openssl (system library), told by");
    assert!(title.ends_with("sections"), "{title}");
    let cell = line(&ran.stdout, "3.0.19");
    assert!(cell.contains(" % (") && cell.ends_with(is_bar), "{cell}");
    let policy = line(&ran.stdout, "Support from 1.1.1w on covers ");
    assert!(policy.contains(" %, at least 9"), "{policy}");
    assert!(ran.stdout.contains("volunteers, not all users"));
    assert!(ran.stdout.lines().all(|line| !line.contains('\u{1b}')), "{}", ran.stdout);
}

#[test]
fn features_are_ranked_down_to_what_nobody_uses() {
    let ran = ask("features");
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let title = line(&ran.stdout, "simulated-library ");
    assert!(title.ends_with(": what is used?"), "{title}");
    assert!(line(&ran.stdout, "2026-W47").starts_with("2026-W47, from developer machines"));
    let first = ran.stdout.lines().nth(4).unwrap();
    assert!(first.starts_with("client::Client::new") && first.contains(" % ("), "{first}");
    assert!(ran.stdout.contains(" make up 80 % of all use.\n"), "{}", ran.stdout);
    assert!(line(&ran.stdout, "zstd").ends_with(is_bar));
    assert!(line(&ran.stdout, "websocket::upgrade").contains(": at most 0."));
}

#[test]
fn the_answer_is_passed_on_to_programs() {
    for question in ["versions", "features", "removal"] {
        let ran = ask(&format!("{question} --json --latest --origin developer"));
        let answer: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!((&answer["line"], &answer["origin"]), (&"2".into(), &"developer".into()));
        assert!(answer["sections"].is_number() || question != "features");
    }
}

#[track_caller]
fn check(question: &str, status: i32) {
    let ran = ask(question);
    assert_eq!(ran.status, status, "{question}: {}{}", ran.stdout, ran.stderr);
}

#[test]
fn checks_end_with_a_status_for_scripts() {
    check("versions --of system --coverage 0.9 --check", 0);
    check("versions --of system --coverage 0.999 --check", 1);
    check("versions --of system --coverage 0.9 --check --floor 1.1.1k", 0);
    check("versions --of system --coverage 0.9 --check --floor 3.0.19", 1);
    check("versions --coverage 0.9 --check --floor 1.0.0", 2);
    check("versions --of system --check --floor newest", 2);
    check("versions --name nothing", 2);
    check("features", 0);
    check("features --check", 1);
    check("removal --site websocket::upgrade --threshold 0.05 --check", 0);
    check("removal --site client::Client::get --threshold 0.05 --check", 1);
}
