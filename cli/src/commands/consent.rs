//! `on`, `off` and `status`: what the machine's owner allows.

use std::collections::BTreeSet;
use std::process::ExitCode;

use anstream::println;
use clap::ValueEnum;
use headcount_report::{CrateName, Origin};
use headcount_sender::cargo_config::CargoConfig;
use headcount_sender::collector::CollectorUrl;
use headcount_sender::home::Home;
use headcount_sender::rule::Rule;
use headcount_sender::status::{self, AnswerStatus, CollectorStatus, Status};
use headcount_sender::switch::{self, Choices};
use jiff::Timestamp;

use crate::output::{self, BOLD, DIM, count};

/// What `on` is told. What is not given stays as it was.
#[derive(clap::Args)]
pub(crate) struct OnArgs {
    /// Report only these libraries; without a name, all again
    #[arg(long, value_name = "CRATE", num_args = 0..)]
    only: Option<Vec<CrateName>>,
    /// Never report these libraries; without a name, none again
    #[arg(long, value_name = "CRATE", num_args = 0..)]
    except: Option<Vec<CrateName>>,
    /// Also report these libraries whose source is a local folder; without a name, none again
    #[arg(long, value_name = "NAME", num_args = 0..)]
    include_local: Option<Vec<CrateName>>,
    /// Where the programs of this machine run
    #[arg(long)]
    origin: Option<Where>,
    /// Say yes to a collector: from now on, libraries that name it are reported there
    #[arg(long, value_name = "URL")]
    send_to: Vec<CollectorUrl>,
    /// Say no to a collector
    #[arg(long, value_name = "URL")]
    never_send_to: Vec<CollectorUrl>,
    /// Replace a value of `HEADCOUNT_SPOOL` in cargo's configuration that is not headcount's
    #[arg(long)]
    force: bool,
}

#[derive(clap::Args)]
pub(crate) struct OffArgs {
    /// Delete everything that headcount keeps on this machine, sent reports included
    #[arg(long)]
    delete: bool,
}

#[derive(clap::Args)]
pub(crate) struct StatusArgs {
    /// For programs
    #[arg(long)]
    json: bool,
}

/// Where programs run.
#[derive(Clone, Copy, ValueEnum)]
enum Where {
    /// On a developer's machine
    Developer,
    /// Where a user runs them
    Deployed,
}

pub(crate) fn on(args: &OnArgs) -> anyhow::Result<ExitCode> {
    let (home, cargo) = (Home::of_environment()?, CargoConfig::of_environment()?);
    if let Some(lost) = switch::on(&home, &cargo, args.choices(), Timestamp::now())? {
        output::warning(format_args!(
            "{lost}; it was written anew, and what you had said before has to be said again"
        ));
    }
    println!("Recording is {BOLD}on{BOLD:#} for programs that you run through cargo.");
    println!("They append to {}", home.spool().display());
    println!("{DIM}cargo knows of it from {}{DIM:#}", cargo.path().display());
    let status = status::status(&home, Timestamp::now())?;
    print_collectors(&status);
    print_choices(&status);
    if !status.on {
        output::warning(format_args!("here and now it is {}", status.decided_by));
    }
    println!("To look: `cargo headcount status`. To stop: `cargo headcount off`.");
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn off(args: &OffArgs) -> anyhow::Result<ExitCode> {
    let (home, cargo) = (Home::of_environment()?, CargoConfig::of_environment()?);
    switch::off(&home, &cargo, args.delete, Timestamp::now())?;
    println!("Recording and sending are {BOLD}off{BOLD:#}, for running programs too.");
    println!("What was recorded and not sent is deleted.");
    if args.delete {
        println!("So is everything else that headcount kept in {}", home.folder().display());
    } else {
        let folder = home.folder().display();
        println!("Your answers and copies of sent reports are still in {folder}");
        println!("(`cargo headcount off --delete` deletes these too).");
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn status(args: &StatusArgs) -> anyhow::Result<ExitCode> {
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

impl OnArgs {
    fn choices(&self) -> Choices {
        let set = |names: &Option<Vec<CrateName>>| {
            names.as_ref().map(|names| names.iter().cloned().collect::<BTreeSet<_>>())
        };
        Choices {
            only: set(&self.only),
            except: set(&self.except),
            include_local: set(&self.include_local),
            origin: self.origin.map(Origin::from),
            send_to: self.send_to.clone(),
            never_send_to: self.never_send_to.clone(),
            force: self.force,
        }
    }
}

impl From<Where> for Origin {
    fn from(place: Where) -> Self {
        match place {
            Where::Developer => Self::Developer,
            Where::Deployed => Self::Deployed,
        }
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
        println!("Programs that you run through cargo append a line to the spool when a counted");
        println!("part of a library is used for the 1st, 100th and 10,000th time.");
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
        let mut table = output::table();
        table.set_header(["week", "bytes", "processes", "libraries", "sites"]);
        for week in &status.weeks {
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
    if !status.libraries.is_empty() {
        let mut table = output::table();
        table.set_header(["library", "version", "sites used", "reported"]);
        for one in &status.libraries {
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
}

fn print_collectors(status: &Status) {
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

fn print_choices(status: &Status) {
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
