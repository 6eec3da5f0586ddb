//! `on` and `off`: what the machine's owner allows.

use std::collections::BTreeSet;
use std::process::ExitCode;

use anstream::println;
use clap::ValueEnum;
use headcount_report::{CrateName, Origin};
use headcount_sender::cargo_config::CargoConfig;
use headcount_sender::collector::CollectorUrl;
use headcount_sender::home::Home;
use headcount_sender::status;
use headcount_sender::switch::{self, Choices};
use jiff::Timestamp;

use super::schedule;
use super::status::{print_choices, print_collectors};
use crate::output::{self, BOLD, DIM};

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
    let off = switch::off(&home, &cargo, args.delete, Timestamp::now());
    let unscheduled = schedule::end(&home);
    off?;
    unscheduled?;
    println!("Recording and sending are {BOLD}off{BOLD:#}, for running programs too.");
    println!("What was recorded is deleted, and no report that waited will ever be sent.");
    if args.delete {
        println!("So is everything else that headcount kept in {}", home.folder().display());
    } else if home.folder().exists() {
        let folder = home.folder().display();
        println!("Your answers and copies of sent reports are still in {folder}");
        println!("(`cargo headcount off --delete` deletes these too).");
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
