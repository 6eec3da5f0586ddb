//! However a reporter ends: nothing is lost that it had written down, nothing is sent twice, and the
//! program is not held up.

use std::fs;
use std::io::Read;
use std::net::TcpListener;

use headcount_report::Week;
use headcount_tests::{can_mount, clean};
use jiff::Timestamp;

use super::{Home, SERVER, Server};
use crate::collector::Collector;
use crate::machine::Machine;

/// A server on a machine, that may report to a collector.
fn server(machine: &Machine, collector: &str) -> Server {
    Server::of(clean(SERVER).arg(machine.home()).arg(collector))
}

/// Lets a server end while its report is on the way to a collector that does not answer. The next
/// one sends the same report.
#[track_caller]
fn amid_a_request(end: fn(Server)) {
    let machine = Machine::new();
    fs::create_dir(machine.home()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut first = server(&machine, &url);
    assert_eq!(first.outcomes(), [] as [&str; 0]);
    first.end();
    machine.hit(Week::at(Timestamp::now()).plus(-2), 1, &url, &["s0"]);

    let second = server(&machine, &url);
    let (mut request, _) = listener.accept().unwrap();
    request.read_exact(&mut [0]).unwrap();
    let waiting = machine.reports("outbox");
    assert_eq!(waiting.len(), 1);
    end(second);
    assert_eq!(machine.reports("outbox"), waiting);

    drop((request, listener));
    let mut collector = Collector::new(&url);
    collector.start();
    let mut third = server(&machine, &url);
    assert_eq!(third.outcomes(), ["taken"]);
    third.end();
    assert_eq!((machine.reports("sent"), machine.reports("outbox")), (waiting, vec![]));
}

#[test]
fn a_reporter_that_is_dropped_does_not_wait_for_an_answer() {
    amid_a_request(|mut server| {
        // A minute long it would wait, and its thread does.
        let threads = server.ask("stop");
        assert!(threads.contains("headcount"), "nothing was on the way: {threads}");
        server.end();
    });
}

#[test]
fn a_server_that_is_killed_sends_the_same_report_when_it_is_back() {
    amid_a_request(|mut server| {
        server.process.kill().unwrap();
        server.process.wait().unwrap();
    });
}

/// The child has its parent's reporter, without the thread.
#[test]
fn a_forked_child_neither_waits_nor_speaks() {
    let home = Home::new();
    let mut server = home.server();
    assert_eq!(server.outcomes(), [] as [&str; 0]);
    assert_eq!(server.ask("fork"), "the child ended with 0");
    assert_eq!(server.ask("post 1"), "done");
    assert_eq!(server.ask("stop"), "server");
    server.end();
    let lines = fs::read_dir(home.0.path().join("spool")).unwrap().flat_map(|file| {
        headcount_report::spool::decode(&fs::read(file.unwrap().path()).unwrap()).lines
    });
    let merged: headcount_sender::merge::Merged = lines.collect();
    assert_eq!(merged.processes().len(), 1);
    let usage = merged.usage(|_| Some(())).remove(&()).unwrap();
    let counts: Vec<_> = usage.counts.iter().map(|(site, count)| (site.as_str(), *count)).collect();
    assert_eq!(counts, [("get", 1), ("post", 1)], "the child's hits were told");
}

#[test]
fn off_ends_a_server_that_runs() {
    let machine = Machine::new();
    fs::create_dir(machine.home()).unwrap();
    let nobody = "http://127.0.0.1:9";
    let mut running = server(&machine, nobody);
    assert_eq!(running.outcomes(), [] as [&str; 0]);
    assert!(machine.home().join("spool").exists());
    machine.ok("off");
    let after = machine.files();
    assert_eq!(running.ask("get 200"), "done");
    assert_eq!(running.ask("stop"), "server");
    running.end();
    assert_eq!(machine.files(), after, "the last look wrote something");

    let mut restarted = server(&machine, nobody);
    assert_eq!(restarted.ask("state"), "off: you said `cargo headcount off`");
    restarted.end();
    assert_eq!(machine.files(), after);
    assert!(!machine.home().join("spool").exists());
}

/// In a mount namespace of its own, where `/etc` is empty but for the administrator's file.
#[test]
fn the_administrators_file_beats_what_is_configured() {
    if !can_mount() {
        return;
    }
    let home = Home::new();
    let script = "mount -t tmpfs none /etc && mkdir /etc/headcount && : >/etc/headcount/deny \
        && exec \"$0\" \"$@\"";
    let mut command = clean("unshare");
    command.args(["--map-root-user", "--mount", "sh", "-c", script, SERVER]);
    let mut server = Server::of(command.arg(home.0.path()));
    assert_eq!(
        server.ask("state"),
        "off: the administrator of this machine says so, by the file `/etc/headcount/deny`"
    );
    server.end();
    assert_eq!(home.names("."), [] as [&str; 0]);
    // It is the file that decides.
    let mut command = clean("unshare");
    command.args(["--map-root-user", "--mount", SERVER]).arg(home.0.path());
    let mut server = Server::of(&mut command);
    assert_eq!(server.outcomes(), [] as [&str; 0]);
    server.end();
    assert_ne!(home.names("."), [] as [&str; 0]);
}
