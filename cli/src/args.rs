//! The command line.

use clap::{Parser, Subcommand};

use crate::commands::{ask, audit, consent, init, manifest, send, show, status};

/// How cargo calls a subcommand: `cargo-headcount headcount ...`.
#[derive(Parser)]
#[command(name = "cargo", bin_name = "cargo")]
pub(crate) enum Cargo {
    Headcount(Args),
}

/// See which tracked APIs your binaries link; decide what is counted, and what is sent to whom.
#[derive(clap::Args)]
#[command(version, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// List the tracked APIs that binaries link, deprecated ones first. Offline
    Audit(audit::Args),
    /// Make a library a counted one: its dependency, its `library!()`; shows the changes and asks
    Init(init::Args),
    /// List all sites of a library, for its author
    Manifest(manifest::Args),
    /// Allow recording on this machine; with `--send-to URL` also sending there
    On(consent::OnArgs),
    /// End recording and sending
    Off(consent::OffArgs),
    /// Say what is recorded, where, what goes to whom, and how to stop
    Status(status::Args),
    /// Print the exact bytes that would be sent
    Show(show::Args),
    /// Write the reports of finished weeks and send them; exit with 1 if one is not taken
    Send(send::Args),
    /// Ask a collector
    Ask(ask::Args),
}
