//! `send`: closes finished weeks and sends what waits.

use std::process::ExitCode;

use anstream::println;
use headcount_report::Week;
use headcount_sender::home::Home;
use headcount_sender::send::{self, Delivery, Outcome, Sending};
use jiff::Timestamp;
use jiff::civil::Date;

use super::show::name_the_waiting;
use super::{day, schedule};
use crate::output::{self, count};
use crate::progress;

/// Exits with 1 when a report was refused or has to wait.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Also close the week that contains this day and those before it, the running one included
    #[arg(long, value_name = "DATE", value_parser = day)]
    through: Option<Date>,
    /// Have this done once a day: by a timer of systemd's for this user, or else by `cron`
    #[arg(long, conflicts_with_all = ["unschedule", "through", "json"])]
    schedule: bool,
    /// No longer have this done once a day
    #[arg(long, conflicts_with_all = ["through", "json"])]
    unschedule: bool,
    /// For programs
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    if args.schedule || args.unschedule {
        return schedule::run(args.schedule);
    }
    let (home, now) = (Home::of_environment()?, Timestamp::now());
    let through = args.through.map(Week::containing);
    let sending = send::send(&home, now, through, progress::scan)?;
    if args.json {
        output::json(&sending)?;
    } else {
        print(&sending);
        if sending.decided_by.is_on() && sending.delivered.is_empty() {
            println!("There is nothing to send. A week is sent once it is over.");
            name_the_waiting(&home, now)?;
        }
    }
    let is_done = sending.delivered.iter().all(is_done);
    Ok(if is_done { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print(sending: &Sending) {
    if !sending.decided_by.is_on() {
        println!("Nothing is sent: headcount is {}.", sending.decided_by);
    }
    sending.delivered.iter().for_each(print_delivery);
    for remark in &sending.closing.remarks {
        output::warning(remark);
    }
}

fn print_delivery(delivery: &Delivery) {
    let Delivery { week, collector, sections, outcome } = delivery;
    let collector = collector.as_ref().map_or("a collector", |url| url.as_str());
    match outcome {
        Outcome::Taken => {
            let sections = count(*sections, "library version", "library versions");
            println!("{week}: sent a report on {sections} to {collector}");
        }
        Outcome::Refused { reason } => {
            output::warning(format_args!("{week}: {collector} will not get it: {reason}"));
        }
        Outcome::Kept { reason } => output::warning(format_args!(
            "{week}: not yet taken by {collector}, the next `send` tries again: {reason}"
        )),
    }
}

/// Whether nothing is left to worry about: what the owner took back is not a failure.
fn is_done(delivery: &Delivery) -> bool {
    delivery.outcome == Outcome::Taken || delivery.collector.is_none()
}
