//! Sending a report of many libraries.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Result, ensure};
use headcount_report::spool::Line;
use headcount_sender::courier::Courier;
use headcount_sender::deliver::{Which, deliver};
use jiff::Timestamp;

use super::machine::Machine;
use super::{cpu, median, print, step};
use crate::tools;

/// Libraries that were used, and sites of each.
const LIBRARIES: usize = 300;
const SITES: usize = 10;

/// How often a week is closed and sent.
const ROUNDS: usize = 9;

/// What a collector that takes everything has seen.
#[derive(Default)]
struct Seen {
    connections: AtomicUsize,
    requests: AtomicUsize,
    body_bytes: AtomicUsize,
}

/// Prints the table; in a release build, which is what users have.
pub(super) fn run() -> Result<()> {
    if cfg!(debug_assertions) {
        step("send: build this in release");
        return tools::run(&mut tools::cargo("run --quiet --release --package xtask bench send"));
    }
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let collector = format!("http://{}", listener.local_addr()?);
    let seen: &Seen = Box::leak(Box::default());
    thread::spawn(move || take_everything(&listener, seen));
    let mut rounds = Vec::new();
    let mut report_bytes = 0;
    for round in 1..=ROUNDS {
        step(format_args!("send: round {round} of {ROUNDS}"));
        let machine = machine(&collector)?;
        rounds.push(cpu::seconds_of(|| {
            let report = machine.close()?;
            ensure!(report.sections == LIBRARIES, "it speaks of {} libraries", report.sections);
            report_bytes = fs::metadata(report.file)?.len();
            send(&machine)
        })?);
        fs::remove_dir_all(machine.folder())?;
    }
    let per_round = |seen: &AtomicUsize| (seen.load(Ordering::Relaxed) / ROUNDS).to_string();
    let row = [
        LIBRARIES.to_string(),
        per_round(&seen.connections),
        per_round(&seen.requests),
        report_bytes.to_string(),
        per_round(&seen.body_bytes),
        format!("{:.0}", median(rounds) * 1e3),
    ];
    let header = ["libraries", "connections", "requests", "JSON, bytes", "sent, bytes", "ms"];
    print("A week of one machine, closed and sent; processor time", header, [row]);
    Ok(())
}

fn machine(collector: &str) -> Result<Machine> {
    let machine = Machine::new("send", collector)?;
    let mut lines = Vec::new();
    for library in 0..LIBRARIES {
        let build = machine.build(&format!("library-{library}"))?;
        lines.extend((0..SITES).map(|site| {
            let site = format!("client::Client::send_{site}").parse().expect("a path");
            Line::Hit { process: 1, build, count: 1, site }
        }));
    }
    machine.append(&lines)?;
    Ok(machine)
}

fn send(machine: &Machine) -> Result<()> {
    let lock = machine.home.lock_sending()?;
    let courier = &mut Courier::default();
    let delivered = deliver(&machine.home, Timestamp::now(), Which::All, courier, &lock)?;
    ensure!(delivered.len() == 1, "not one report: {delivered:?}");
    ensure!(machine.home.sent().is_dir(), "not taken: {delivered:?}");
    Ok(())
}

fn take_everything(listener: &TcpListener, seen: &Seen) {
    for client in listener.incoming().flatten() {
        seen.connections.fetch_add(1, Ordering::Relaxed);
        let mut client = BufReader::new(client);
        while take(&mut client, seen).is_ok() {}
    }
}

/// Takes one request; an error is the connection's end.
fn take(client: &mut BufReader<TcpStream>, seen: &Seen) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if client.read_until(b'\n', &mut head)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    let text = String::from_utf8_lossy(&head).to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length = length.and_then(|length| length.parse().ok()).unwrap_or(0);
    client.read_exact(&mut vec![0; length])?;
    seen.requests.fetch_add(1, Ordering::Relaxed);
    seen.body_bytes.fetch_add(length, Ordering::Relaxed);
    client.get_mut().write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 15\r\n\r\n{\"admitted\": 1}")
}
