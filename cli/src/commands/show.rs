//! `show`: the exact bytes. Nothing is sent, nothing is changed.

use std::io::{Write, stdout};
use std::process::ExitCode;

use anstream::eprintln;
use headcount_report::Week;
use headcount_sender::collector::CollectorUrl;
use headcount_sender::consent::Consent;
use headcount_sender::executables::Executables;
use headcount_sender::home::Home;
use headcount_sender::outbox::Place;
use headcount_sender::rule::Rule;
use headcount_sender::show::{self, Explained, FIELDS, Shown};
use headcount_sender::spool::{Spool, SpoolError};
use headcount_sender::status::{self, AnswerStatus};
use jiff::Timestamp;
use jiff::civil::Date;

use super::day;
use crate::output::{self, BOLD, DIM};
use crate::progress;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only what goes to this collector; also shows what a yes would allow
    #[arg(long, value_name = "URL")]
    collector: Option<CollectorUrl>,
    /// What was sent
    #[arg(long)]
    sent: bool,
    /// Also say of each field why it is there and who sees it
    #[arg(long)]
    explain: bool,
    /// Only weeks up to the one that contains this day
    #[arg(long, value_name = "DATE", value_parser = day)]
    through: Option<Date>,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let home = Home::of_environment()?;
    let reports = if args.sent { show::filed(&home, Place::Sent)? } else { unsent(args, &home)? };
    let through = args.through.map(Week::containing);
    let is_meant = |report: &Shown| {
        let of_collector = args.collector.as_ref();
        of_collector.is_none_or(|url| report.collector == url.as_str())
            && through.is_none_or(|through| report.week <= through)
    };
    let reports: Vec<_> = reports.into_iter().filter(is_meant).collect();
    for report in &reports {
        headline(report).lines().for_each(|line| eprintln!("{DIM}# {line}{DIM:#}"));
        stdout().write_all(&report.bytes)?;
    }
    if reports.is_empty() {
        eprintln!("{}", if args.sent { "Nothing was sent." } else { "There is nothing to send." });
    }
    if args.explain {
        explain();
    }
    Ok(ExitCode::SUCCESS)
}

/// Says why each field is there: beside the reports, which stay exact.
fn explain() {
    let mut table = output::table();
    table.set_header(["field", "what for", "who sees it"]);
    for Explained { field, why, who } in FIELDS {
        table.add_row([field, why, who]);
    }
    output::keep_whole(&mut table, 0);
    eprintln!("{}", output::finish(table));
}

/// What waits in the outbox and what is not written yet.
fn unsent(args: &Args, home: &Home) -> anyhow::Result<Vec<Shown>> {
    let now = Timestamp::now();
    let consent = Consent::load(home);
    let rule = Rule::of(&consent);
    if !rule.is_on() {
        output::warning(format_args!("nothing would be sent: headcount is {rule}"));
    }
    let consent = consent.ok().flatten().unwrap_or_else(|| Consent::new(now));
    let mut shown = show::filed(home, Place::Outbox)?;
    let spool = match Spool::open(&home.spool()) {
        Ok(spool) => spool,
        Err(SpoolError::Missing(_)) => return Ok(shown),
        Err(error) => return Err(error.into()),
    };
    let collectors: Vec<_> = match &args.collector {
        Some(url) => vec![url.clone()],
        None => consent.allowed().cloned().collect(),
    };
    let mut executables = Executables::new(home.scans(), progress::scan);
    for url in &collectors {
        if consent.said_before(url).is_none() {
            output::warning(format_args!(
                "{url} has no yes of yours and gets nothing; this is what a yes would allow"
            ));
        }
        shown.extend(show::drafts(home, &spool, &consent, &mut executables, url, now)?);
    }
    if args.collector.is_none() {
        name_the_waiting(home, now)?;
    }
    Ok(shown)
}

/// Says which collectors get nothing only because nobody answered.
pub(super) fn name_the_waiting(home: &Home, now: Timestamp) -> anyhow::Result<()> {
    for one in status::status(home, now)?.collectors {
        if one.answer == AnswerStatus::Waiting {
            let url = output::plain(&one.url);
            eprintln!("{url} waits for your answer and gets nothing; to see what it would get:");
            eprintln!("  {BOLD}cargo headcount show --collector {url}{BOLD:#}");
        }
    }
    Ok(())
}

fn headline(report: &Shown) -> String {
    let Shown { week, collector, place, bytes } = report;
    let state = match place {
        Some(Place::Outbox) => ". It waits to be sent, exactly so.",
        Some(Place::Sent) => ". It was sent.",
        Some(Place::Refused) => ". Nobody got it, and nobody will.",
        None => {
            ", as of now.\nIf nothing more is recorded, exactly this is sent, and only the random \
             ids differ:\nthey are drawn when the week is closed."
        }
    };
    format!("{week} to {}: {} bytes{state}", output::plain(collector), bytes.len())
}
