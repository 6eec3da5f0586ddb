//! `cargo xtask sweep`: annotates published crates and runs their own tests, with and without.
//!
//! What authors will meet is met here first. `docs/sweep.md` has what came of it.

mod absence;
mod annotate;
mod build;
mod hits;
mod limited;
mod outcome;
mod package;
mod settle;
mod sources;
mod table;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use crate::tools;
use absence::Absence;
use build::{Built, Copy};
use hits::Sites;
use outcome::Tests;
use package::Published;
use settle::settle;
use sources::Sources;
use table::{Failed, Pair, Sweep, Swept};

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
    /// Compare their tests built with headcount's feature `disabled` and without annotations, byte
    /// by byte, instead
    #[arg(long, requires = "crates")]
    disabled: bool,
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
/// When a crate fails, its tests do not end as they do without annotations, or `disabled` leaves
/// something in a program.
pub(crate) fn run(args: &Args) -> Result<()> {
    let headcount = fs::canonicalize(&args.headcount).context("cannot find `headcount`")?;
    let usual = || USUAL.map(str::to_owned).to_vec();
    let wanted = if args.crates.is_empty() { usual() } else { args.crates.clone() };
    if args.disabled {
        return prove_absence(&wanted, &headcount, args.json);
    }
    let (crates, failed) = each(&wanted, |name| swept(name, &headcount));
    let sweep = Sweep { crates, failed };
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

fn prove_absence(wanted: &[String], headcount: &Path, json: bool) -> Result<()> {
    let (crates, failed) = each(wanted, |name| absence::compared(name, headcount));
    let absence = Absence { crates, failed };
    if json {
        println!("{}", absence.json()?);
    } else {
        print!("{absence}");
    }
    let is_absent = absence.crates.iter().all(|compared| compared.differ_from_unchanged.is_empty());
    ensure!(is_absent, "`disabled` left something in a program");
    ensure!(absence.failed.is_empty(), "some crates could not be compared");
    Ok(())
}

/// Looks at every crate, whatever became of those before it.
fn each<T>(wanted: &[String], look: impl Fn(&str) -> Result<T>) -> (Vec<T>, Vec<Failed>) {
    let (mut crates, mut failed) = (Vec::new(), Vec::new());
    for name in wanted {
        match look(name) {
            Ok(outcome) => crates.push(outcome),
            Err(error) => {
                eprintln!("{name}: failed: {error:#}");
                failed.push(Failed { name: name.clone(), why: format!("{error:#}") });
            }
        }
    }
    (crates, failed)
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
        Ok(Copy { folder, target: &target, spool: &spool, log, tests: None, arguments: &[] })
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
        warnings: built.warnings.iter().map(build::shown).collect(),
    })
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
