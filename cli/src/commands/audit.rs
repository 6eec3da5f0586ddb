//! `cargo headcount audit`: which tracked APIs binaries hold, and which crates refer to them.
//!
//! Offline, without consent, and without a trace: it reads files and asks cargo.

mod finding;
mod json;
mod knowledge;
mod text;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;
use headcount_sender::workspace;

use super::build_options::BuildOptions;
use crate::output;
use finding::{Finding, Unread};
use knowledge::{Knowledge, Origin};

#[derive(clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct Args {
    /// Executables and libraries to read. Without any, the workspace is built and its executables
    /// are read
    #[arg(value_name = "BINARY", conflicts_with_all = HOW_TO_BUILD)]
    binaries: Vec<PathBuf>,
    /// Exit with 1 when such sites are linked, for CI
    #[arg(long, value_name = "WHAT")]
    deny: Vec<Deny>,
    /// List all packages of the application's graph, where its binary holds one
    #[arg(long)]
    graph: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Prove that the binaries hold nothing of headcount: exit with 1 and say what, if they do
    #[arg(long, requires = "binaries", conflicts_with_all = ["deny", "graph", "json"])]
    verify: bool,
    #[command(flatten)]
    build: BuildOptions,
    /// Build in release mode
    #[arg(short, long, conflicts_with = "profile")]
    release: bool,
    /// Profile to build with
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
}

/// What says nothing about a binary that is there already.
const HOW_TO_BUILD: [&str; 9] = [
    "manifest_path",
    "packages",
    "features",
    "all_features",
    "no_default_features",
    "target",
    "target_dir",
    "release",
    "profile",
];

/// What must not be linked.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Deny {
    /// Deprecated items
    Deprecated,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    if args.verify {
        return Ok(verify::run(&args.binaries));
    }
    let (targets, mut knowledge) = targets(args)?;
    let (findings, unread) = finding::read(targets, &mut knowledge);
    if args.json {
        json::print(&findings, &unread)?;
    } else {
        text::print(&findings, args.graph)?;
    }
    for Unread { path: _, error } in &unread {
        output::error(error);
    }
    let denied = if args.deny.contains(&Deny::Deprecated) { deny(&findings) } else { 0 };
    Ok(ExitCode::from(if unread.is_empty() { denied } else { 2 }))
}

/// The files to read, and from where it is known who refers to what.
fn targets(args: &Args) -> anyhow::Result<(Vec<(PathBuf, Origin)>, Knowledge)> {
    if !args.binaries.is_empty() {
        let mut knowledge = Knowledge::default();
        let named = args.binaries.iter().map(|path| (path.clone(), knowledge.find_beside(path)));
        return Ok((named.collect(), knowledge));
    }
    let profile = if args.release { Some("release") } else { args.profile.as_deref() };
    let build = workspace::executables(&args.build.request(profile))?;
    anyhow::ensure!(
        !build.executables.is_empty(),
        "this build has no executable; name a binary, or a package with `--package`"
    );
    let executables = build.executables.into_iter();
    let targets = executables.map(|program| (program.path.clone(), Origin::of_build(program)));
    Ok((targets.collect(), Knowledge::of_build(build.rlibs)))
}

/// Says what is denied and found: 1 if there is something, 2 if it could be in what was not read.
fn deny(findings: &[Finding]) -> u8 {
    let mut status = 0;
    for finding in findings {
        let path = output::path(&finding.path);
        let deprecated = finding.deprecated_count();
        if deprecated > 0 {
            let apis = output::count(deprecated, "deprecated API", "deprecated APIs");
            output::error(&anyhow::anyhow!("`{path}` links {apis}"));
            status = 1;
        } else if finding.is_partial() {
            let what = "was not read completely: it is not known to be free of deprecated APIs";
            output::error(&anyhow::anyhow!("`{path}` {what}"));
            status = if status == 1 { 1 } else { 2 };
        }
    }
    status
}
