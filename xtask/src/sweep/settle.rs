//! How a copy is annotated: as much of it as compiles.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail, ensure};

use super::annotate;
use super::build::{self, Copy, Failure};
use super::sources::{AllAnnotated, Sources};
use super::table::Refused;

/// Builds after which nothing more is left out.
const MAX_ROUNDS: usize = 20;

/// Annotates, builds, and leaves out what is refused, until library and tests build.
pub(super) fn settle(
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
                built.errors.iter().map(|error| build::shown(&error.diagnostic)).collect();
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
