//! `status`: what is recorded, where, what goes to whom, and how to stop.

use std::collections::BTreeSet;
use std::process::ExitCode;

use anstream::println;
use comfy_table::Cell;
use headcount_report::CrateName;
use headcount_sender::home::Home;
use headcount_sender::rule::Rule;
use headcount_sender::send;
use headcount_sender::status::{
    self, AnswerStatus, CollectorStatus, LibraryStatus, Status, WeekStatus,
};
use jiff::Timestamp;

use crate::output::{self, BOLD, DIM, count};

/// What is recorded while it is on.
const RECORDED: &str = "Programs that you run through cargo append a line to the spool when a \
    counted part of a library is used for the 1st, 100th and 10,000th time, and one line that says \
    which executable it is. That one never leaves this machine.";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// For programs
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let (home, now) = (Home::of_environment()?, Timestamp::now());
    // Whoever never sends has nothing else that keeps the spool short.
    if let Err(error) = send::pack(&home, now) {
        let error = anyhow::Error::from(error);
        output::warning(format_args!("the spool stays as long as it is: {error:#}"));
    }
    let status = status::status(&home, now)?;
    if args.json {
        output::json(&status)?;
        return Ok(ExitCode::SUCCESS);
    }
    print_rule(&status);
    if is_untouched(&status) {
        print_how_to_start(&status);
    } else {
        print_recorded(&status);
        print_collectors(&status);
        print_choices(&status);
        print_log(&status);
        print_how_to_stop(&status);
    }
    for problem in &status.problems {
        output::warning(output::plain(problem));
    }
    Ok(ExitCode::SUCCESS)
}

/// Whether nothing was ever allowed and nothing is here: then there is nothing to explain.
fn is_untouched(status: &Status) -> bool {
    let is_readable = !matches!(status.decided_by, Rule::Unreadable { .. });
    is_readable && status.since.is_none() && status.weeks.is_empty() && status.collectors.is_empty()
}

fn print_how_to_start(status: &Status) {
    println!("Nothing is recorded, and nothing is sent to anybody.");
    if status.decided_by == Rule::NeverAsked {
        println!(
            "To let programs record: {BOLD}cargo headcount on{BOLD:#}. That sends nothing yet."
        );
    }
}

fn print_rule(status: &Status) {
    println!("headcount is {BOLD}{}{BOLD:#}", output::plain(&status.decided_by.to_string()));
    if let Some(since) = status.since.filter(|_| matches!(status.decided_by, Rule::On | Rule::Off))
    {
        println!("since {}", since.strftime("%Y-%m-%d %H:%M UTC"));
    }
}

fn print_recorded(status: &Status) {
    println!("\n{BOLD}What is recorded{BOLD:#}");
    if status.on {
        println!("{}", output::paragraph(0, RECORDED));
    } else if matches!(status.decided_by, Rule::HeadcountOff | Rule::Refusal { .. }) {
        println!("Nothing of programs that have this environment.");
    } else {
        println!("Nothing.");
    }
    if status.spool.exists() {
        println!("Spool: {}", status.spool.display());
    }
    if let Some(path) =
        status.cargo_config.path.as_ref().filter(|_| status.cargo_config.names_spool)
    {
        println!("cargo tells programs of it: {}", path.display());
    }
    if !status.weeks.is_empty() {
        print_weeks(&status.weeks);
    }
    if !status.libraries.is_empty() {
        print_libraries(&status.libraries, &status.collectors);
    }
}

fn print_weeks(weeks: &[WeekStatus]) {
    let mut table = output::table();
    table.set_header(["week", "bytes", "processes", "libraries", "sites used"]);
    for week in weeks {
        table.add_row([
            Cell::new(week.week),
            output::number(week.bytes),
            output::number(week.processes),
            output::number(week.libraries),
            output::number(week.sites),
        ]);
    }
    println!("\n{}", output::finish(table));
}

fn print_libraries(libraries: &[LibraryStatus], collectors: &[CollectorStatus]) {
    let mut table = output::table();
    table.set_header(["library", "version", "sites used", "reported"]);
    for one in libraries {
        let reported = match (&one.withheld, &one.collector) {
            (Some(why), _) => format!("never: {why}"),
            (None, Some(url)) => to_whom(url, collectors),
            (None, None) => "never: it names no collector".to_owned(),
        };
        table.add_row([
            Cell::new(&one.library),
            Cell::new(output::plain(&one.version)),
            output::number(one.sites),
            Cell::new(reported),
        ]);
    }
    println!("\n{}", output::finish(table));
}

/// Who gets what is recorded of a library that names this collector.
fn to_whom(url: &str, collectors: &[CollectorStatus]) -> String {
    let answer = collectors.iter().find(|one| one.url == url).map(|one| one.answer);
    let url = output::plain(url);
    match answer {
        Some(AnswerStatus::Yes) => format!("to {url}"),
        Some(AnswerStatus::No) => format!("to nobody: you said no to {url}"),
        Some(AnswerStatus::Waiting) => format!("to nobody: {url} waits for your answer"),
        Some(AnswerStatus::Impossible) | None => format!("never: {url} cannot be allowed"),
    }
}

/// What goes to whom.
pub(super) fn print_collectors(status: &Status) {
    println!("\n{BOLD}What goes to whom{BOLD:#}");
    if !status.collectors.iter().any(|one| one.answer == AnswerStatus::Yes) {
        println!("Nothing is sent to anybody: no collector has your yes.");
    }
    for one in &status.collectors {
        print_collector(one, is_withheld(status, one));
    }
    println!();
}

/// Whether nothing that is recorded for a collector may be reported, whatever was said about it.
fn is_withheld(status: &Status, one: &CollectorStatus) -> bool {
    let mut libraries =
        status.libraries.iter().filter(|library| library.collector.as_ref() == Some(&one.url));
    !one.libraries.is_empty() && libraries.all(|library| library.withheld.is_some())
}

fn print_collector(one: &CollectorStatus, is_withheld: bool) {
    let url = output::plain(&one.url);
    let libraries: Vec<_> = one.libraries.iter().map(CrateName::as_str).collect();
    let libraries = match libraries.as_slice() {
        [] => "nothing recorded for it yet".to_owned(),
        some => format!("named by {}", some.join(", ")),
    };
    println!("{BOLD}{url}{BOLD:#} ({libraries})");
    let day = one.since.map(|since| since.strftime("%Y-%m-%d").to_string()).unwrap_or_default();
    match one.answer {
        AnswerStatus::Yes => println!("  You said yes on {day}: it gets a report of each week."),
        AnswerStatus::No => println!("  You said no on {day}: it gets nothing."),
        AnswerStatus::Waiting => println!("  Waits for your answer: until then it gets nothing."),
        AnswerStatus::Impossible => {
            println!("  Not an address that can be allowed: it gets nothing.");
        }
    }
    if is_withheld && matches!(one.answer, AnswerStatus::Yes | AnswerStatus::Waiting) {
        println!("  A yes alone sends nothing: what is recorded for it is never reported.");
        println!("  `cargo headcount status` says why.");
    }
    if one.waiting + one.sent + one.refused > 0 {
        let waiting = count(one.waiting, "report waits", "reports wait");
        println!("  {waiting}; {} sent, {} refused.", one.sent, one.refused);
    }
    if let Some(due) = one.due {
        let due = due.strftime("%Y-%m-%d %H:%M UTC");
        println!("  Due {due}, if `send` is scheduled; `cargo headcount send` does not wait.");
    }
    if let Some(failure) = &one.failure {
        println!("  The last try failed: {}", output::plain(failure));
    }
    if let Some(command) = &one.command {
        println!("  To say yes: {BOLD}{}{BOLD:#}", output::plain(command));
        println!("  To say no:  cargo headcount on --never-send-to {url}");
    }
}

/// Which libraries, and as what.
pub(super) fn print_choices(status: &Status) {
    let names = |set: &BTreeSet<CrateName>| {
        set.iter().map(CrateName::as_str).collect::<Vec<_>>().join(", ")
    };
    if !status.only.is_empty() {
        println!("Only these libraries are reported: {}", names(&status.only));
    }
    if !status.except.is_empty() {
        println!("Never reported: {}", names(&status.except));
    }
    if !status.include_local.is_empty() {
        println!("Reported though local: {}", names(&status.include_local));
    }
    println!("Origin in reports: {}", status.origin.as_str());
}

fn print_log(status: &Status) {
    if !status.log.is_empty() {
        println!("\n{BOLD}What was done lately{BOLD:#}");
    }
    for line in &status.log {
        println!("{}", output::plain(line));
    }
}

fn print_how_to_stop(status: &Status) {
    let mut table = output::table();
    if status.decided_by == Rule::Off {
        println!("\n{BOLD}How to start again, how to clean up{BOLD:#}");
        table.add_row(["cargo headcount on", "lets programs record again"]);
        table.add_row(["cargo headcount show --sent", "the exact bytes that were sent"]);
    } else {
        println!("\n{BOLD}How to look, how to stop{BOLD:#}");
        table.add_row(["cargo headcount show", "the exact bytes that would be sent"]);
        table.add_row(["cargo headcount off", "ends recording and sending, deletes what waits"]);
        table.add_row([
            "HEADCOUNT=off, DO_NOT_TRACK=1",
            "in the environment: ends it for one program",
        ]);
    }
    table.add_row(["cargo headcount off --delete", "deletes everything headcount keeps, too"]);
    println!("{}", output::finish(table));
    println!("{DIM}Everything is in {}{DIM:#}", status.home.display());
}
