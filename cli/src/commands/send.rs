//! `send`: closes finished weeks and sends what waits.

use std::process::ExitCode;

use anstream::println;
use headcount_report::Week;
use headcount_sender::courier::Outcome;
use headcount_sender::deliver::{Delivery, Which};
use headcount_sender::home::Home;
use headcount_sender::send::{self, Sending};
use jiff::Timestamp;
use jiff::civil::Date;

use super::show::name_the_waiting;
use super::{day, schedule};
use crate::output;
use crate::progress;

/// Exits with 1 when a report was refused or has to wait.
#[derive(clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an argument of its own")]
pub(crate) struct Args {
    /// Also close the week that contains this day and those before it, the running one included
    #[arg(long, value_name = "DATE", value_parser = day)]
    through: Option<Date>,
    /// Have this done once a day: by a timer of systemd's for this user, or else by `cron`
    #[arg(long, conflicts_with_all = ["unschedule", "through", "due", "json"])]
    schedule: bool,
    /// No longer have this done once a day
    #[arg(long, conflicts_with_all = ["through", "due", "json"])]
    unschedule: bool,
    /// Only what is due: for what runs this every day. A report is sent at some moment of the week
    /// after its own, and less and less often while its collector cannot be reached
    #[arg(long, conflicts_with = "through")]
    due: bool,
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
    let which = if args.due { Which::Due } else { Which::All };
    let sending = send::send(&home, now, through, which, progress::scan)?;
    if args.json {
        output::json(&sending)?;
    } else {
        print(&sending);
        if sending.decided_by.is_on() && sending.delivered.is_empty() {
            match which {
                Which::All => println!("There is nothing to send. A week is sent once it is over."),
                Which::Due => println!("Nothing is due."),
            }
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
    match delivery.outcome {
        Outcome::Taken => println!("{delivery}"),
        Outcome::Refused { .. } | Outcome::Kept { .. } => output::warning(delivery),
    }
}

/// Whether nothing is left to worry about: what the owner took back is not a failure.
fn is_done(delivery: &Delivery) -> bool {
    delivery.outcome == Outcome::Taken || delivery.collector.is_none()
}
