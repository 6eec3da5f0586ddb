//! What the collector's ingest is measured with, and against: see `cargo xtask bench ingest`.

mod event;
mod facts;
mod libraries;
mod load;
mod postgres;
mod reports;
mod rows;
mod servers;
mod sqlite;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::rows::Kept;

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Writes reports, ready to be sent: each with new ids
    Reports { file: PathBuf, count: usize },
    /// Registers the libraries that these are about, by tokens of the collector's own command
    Register { address: String, collector: PathBuf, store: PathBuf },
    /// Says what takes how much of a store
    Sizes { store: PathBuf },
    /// Sends reports, until there are no more or the time is over, and says how many were taken
    Load(load::Args),
    /// Serves: reads the body of a report, and no more
    Floor,
    /// Serves: rows in SQLite, a transaction a report
    Sqlite { file: PathBuf, kept: Kept },
    /// Serves: rows in PostgreSQL, a transaction a report, on eight connections
    Postgres {
        /// The folder of its socket
        socket: PathBuf,
        kept: Kept,
        /// A statement for each row, rather than one for all of a table
        #[arg(long)]
        row_by_row: bool,
    },
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Reports { file, count } => reports::write(&file, count),
        Command::Register { address, collector, store } => {
            libraries::register(&address, &collector, &store)
        }
        Command::Sizes { store } => sqlite::sizes(&store),
        Command::Load(args) => load::run(&args),
        Command::Floor => servers::floor(),
        Command::Sqlite { file, kept } => sqlite::serve(&file, kept),
        Command::Postgres { socket, kept, row_by_row } => {
            postgres::serve(&socket, kept, row_by_row)
        }
    }
}
