//! `cargo headcount manifest`: all sites of a library, for its author.

mod listing;
mod register;

use std::path::PathBuf;
use std::process::ExitCode;

use anstream::eprintln;
use anyhow::Context;
use headcount_report::Manifest;
use headcount_sender::collector::CollectorUrl;
use headcount_sender::referrers::Rlib;
use headcount_sender::{scan, workspace};

use super::build_options::BuildOptions;
use crate::output::{self, count};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Write the manifest to this file, not to standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Register the manifest with this collector
    #[arg(long, value_name = "URL")]
    register: Option<CollectorUrl>,
    /// Environment variable that holds the library's token for the collector
    #[arg(long, value_name = "NAME", default_value = "HEADCOUNT_TOKEN", requires = "register")]
    token_env: String,
    #[command(flatten)]
    build: BuildOptions,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let manifest = manifest(args)?;
    let json = serde_json::to_string_pretty(&manifest)? + "\n";
    match &args.out {
        Some(path) => std::fs::write(path, &json)
            .with_context(|| format!("cannot write `{}`", path.display()))?,
        None if args.register.is_none() => anstream::print!("{json}"),
        None => {}
    }
    if let Some(collector) = &args.register {
        register::register(&manifest, collector, &args.token_env)?;
        let sites = count(manifest.sites.len(), "site", "sites");
        eprintln!("registered {} {}: {sites}", manifest.library, manifest.version);
    }
    Ok(ExitCode::SUCCESS)
}

/// Builds the selected packages and lists the one that is counted.
fn manifest(args: &Args) -> anyhow::Result<Manifest> {
    let rlibs = workspace::libraries(&args.build.request(None))?;
    let mut manifests = Vec::new();
    for rlib in &rlibs {
        manifests.extend(listed(rlib)?);
    }
    match manifests.len() {
        0 => anyhow::bail!(
            "none of the packages built is a counted library: `headcount::library!();` stands at \
             the root of one, at least one of its items is tracked, and no feature disables \
             counting (`--all-features` might turn on one that does)"
        ),
        1 => Ok(manifests.remove(0)),
        _ => {
            let names: Vec<_> =
                manifests.iter().map(|manifest| manifest.library.as_str()).collect();
            anyhow::bail!("choose a library with `--package`: {}", names.join(", "))
        }
    }
}

/// The manifest of a library, if it is a counted one.
fn listed(rlib: &Rlib) -> anyhow::Result<Option<Manifest>> {
    let records = scan::records(&rlib.path)?;
    for problem in &records.problems {
        output::warning(format_args!("{}: {problem}", rlib.path.display()));
    }
    Ok(listing::manifest(&rlib.krate.name, &records.records)?)
}
