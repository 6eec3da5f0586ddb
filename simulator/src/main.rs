//! `cargo xtask simulate`: the collector's answers against a known truth.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Parser, Subcommand};
use headcount_collector::store::SqliteStore;
use headcount_report::Week;
use headcount_simulator::border::{Border, Habits};
use headcount_simulator::coverage::{Coverage, SIZES};
use headcount_simulator::crowd::{YEARS, fill_crowd};
use headcount_simulator::repeat::Repetitions;
use headcount_simulator::{Year, fill, table};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;

/// The document whose tables are made here, seen from the repository's root.
const DOCUMENT: &str = "docs/statistics.md";

/// What stands around them in it.
const MARKS: [&str; 2] = ["<!-- simulated: begin -->\n", "<!-- simulated: end -->\n"];

/// Thresholds, and how many machines it takes at least to tell a tenth of one from it.
const BORDERS: [(f64, usize); 2] = [(0.01, 700), (0.05, 150)];

/// Holds the collector's answers against a known truth, and rewrites the tables of
/// docs/statistics.md
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask simulate")]
struct Arguments {
    #[command(subcommand)]
    task: Option<Task>,
    /// How often each experiment is made
    #[arg(long, value_name = "NUMBER", default_value_t = 1_000)]
    repetitions: u64,
    /// Other luck for each number
    #[arg(long, value_name = "NUMBER", default_value_t = 1, global = true)]
    seed: u64,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Fills a store with a simulated year that ends now, to look at its pages
    Year {
        /// The store; no collector may be serving it
        #[arg(long, value_name = "FILE")]
        store: PathBuf,
    },
    /// Fills a store with five such years and many other libraries, to see what a page takes then
    Crowd {
        /// The store; no collector may be serving it
        #[arg(long, value_name = "FILE")]
        store: PathBuf,
        /// How many others
        #[arg(long, value_name = "NUMBER", default_value_t = 10_000)]
        others: u32,
    },
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    match arguments.task {
        Some(Task::Year { store }) => year(&store, arguments.seed),
        Some(Task::Crowd { store, others }) => crowd(&store, others, arguments.seed),
        None => tables(Repetitions { number: arguments.repetitions, seed: arguments.seed }),
    }
}

fn year(store: &Path, seed: u64) -> anyhow::Result<()> {
    let store = SqliteStore::open(store)?;
    Ok(fill(&store, &Year::ending(last_week(), seed))?)
}

fn crowd(store: &Path, others: u32, seed: u64) -> anyhow::Result<()> {
    let store = SqliteStore::open(store)?;
    let bar = bar("weeks", 52 * u64::from(YEARS.unsigned_abs()));
    fill_crowd(&store, others, last_week(), seed, || bar.inc(1))?;
    bar.finish_and_clear();
    Ok(())
}

/// The last that is over: machines send a week's report then.
fn last_week() -> Week {
    Week::at(Timestamp::now()).plus(-1)
}

fn tables(repetitions: Repetitions) -> anyhow::Result<()> {
    let text = [coverage(repetitions)?, borders(repetitions)].join("\n");
    println!("{text}");
    let document = fs::read_to_string(DOCUMENT).context("run this in the repository's root")?;
    let [begin, end] = MARKS;
    let parts = document.split_once(begin).zip(document.split_once(end));
    let ((before, _), (_, after)) =
        parts.with_context(|| format!("`{DOCUMENT}` has no `{}`", begin.trim()))?;
    fs::write(DOCUMENT, [before, begin, &text, end, after].concat())
        .with_context(|| format!("cannot write `{DOCUMENT}`"))
}

fn coverage(repetitions: Repetitions) -> anyhow::Result<String> {
    let last: Week = "2026-W46".parse()?;
    let experiment = Coverage::new(last, repetitions.seed)?;
    let bar = bar("samples", repetitions.number);
    let figures = experiment.measure(repetitions, &SIZES, || bar.inc(1));
    bar.finish_and_clear();
    let (mean, _) = table::mean_and_lowest(&figures, 0);
    let (mean_of_many, lowest) = table::mean_and_lowest(&figures, table::MANY);
    Ok(format!(
        "Of {} repetitions, the part in which the interval held the truth: the mean of all figures \
         of a kind, and in brackets\nthat of the one of them that it is lowest for.\n\n{}\n\n\
         Over all figures the mean is {:.1} %. With {} sections and more it is {:.1} %, and no \
         figure is under {:.1} %.\n",
        repetitions.number,
        table::coverage(&figures),
        mean * 100.0,
        table::MANY,
        mean_of_many * 100.0,
        lowest * 100.0,
    ))
}

fn borders(repetitions: Repetitions) -> String {
    let experiments = BORDERS.iter().flat_map(|(threshold, participants)| {
        Habits::ALL.map(|habits| Border {
            threshold: *threshold,
            truth: 1.0,
            participants: *participants,
            habits,
            confidence: 0.95,
        })
    });
    let rows: Vec<_> = experiments
        .map(|border| {
            let bar = bar(border.habits.text(), 3 * repetitions.number);
            let count = |border: Border| border.measure(repetitions, || bar.inc(1));
            // What makes the confidence of each week 95 %.
            let alone = Border { confidence: 1.0 - 13.0 * 0.05, ..border };
            let below = Border { truth: 0.1, ..border };
            let safe = [border, alone, below].map(count);
            bar.finish_and_clear();
            (border, safe)
        })
        .collect();
    format!(
        "Of {} maintainers who ask every week for a year, with 95 % confidence and four weeks \
         wanted, so many were told\n\"safe\" at least once.\n\n{}\n",
        repetitions.number,
        table::border(&rows, repetitions.number),
    )
}

fn bar(what: &'static str, length: u64) -> ProgressBar {
    let template = "{msg} [{wide_bar}] {pos}/{len} {eta}";
    let style =
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length).with_style(style).with_message(what)
}
