//! `cargo xtask sweep`: annotates published crates and runs their own tests, with and without.
//!
//! What authors will meet is met here first. `docs/sweep.md` has what came of it.

mod annotate;
mod build;
mod hits;
mod limited;
mod outcome;
mod package;
mod sources;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use cargo_metadata::diagnostic::Diagnostic;

use crate::tools;
use build::{Built, Copy, Failure};
use hits::Sites;
use outcome::Tests;
use package::Published;
use sources::{AllAnnotated, Sources};
use table::{Failed, Pair, Refused, Sweep, Swept};

/// Builds after which nothing more is left out.
const MAX_ROUNDS: usize = 20;

/// The crates of `docs/sweep.md`.
const USUAL: [&str; 24] = [
    "anyhow@1.0.104",
    "arrayvec@0.7.8",
    "async-channel@2.5.0",
    "bitflags@2.13.2",
    "bytes@1.12.1",
    "chrono@0.4.45",
    "clap_builder@4.6.7",
    "either@1.19.0",
    "fastrand@2.5.0",
    "futures-util@0.3.34",
    "hashbrown@0.17.1",
    "hex@0.4.3",
    "humantime@2.4.0",
    "indexmap@2.14.2",
    "itoa@1.0.18",
    "memchr@2.8.3",
    "nom@8.0.0",
    "ryu@1.0.23",
    "semver@1.0.28",
    "slab@0.4.12",
    "smallvec@1.16.5",
    "strsim@0.11.1",
    "textwrap@0.16.4",
    "url@2.5.8",
];

/// What is swept.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Published crates; without any, those of `docs/sweep.md`
    #[arg(value_name = "CRATE[@VERSION]")]
    crates: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// The folder of the crate `headcount`
    #[arg(long, value_name = "FOLDER", default_value = "runtime")]
    headcount: PathBuf,
}

/// Sweeps one crate after the other; a failure in one is reported, and the others go on.
///
/// # Errors
/// When a crate fails, or its tests do not end as they do without annotations.
pub(crate) fn run(args: &Args) -> Result<()> {
    let headcount = fs::canonicalize(&args.headcount).context("cannot find `headcount`")?;
    let usual = || USUAL.map(str::to_owned).to_vec();
    let wanted = if args.crates.is_empty() { usual() } else { args.crates.clone() };
    let mut sweep = Sweep::default();
    for name in wanted {
        match swept(&name, &headcount) {
            Ok(swept) => sweep.crates.push(swept),
            Err(error) => {
                eprintln!("{name}: failed: {error:#}");
                sweep.failed.push(Failed { name, why: format!("{error:#}") });
            }
        }
    }
    if args.json {
        println!("{}", sweep.json()?);
    } else {
        print!("{sweep}");
    }
    let differ = |swept: &&Swept| !swept.tests.before.same(&swept.tests.after);
    let differ: Vec<_> = sweep.crates.iter().filter(differ).map(|swept| &*swept.name).collect();
    ensure!(differ.is_empty(), "annotations change tests of {}", differ.join(", "));
    ensure!(sweep.failed.is_empty(), "some crates could not be swept");
    Ok(())
}

fn swept(wanted: &str, headcount: &Path) -> Result<Swept> {
    let base = tools::root().join("target/sweep");
    let key = wanted.replace('@', "-");
    let step = |what: &str| eprintln!("{wanted}: {what}");
    step("fetch");
    let published = Published::fetch(wanted, &base.join("fetch").join(&key))?;
    let (target, spool) = (base.join("target"), base.join("spool").join(&key));
    package::remove(&spool)?;
    fs::create_dir_all(&spool).context("cannot make the spool")?;
    let copy = |kind: &str, headcount: Option<&Path>| -> Result<Copy<'_>> {
        let folder = base.join(kind).join(&key);
        published.copy(&folder, headcount)?;
        let log = base.join("log").join(&key).join(kind);
        fs::create_dir_all(&log).context("cannot make the folder of logs")?;
        Ok(Copy { folder, target: &target, spool: &spool, log, tests: None })
    };
    let mut plain = copy("plain", None)?;
    let mut counted = copy("counted", Some(headcount))?;

    step("build without annotations");
    let plain_library = built(&plain.library()?)?;
    if !plain.build_tests()?.success {
        plain.tests = Some(compiling_tests(&plain, &published.tests)?);
        counted.tests.clone_from(&plain.tests);
    }
    step("test without annotations");
    let (before, with_documentation) = tests_before(&plain)?;

    step("build with annotations");
    fs::copy(plain.folder.join("Cargo.lock"), counted.folder.join("Cargo.lock"))
        .context("cannot keep the versions of dependencies")?;
    let mut sources = Sources::new(&plain.folder, &published.root);
    let (annotated, refused) = settle(&counted, &mut sources, wanted)?;
    let counted_library = built(&counted.library()?)?;
    step("test with annotations");
    let after = tests_after(&counted, with_documentation)?;

    step("measure");
    let sites = Sites::of(&published.name, &counted_library.rlib)?;
    let hits = hits::hits(&published.name, &spool)?;
    let left_out = plain.tests.iter().flat_map(|compiling| {
        published.tests.iter().filter(|test| !compiling.contains(test)).cloned()
    });
    Ok(Swept {
        functions: annotated.functions() + refused.len(),
        constant: annotated.constant(),
        refused,
        sites: sites.paths.len(),
        same_name: sites.same_name.iter().map(ToString::to_string).collect(),
        hit: sites.paths.intersection(&hits).count(),
        differences: before.differences(&after),
        with_documentation,
        left_out: left_out.collect(),
        rlib_bytes: Pair { before: plain_library.bytes, after: counted_library.bytes },
        build_seconds: Pair {
            before: plain.seconds(&published.root)?,
            after: counted.seconds(&published.root)?,
        },
        new_warnings: new(&plain_library.warnings, &counted_library.warnings),
        including_tests: annotated.tests(),
        problems: annotated.problems,
        tests: Pair { before, after },
        name: published.name,
        version: published.version,
    })
}

/// A library that was built.
struct Library {
    rlib: PathBuf,
    /// Its size: the next build of a crate of that name overwrites it.
    bytes: u64,
    warnings: Vec<String>,
}

fn built(built: &Built) -> Result<Library> {
    if !built.success {
        let errors: Vec<_> = built.errors.iter().map(|error| &*error.diagnostic.message).collect();
        bail!("it does not build: {} {}", errors.join("; "), built.ended.last_words());
    }
    let rlib = built.rlib.clone().context("cargo made no rlib")?;
    Ok(Library {
        bytes: build::bytes(&rlib)?,
        rlib,
        warnings: built.warnings.iter().map(shown).collect(),
    })
}

/// A message with its place.
fn shown(diagnostic: &Diagnostic) -> String {
    let place =
        build::places(diagnostic).last().map(|(file, line)| format!("{}:{line}", file.display()));
    format!("{} ({})", diagnostic.message, place.unwrap_or_default())
}

fn new(before: &[String], after: &[String]) -> Vec<String> {
    let before: BTreeSet<_> = before.iter().collect();
    after.iter().filter(|warning| !before.contains(warning)).cloned().collect()
}

/// The integration tests that compile: published packages often lack files of theirs.
fn compiling_tests(plain: &Copy<'_>, tests: &[String]) -> Result<Vec<String>> {
    let mut compiling = Vec::new();
    for test in tests {
        let one = Copy {
            folder: plain.folder.clone(),
            log: plain.log.clone(),
            tests: Some(vec![test.clone()]),
            ..*plain
        };
        if one.build_tests()?.success {
            compiling.push(test.clone());
        }
    }
    Ok(compiling)
}

/// Without annotations tests may fail, but not hang; documentation may take too long.
fn tests_before(plain: &Copy<'_>) -> Result<(Tests, bool)> {
    let mut tests = Tests::default();
    let ended = plain.test()?;
    ensure!(!ended.late, "its tests take too long without annotations");
    tests.add(&ended.stdout);
    let documentation = plain.doc_test(1)?;
    if !documentation.late {
        tests.add(&documentation.stdout);
    }
    ensure!(tests.passed > 0, "no test of it passes: {}", ended.last_words());
    Ok((tests, !documentation.late))
}

fn tests_after(counted: &Copy<'_>, with_documentation: bool) -> Result<Tests> {
    let mut tests = Tests::default();
    tests.add(&counted.test()?.stdout);
    if with_documentation {
        tests.add(&counted.doc_test(3)?.stdout);
    }
    Ok(tests)
}

/// Annotates, builds, and leaves out what is refused, until library and tests build.
fn settle(
    counted: &Copy<'_>,
    sources: &mut Sources,
    wanted: &str,
) -> Result<(AllAnnotated, Vec<Refused>)> {
    let mut refused = Vec::new();
    for _ in 0..MAX_ROUNDS {
        let annotated = sources.annotate()?;
        annotated.write(&counted.folder)?;
        let mut built = counted.library()?;
        if built.success {
            built = counted.build_tests()?;
        }
        if built.success {
            return Ok((annotated, refused));
        }
        ensure!(!built.ended.late, "it takes too long to build with annotations");
        let tests = tests_without_library(&built.errors, &counted.folder);
        if tests.into_iter().filter(|test| sources.include_test(test)).count() > 0 {
            continue;
        }
        let culprits = culprits(&annotated, &built.errors);
        if culprits.is_empty() {
            let errors: Vec<_> =
                built.errors.iter().map(|error| shown(&error.diagnostic)).collect();
            let words = built.ended.last_words();
            bail!("it does not build with annotations: {}\n{words}", errors.join("; "));
        }
        for ((file, line), (function, message)) in culprits {
            sources.leave_out(&file, line);
            let place = format!("{}:{line}", file.display());
            eprintln!("{wanted}: {place}: `{function}`: {message}");
            refused.push(Refused { function, place, message });
        }
    }
    bail!("it does not build with annotations after {MAX_ROUNDS} rounds")
}

/// The roots of tests that include files of the library, relative to the package's folder.
fn tests_without_library(errors: &[Failure], folder: &Path) -> BTreeSet<PathBuf> {
    errors
        .iter()
        .filter(|error| error.diagnostic.message.contains("`__headcount`"))
        .filter_map(|error| Some(error.test.as_ref()?.strip_prefix(folder).ok()?.to_owned()))
        .collect()
}

/// The annotated functions that errors are about, by file and line: their names, and why.
fn culprits(
    annotated: &AllAnnotated,
    errors: &[Failure],
) -> BTreeMap<(PathBuf, usize), (String, String)> {
    let mut culprits = BTreeMap::new();
    for Failure { diagnostic: error, .. } in errors {
        let places = build::places(error);
        let functions = |by_block: bool| {
            places.iter().find_map(|(file, line)| {
                let functions = annotated.files.get(file)?.functions.iter();
                let is_it = |function: &&annotate::Function| {
                    let block = function.block.as_ref().filter(|_| by_block);
                    block.unwrap_or(&function.lines).contains(line)
                };
                let functions: Vec<_> = functions.filter(is_it).collect();
                (!functions.is_empty()).then_some((file, functions))
            })
        };
        let Some((file, functions)) = functions(false).or_else(|| functions(true)) else {
            continue;
        };
        for function in functions {
            let why = (function.name.clone(), error.message.clone());
            culprits.entry((file.clone(), function.line)).or_insert(why);
        }
    }
    culprits
}
