//! `cargo xtask fuzz`: makes up inputs for every parser and looks whether what is promised of it holds.

use std::fs;

use anyhow::{Context, Result, ensure};

use crate::tools::{self, cargo};

const FOLDER: &str = "fuzz/seeds";

/// Most memory of the whole process, in MiB. Each input has a limit of its own in `fuzz/targets/lib.rs`.
const MAX_MEMORY_MIB: u32 = 512;

/// Longest time for one input, in seconds.
const MAX_SECONDS: u32 = 10;

/// What is fuzzed, and for how long.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Parsers, named as the folders of `fuzz/seeds`; all of them if none is named.
    targets: Vec<String>,
    /// Inputs for each.
    #[arg(long, default_value_t = 10_000_000)]
    runs: u64,
}

/// Runs one target after the other on one core, up to the first that finds something.
pub(crate) fn run(args: &Args) -> Result<()> {
    let known = known()?;
    let unknown = args.targets.iter().find(|target| !known.contains(target));
    ensure!(unknown.is_none(), "`{}` is not among {known:?}", unknown.unwrap_or(&String::new()));
    install()?;
    for target in if args.targets.is_empty() { &known } else { &args.targets } {
        fuzz(target, args.runs)?;
    }
    Ok(())
}

fn known() -> Result<Vec<String>> {
    let entries = fs::read_dir(FOLDER).with_context(|| format!("cannot list `{FOLDER}`"))?;
    let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    let mut names: Vec<_> = entries.map(|entry| entry.map(name)).collect::<Result<_, _>>()?;
    names.sort();
    Ok(names)
}

/// Installs `cargo fuzz` where it is missing.
fn install() -> Result<()> {
    let answers = cargo("fuzz --version").output().is_ok_and(|output| output.status.success());
    if answers { Ok(()) } else { tools::run(&mut cargo("install cargo-fuzz --locked")) }
}

/// New inputs go to `target/`; the seeds stay as they are.
fn fuzz(target: &str, runs: u64) -> Result<()> {
    let corpus = format!("target/fuzz/corpus/{target}");
    fs::create_dir_all(&corpus).with_context(|| format!("cannot make `{corpus}`"))?;
    // The code is safe Rust: an address sanitizer would find nothing, and cost half the speed.
    let mut command = cargo("fuzz run --sanitizer none --target-dir target/fuzz");
    command.args([target, &corpus, &format!("{FOLDER}/{target}")]);
    command.args(["--", "-max_len=2048", "-print_final_stats=1"]);
    command.arg(format!("-dict=fuzz/dictionaries/{target}"));
    command.args([format!("-runs={runs}"), format!("-timeout={MAX_SECONDS}")]);
    command.arg(format!("-rss_limit_mb={MAX_MEMORY_MIB}"));
    // Lets the stable compiler take the flags that count coverage.
    tools::run(command.env("RUSTC_BOOTSTRAP", "1"))
}
