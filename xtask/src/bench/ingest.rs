//! Reports that a collector takes in a second and keeps, beside other ways to keep them.
//!
//! All are servers of their own process behind the collector's own socket, on a store of their own,
//! under the same load: `tests/builds/ingest`.

mod postgres;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use headcount_tests as e2e;
use tempfile::TempDir;

use self::postgres::Postgres;
use super::server::Server;
use super::{median, print, step};
use crate::tools;

/// Reports that there are: more than a collector takes in one round.
const REPORTS: usize = 150_000;

/// How long a server is under load before it is measured, and while.
const WARM_SECONDS: f64 = 1.0;
const SECONDS: f64 = 8.0;

/// Ways to keep reports, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Floor,
    Collector,
    Sqlite(Kept),
    Postgres(Kept, Statements),
}

/// What of a report a database keeps, in the words of `tests/builds/ingest`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    Bare,
    Facts,
}

/// How many statements a database gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Statements {
    ARow,
    ATable,
}

const WAYS: [(Way, &str); 8] = [
    (Way::Floor, "a handler that only reads the body"),
    (Way::Collector, "the collector"),
    (Way::Sqlite(Kept::Bare), "SQLite, bare"),
    (Way::Sqlite(Kept::Facts), "SQLite, the same facts"),
    (Way::Postgres(Kept::Bare, Statements::ARow), "PostgreSQL, bare"),
    (Way::Postgres(Kept::Facts, Statements::ARow), "PostgreSQL, the same facts"),
    (Way::Postgres(Kept::Bare, Statements::ATable), "PostgreSQL in arrays, bare"),
    (Way::Postgres(Kept::Facts, Statements::ATable), "PostgreSQL in arrays, the same facts"),
];

impl Kept {
    fn word(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::Facts => "facts",
        }
    }
}

/// What one round showed.
struct Round {
    reports_a_second: f64,
    /// Processor time of a report, in microseconds: of the server, and of `PostgreSQL`'s processes.
    microseconds: f64,
    /// The most memory that the server had, in KiB.
    peak_kib: u64,
}

/// Prints the tables.
pub(super) fn run(runs: usize) -> Result<()> {
    let bench = Bench::prepare()?;
    let mut rounds: [Vec<Round>; WAYS.len()] = Default::default();
    let mut stored = String::new();
    for number in 1..=runs {
        for (rounds, (way, name)) in rounds.iter_mut().zip(WAYS) {
            step(format_args!("ingest: round {number} of {runs}: {name}"));
            let folder = TempDir::new_in(bench.folder.path()).context("cannot make a folder")?;
            rounds.push(bench.round(way, folder.path())?);
            if way == Way::Collector {
                stored = bench.stored(&folder.path().join(STORE))?;
            }
        }
    }
    let of = |way: usize, value: fn(&Round) -> f64| median(rounds[way].iter().map(value));
    let rate = |way: usize| of(way, |round| round.reports_a_second);
    let rows = WAYS.iter().enumerate().map(|(at, (_, name))| {
        let times = |other: usize| format!("{:.2}", rate(1) / rate(other));
        let peak = rounds[at].iter().map(|round| round.peak_kib).max().unwrap_or_default();
        [
            (*name).to_owned(),
            format!("{:.0}", rate(at)),
            times(at),
            format!("{:.0}", of(at, |round| round.microseconds)),
            peak.to_string(),
        ]
    });
    let header = ["", "reports/s", "the collector, times", "processor, µs a report", "peak, KiB"];
    print(&format!("Reports of 20 libraries, {}", bench.sizes), header, rows);
    let rows = stored.lines().filter_map(|line| {
        let mut words = line.split(' ').map(str::to_owned);
        Some([words.next()?, words.next()?, words.next()?])
    });
    print("The store after the last round", ["table", "rows", "bytes, with indices"], rows);
    Ok(())
}

/// The collector's store in a folder.
const STORE: &str = "store.sqlite";

/// What all rounds need.
struct Bench {
    folder: TempDir,
    collector: PathBuf,
    program: PathBuf,
    /// Of a report, as a person reads it.
    sizes: String,
    postgres: Postgres,
}

impl Bench {
    fn prepare() -> Result<Self> {
        let target = super::folder().join("build");
        step("ingest: build the servers");
        let build = |manifest: &str| {
            let mut cargo = e2e::cargo(&tools::root().join(manifest));
            cargo.args(["build", "--release", "--quiet"]);
            tools::run(cargo.env("CARGO_TARGET_DIR", &target))
        };
        build("collector/Cargo.toml")?;
        build("tests/builds/ingest/Cargo.toml")?;
        let postgres = Postgres::start()?;
        let folder = TempDir::new().context("cannot make a folder")?;
        let program = |name: &str| target.join("release").join(name);
        let (collector, program) = (program("headcount-collector"), program("ingest"));
        let mut bench = Self { folder, collector, program, sizes: String::new(), postgres };
        step("ingest: write reports");
        let mut command = bench.ingest();
        command.arg("reports").arg(bench.reports()).arg(REPORTS.to_string());
        tools::output(&mut command)?.trim().clone_into(&mut bench.sizes);
        step("ingest: register the libraries");
        bench.register()?;
        Ok(bench)
    }

    fn ingest(&self) -> Command {
        Command::new(&self.program)
    }

    fn reports(&self) -> PathBuf {
        self.folder.path().join("reports")
    }

    /// Makes the store that every round begins with.
    fn register(&self) -> Result<()> {
        let store = self.folder.path().join("registered.sqlite");
        let server = Server::start(&mut self.serve(&store))?;
        let mut command = self.ingest();
        command.arg("register").arg(&server.address).arg(&self.collector).arg(&store);
        tools::output(&mut command)?;
        let mut backup = Command::new(&self.collector);
        backup.arg("backup").arg(self.folder.path().join(STORE)).arg("--store").arg(&store);
        tools::output(&mut backup)?;
        server.stop()
    }

    /// What takes how much of a store, once nothing waits to be folded: a collector folds when it
    /// starts.
    fn stored(&self, store: &Path) -> Result<String> {
        Server::start(&mut self.serve(store))?.stop()?;
        tools::output(self.ingest().arg("sizes").arg(store))
    }

    fn serve(&self, store: &Path) -> Command {
        let mut command = Command::new(&self.collector);
        command.args(["serve", "--listen", "127.0.0.1:0", "--log-level", "warn"]);
        command.args(["--proxy-header", "x-forwarded-for", "--store"]).arg(store);
        command
    }

    fn round(&self, way: Way, folder: &Path) -> Result<Round> {
        let mut command = match way {
            Way::Collector => {
                let store = folder.join(STORE);
                fs::copy(self.folder.path().join(STORE), &store)
                    .context("cannot copy the store")?;
                self.serve(&store)
            }
            _ => self.other(way, folder),
        };
        let server = Server::start(&mut command)?;
        let reads = way == Way::Floor;
        let (warm, _) = self.load(&server, 0, WARM_SECONDS, reads)?;
        let of_postgres = matches!(way, Way::Postgres(..));
        let processor = || -> Result<f64> {
            let postgres = if of_postgres { self.postgres.seconds()? } else { 0.0 };
            Ok(server.seconds()? + postgres)
        };
        let before = processor()?;
        let (count, seconds) = self.load(&server, warm, SECONDS, reads)?;
        let spent = processor()? - before;
        let peak_kib = server.peak_kib()?;
        server.stop()?;
        #[expect(clippy::cast_precision_loss, reason = "of no interest at this size")]
        let count = count as f64;
        Ok(Round { reports_a_second: count / seconds, microseconds: spent / count * 1e6, peak_kib })
    }

    fn other(&self, way: Way, folder: &Path) -> Command {
        let mut command = self.ingest();
        match way {
            Way::Floor | Way::Collector => command.arg("floor"),
            Way::Sqlite(kept) => {
                command.arg("sqlite").arg(folder.join("rows.sqlite")).arg(kept.word())
            }
            Way::Postgres(kept, statements) => {
                command.arg("postgres").arg(self.postgres.folder()).arg(kept.word());
                command.args((statements == Statements::ARow).then_some("--row-by-row"))
            }
        };
        command
    }

    /// Sends reports from the one with the number `skip` on; gives how many were taken in how many
    /// seconds.
    fn load(
        &self,
        server: &Server,
        skip: usize,
        seconds: f64,
        again: bool,
    ) -> Result<(usize, f64)> {
        let mut command = self.ingest();
        command.arg("load").arg(&server.address).arg(self.reports());
        command.args(["--skip", &skip.to_string(), "--seconds", &seconds.to_string()]);
        if again {
            command.arg("--again");
        }
        let printed = tools::output(&mut command)?;
        let (count, seconds) = printed.trim().split_once(' ').context("no count and seconds")?;
        Ok((count.parse()?, seconds.parse()?))
    }
}
