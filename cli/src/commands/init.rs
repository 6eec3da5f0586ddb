//! `cargo headcount init`: makes a library a counted one, for its author.

mod dependency;
mod edits;
mod library;
mod root;
mod script;
mod tree;

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use anstream::{eprint, eprintln, println};
use headcount_sender::collector::CollectorUrl;

use crate::output::{self, BOLD};
use dependency::Dependency;
use edits::Edits;
use library::Library;

/// Adds the dependency on headcount and `headcount::library!()`; what is there already stays as it
/// is. Shows every change and asks before it writes. Exits with 1 if the answer is no.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Also record the versions of system libraries such as OpenSSL, by a build script
    #[arg(long)]
    build_script: bool,
    /// Name the collector that users may allow to be told
    #[arg(long, value_name = "URL")]
    collector: Option<CollectorUrl>,
    /// Depend on a checkout of headcount, not on crates.io
    #[arg(long, value_name = "FOLDER")]
    checkout: Option<PathBuf>,
    /// Write without asking
    #[arg(short, long)]
    yes: bool,
    /// Write even if the git tree has changes that are not committed
    #[arg(long)]
    allow_dirty: bool,
    /// Library to change
    #[arg(short, long, value_name = "PACKAGE")]
    package: Option<String>,
    /// Cargo.toml of the workspace or package
    #[arg(long, value_name = "PATH")]
    manifest_path: Option<PathBuf>,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let library = Library::of(args.manifest_path.clone(), args.package.clone())?;
    let remarks = remarks(args, &library)?;
    let edits = edits(args, &library)?;
    if edits.is_empty() {
        anyhow::bail!("{} is set up already; there is nothing to change", library.name);
    }
    if !args.allow_dirty {
        tree::ensure_clean(&library.folder)?;
    }
    edits.show();
    for remark in remarks {
        output::warning(remark);
    }
    if !args.yes && !is_agreed()? {
        eprintln!("nothing was changed");
        return Ok(ExitCode::FAILURE);
    }
    edits.write()?;
    println!("\n{BOLD}{} is a counted library now.{BOLD:#} Next:", library.name);
    println!("  put `#[headcount::track_usage]` on functions and `impl` blocks,");
    println!("  `#[headcount::deprecated_tracked(..)]` in place of `#[deprecated(..)]`;");
    println!("  `cargo headcount manifest` then lists all that is counted.");
    Ok(ExitCode::SUCCESS)
}

/// What the author should know before.
fn remarks(args: &Args, library: &Library) -> anyhow::Result<Vec<String>> {
    let mut remarks: Vec<_> = library.remark.clone().into_iter().collect();
    if args.build_script {
        let script = Edits::default().text(&library.build_script()?)?;
        remarks.extend(script::remark(script.as_deref()).map(str::to_owned));
    }
    Ok(remarks)
}

/// All that has to change.
fn edits(args: &Args, library: &Library) -> anyhow::Result<Edits> {
    let mut edits = Edits::default();
    let collector = args.collector.as_ref();
    let checkout = args.checkout.as_deref();
    Dependency::normal("headcount", checkout, "runtime")?.add(library, &mut edits)?;
    edits.change(&library.root, |text| root::with_library(text.unwrap_or_default(), collector))?;
    if args.build_script {
        let build = Dependency::build("headcount-build", checkout, "build-support")?;
        build.add(library, &mut edits)?;
        edits.change(&library.build_script()?, script::with_call)?;
    }
    Ok(edits)
}

/// Asks the person who runs this. The end of the input is a no.
fn is_agreed() -> io::Result<bool> {
    eprint!("Make these changes? [y/N] ");
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(["y", "yes"].contains(&answer.trim().to_ascii_lowercase().as_str()))
}
