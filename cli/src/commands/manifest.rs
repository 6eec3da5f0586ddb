//! `cargo headcount manifest`: all sites of a library, for its author.

mod check;
mod listing;
mod register;

use std::env;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstream::eprintln;
use anyhow::Context;
use headcount_report::limits::MAX_MANIFEST_BYTES;
use headcount_report::manifest::merged;
use headcount_report::{Manifest, SiteRecord};
use headcount_sender::collector::CollectorUrl;
use headcount_sender::places::{self, Place};
use headcount_sender::referrers::Rlib;
use headcount_sender::workspace::Libraries;
use headcount_sender::{scan, workspace};

use super::build_options::BuildOptions;
use crate::output::{self, count};

/// A build on one platform has only that platform's sites. Write a manifest on each with `--out`,
/// and unite them with `--merge`.
///
/// `--check` exits with 1, and then neither `--out` nor `--register` does anything, if a site is
/// gone that was not deprecated, counts something else than it did, or has a name that was given
/// up before: counts would be lost, or added to those of something else. If that is meant, replace
/// the published manifest by the new one, without `--check`. Errors exit with 2.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Take in the sites of manifests of the same version, from other platforms or features
    #[arg(long, value_name = "FILE", num_args = 1..)]
    merge: Vec<PathBuf>,
    /// Compare with published manifests, at least the last one; exit with 1 if sites were lost
    #[arg(long, value_name = "FILE", num_args = 1..)]
    check: Vec<PathBuf>,
    /// Print what `--check` found as JSON
    #[arg(long, requires = "check")]
    json: bool,
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
    let published = args.check.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>()?;
    let mut sources = vec![("this build".to_owned(), manifest(args)?)];
    for path in &args.merge {
        sources.push((format!("`{}`", path.display()), read(path)?));
    }
    let manifest = merged(&sources)?;
    if !args.check.is_empty() && !check::passes(&published, &manifest, args.json)? {
        return Ok(ExitCode::FAILURE);
    }
    let json = serde_json::to_string_pretty(&manifest)? + "\n";
    match &args.out {
        Some(path) => std::fs::write(path, &json)
            .with_context(|| format!("cannot write `{}`", path.display()))?,
        None if args.register.is_none() && args.check.is_empty() => anstream::print!("{json}"),
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
    let Libraries { rlibs, not_counting, .. } = workspace::libraries(&args.build.request(None))?;
    let mut manifests = Vec::new();
    for rlib in &rlibs {
        manifests.extend(listed(rlib)?);
    }
    match (manifests.len(), not_counting) {
        (0, Some(reason)) => Err(reason.into()),
        (0, None) => anyhow::bail!(
            "none of the packages built is a counted library: `headcount::library!();` stands at \
             the root of one, and at least one of its items is tracked"
        ),
        (1, _) => Ok(manifests.remove(0)),
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
    let places = || places_of(rlib);
    Ok(listing::manifest(&rlib.krate.name, &records.records, places)?)
}

/// All sites of a library with their places, files as seen from the current folder.
fn places_of(rlib: &Rlib) -> Vec<(Place, SiteRecord)> {
    let mut sites = places::of_sites(&rlib.path).unwrap_or_else(|problem| {
        output::warning(problem);
        Vec::new()
    });
    let here = env::current_dir().unwrap_or_default();
    for line in sites.iter_mut().filter_map(|(place, _)| place.line.as_mut()) {
        if let Ok(file) = line.file.strip_prefix(&here) {
            line.file = file.to_owned();
        }
    }
    sites
}

fn read(path: &Path) -> anyhow::Result<Manifest> {
    let mut bytes = Vec::new();
    let limit = MAX_MANIFEST_BYTES as u64 + 1;
    File::open(path)
        .and_then(|file| file.take(limit).read_to_end(&mut bytes))
        .with_context(|| format!("cannot read `{}`", path.display()))?;
    Manifest::decode(&bytes).with_context(|| format!("cannot use `{}`", path.display()))
}
