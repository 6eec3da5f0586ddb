//! `status`: what is recorded, where, what goes to whom, and how to stop.

use std::collections::BTreeSet;
use std::process::ExitCode;

use anstream::println;
use headcount_report::CrateName;
use headcount_sender::home::Home;
use headcount_sender::rule::Rule;
use headcount_sender::status::{
    self, AnswerStatus, CollectorStatus, LibraryStatus, Status, WeekStatus,
};
use jiff::Timestamp;

use crate::output::{self, BOLD, DIM, count};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// For programs
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let status = status::status(&Home::of_environment()?, Timestamp::now())?;
    if args.json {
        output::json(&status)?;
        return Ok(ExitCode::SUCCESS);
    }
    print_rule(&status);
    print_recorded(&status);
    print_collectors(&status);
    print_choices(&status);
    print_how_to_stop(&status);
    for problem in &status.problems {
        output::warning(output::plain(problem));
    }
    Ok(ExitCode::SUCCESS)
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
        println!("Programs that you run through cargo append a line to the spool when a counted");
        println!(
            "part of a library is used for the 1st, 100th and 10,000th time, and one that says"
        );
        println!("which executable it is, which stays on this machine.");
    } else if matches!(status.decided_by, Rule::HeadcountOff | Rule::Refusal { .. }) {
        println!("Nothing of programs that have this environment.");
    } else {
        println!("Nothing.");
    }
    println!("Spool: {}", status.spool.display());
    if let Some(path) =
        status.cargo_config.path.as_ref().filter(|_| status.cargo_config.names_spool)
    {
        println!("Named for cargo in: {}", path.display());
    }
    if !status.weeks.is_empty() {
        print_weeks(&status.weeks);
    }
    if !status.libraries.is_empty() {
        print_libraries(&status.libraries);
    }
}

fn print_weeks(weeks: &[WeekStatus]) {
    let mut table = output::table();
    table.set_header(["week", "bytes", "processes", "libraries", "sites"]);
    for week in weeks {
        table.add_row([
            week.week.to_string(),
            week.bytes.to_string(),
            week.processes.to_string(),
            week.libraries.to_string(),
            week.sites.to_string(),
        ]);
    }
    println!("\n{table}");
}

fn print_libraries(libraries: &[LibraryStatus]) {
    let mut table = output::table();
    table.set_header(["library", "version", "sites used", "reported"]);
    for one in libraries {
        let reported = match (&one.withheld, &one.collector) {
            (Some(why), _) => format!("never: {why}"),
            (None, Some(_)) => "see below".to_owned(),
            (None, None) => "never: it names no collector".to_owned(),
        };
        let sites = one.sites.to_string();
        table.add_row([one.library.to_string(), output::plain(&one.version), sites, reported]);
    }
    println!("\n{table}");
}

/// What goes to whom.
pub(super) fn print_collectors(status: &Status) {
    println!("\n{BOLD}What goes to whom{BOLD:#}");
    if !status.collectors.iter().any(|one| one.answer == AnswerStatus::Yes) {
        println!("Nothing is sent to anybody: no collector has your yes.");
    }
    status.collectors.iter().for_each(print_collector);
    println!();
}

fn print_collector(one: &CollectorStatus) {
    let url = output::plain(&one.url);
    let libraries: Vec<_> = one.libraries.iter().map(CrateName::as_str).collect();
    let libraries = match libraries.as_slice() {
        [] => "no recorded library names it".to_owned(),
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
    if one.waiting + one.sent + one.refused > 0 {
        let waiting = count(one.waiting, "report waits", "reports wait");
        println!("  {waiting}; {} sent, {} refused.", one.sent, one.refused);
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
    println!("Reports say that programs run as: {}", status.origin.as_str());
}

fn print_how_to_stop(status: &Status) {
    println!("\n{BOLD}How to look, how to stop{BOLD:#}");
    let mut table = output::table();
    table.add_row(["cargo headcount show", "the exact bytes that would be sent"]);
    table.add_row(["cargo headcount off", "ends recording and sending, deletes what was not sent"]);
    table.add_row(["cargo headcount off --delete", "deletes everything headcount keeps, too"]);
    table
        .add_row(["HEADCOUNT=off, DO_NOT_TRACK=1", "in the environment: the same for one program"]);
    println!("{table}");
    println!("{DIM}Everything is in {}{DIM:#}", status.home.display());
}
