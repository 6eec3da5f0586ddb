//! `headcount-collector`: arguments to [`run`].

use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use headcount_collector::config::{Config, DEFAULTS, Flags};
use headcount_collector::store::{Lock, NewToken, SqliteStore, Store, transfer};
use headcount_collector::token::{Scope, Token};
use headcount_collector::{Clock, log, server};
use headcount_report::CrateName;
use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Collects headcount reports and answers what is used, by how many
#[derive(Debug, Parser)]
#[command(name = "headcount-collector", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Takes reports and answers questions until it is stopped
    Serve {
        /// The configuration; what it leaves out has its default
        #[arg(long, value_name = "FILE", required_unless_present = "store")]
        config: Option<PathBuf>,
        #[command(flatten)]
        flags: Flags,
    },
    /// Prints the configuration with all its defaults, to be edited
    Config,
    /// Copies the store to a new file, while a collector may be serving it
    Backup {
        /// The file to write; it must not exist
        file: PathBuf,
        #[command(flatten)]
        store: StoreFile,
    },
    /// Reads the whole store, counts again what can be counted again, and names what is wrong
    Check {
        #[command(flatten)]
        store: StoreFile,
    },
    /// Writes the whole store to standard output, a line of JSON for each thing in it, while a
    /// collector may be serving it
    Export {
        #[command(flatten)]
        store: StoreFile,
    },
    /// Fills a new store with what `export` wrote, from standard input
    Import {
        #[command(flatten)]
        store: StoreFile,
    },
    /// Says who may register the versions of a library
    #[command(subcommand)]
    Token(TokenCommand),
}

#[derive(Debug, Subcommand)]
enum TokenCommand {
    /// Makes a token for one library, or for the operator, and prints it, this once
    Add {
        /// The library that it may register
        #[arg(required_unless_present = "operator")]
        library: Option<CrateName>,
        /// It shows what is not published, and registers nothing
        #[arg(long, conflicts_with = "library")]
        operator: bool,
        #[command(flatten)]
        store: StoreFile,
    },
    /// Lists the tokens: number, library (`*`: the operator's), date. The tokens themselves are not kept
    List {
        #[command(flatten)]
        store: StoreFile,
    },
    /// Revokes a token
    Revoke {
        /// Its number in the list
        number: u32,
        #[command(flatten)]
        store: StoreFile,
    },
}

#[derive(Debug, Args)]
struct StoreFile {
    /// The store: one SQLite file. A collector may be serving it
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
    /// The configuration that names the store
    #[arg(long, value_name = "FILE", required_unless_present = "store")]
    config: Option<PathBuf>,
}

impl StoreFile {
    fn path(self) -> anyhow::Result<PathBuf> {
        match self {
            Self { store: Some(store), .. } => Ok(store),
            Self { config: Some(file), .. } => Ok(Config::of_file(&file)?.store),
            Self { .. } => anyhow::bail!("say which store: `--store FILE` or `--config FILE`"),
        }
    }
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("headcount-collector: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Serve { config, flags } => serve(config.as_deref(), &flags),
        Command::Config => Ok(write!(io::stdout(), "{DEFAULTS}")?),
        Command::Backup { file, store } => back_up(&store.path()?, &file),
        Command::Check { store } => check(&store.path()?),
        Command::Export { store } => export(&store.path()?),
        Command::Import { store } => import(&store.path()?),
        Command::Token(TokenCommand::Add { library, operator: _, store }) => {
            add_token(library, &store.path()?)
        }
        Command::Token(TokenCommand::List { store }) => list_tokens(&store.path()?),
        Command::Token(TokenCommand::Revoke { number, store }) => {
            revoke_token(number, &store.path()?)
        }
    }
}

fn serve(file: Option<&Path>, flags: &Flags) -> anyhow::Result<()> {
    let config = Config::read(file, flags)?;
    log::start(&config);
    server::run(&config)
}

/// Opens a store that has to be there: a new one is nothing to copy or to check.
fn existing(path: &Path) -> anyhow::Result<SqliteStore> {
    Ok(SqliteStore::open_existing(path)?)
}

fn back_up(path: &Path, copy: &Path) -> anyhow::Result<()> {
    let progress = progress("copying", "{elapsed}");
    progress.enable_steady_tick(TICK);
    let bytes = SqliteStore::back_up(path, copy)?;
    progress.finish_and_clear();
    eprintln!("{} in `{}`.", HumanBytes(bytes), copy.display());
    Ok(())
}

fn check(path: &Path) -> anyhow::Result<()> {
    let progress = progress("checking", "{wide_bar} {percent} % {elapsed}");
    progress.enable_steady_tick(TICK);
    let problems = existing(path)?.check_step_by_step(|done, of| {
        progress.set_length(of as u64);
        progress.set_position(done as u64);
    });
    progress.finish_and_clear();
    let problems = problems?;
    let mut out = io::stdout().lock();
    for problem in &problems {
        writeln!(out, "{problem}")?;
    }
    anyhow::ensure!(problems.is_empty(), "the store is damaged; restore a backup of it");
    eprintln!("the store is in order.");
    Ok(())
}

fn export(path: &Path) -> anyhow::Result<()> {
    let store = existing(path)?;
    let progress = progress("exporting", BYTES);
    let lines = transfer::export(&store, progress.wrap_write(BufWriter::new(io::stdout().lock())))?;
    progress.finish_and_clear();
    eprintln!("{lines} lines.");
    Ok(())
}

fn import(path: &Path) -> anyhow::Result<()> {
    let _lock = Lock::take(path)?;
    let store = SqliteStore::open(path)?;
    let progress = progress("importing", BYTES);
    let input = BufReader::new(progress.wrap_read(io::stdin().lock()));
    let lines = transfer::import(&store, input)?;
    progress.finish_and_clear();
    eprintln!("{lines} lines.");
    drop(store);
    check(path)
}

/// How often something moves while nothing can be said.
const TICK: Duration = Duration::from_millis(200);

/// How far a stream of unknown length is.
const BYTES: &str = "{bytes} {bytes_per_sec}";

/// How far it is, on a terminal; nothing elsewhere.
fn progress(doing: &'static str, how_far: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(&format!("{{spinner}} {{msg}} {how_far}"));
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner())).with_message(doing)
}

fn add_token(library: Option<CrateName>, path: &Path) -> anyhow::Result<()> {
    let token = Token::generate()?;
    let created = Clock::system().now();
    let may = library.as_ref().map_or_else(
        || "shows what is not published".to_owned(),
        |library| format!("may register versions of `{library}`"),
    );
    let scope = library.map_or(Scope::Operator, Scope::Library);
    let new = NewToken { scope, digest: token.digest(), created };
    if !path.try_exists()? {
        drop(SqliteStore::open(path)?);
        eprintln!("there was no store `{}`; it was made.", path.display());
    }
    let number = existing(path)?.add_token(new)?;
    writeln!(io::stdout(), "{token}")?;
    eprintln!("token {number} {may}. It is shown this once; keep it as a secret.");
    Ok(())
}

fn list_tokens(path: &Path) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    for row in existing(path)?.tokens()? {
        writeln!(out, "{}\t{}\t{:.0}", row.number, row.token.scope, row.token.created)?;
    }
    Ok(())
}

fn revoke_token(number: u32, path: &Path) -> anyhow::Result<()> {
    anyhow::ensure!(
        existing(path)?.revoke_token(number)?,
        "there is no token {number}; `headcount-collector token list` shows those there are"
    );
    eprintln!("token {number} may not register anything any more.");
    Ok(())
}
