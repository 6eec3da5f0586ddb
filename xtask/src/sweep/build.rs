//! A copy of a crate: built and tested by cargo, always with the same flags.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, ensure};
use cargo_metadata::diagnostic::{Diagnostic, DiagnosticLevel, DiagnosticSpan};
use cargo_metadata::{Artifact, Message, TargetKind};
use headcount_tests as e2e;

use super::limited::{self, Ended};

const BUILD_LIMIT: Duration = Duration::from_mins(8);
const TEST_LIMIT: Duration = Duration::from_mins(8);

/// Documentation is compiled test by test: beyond this it is not tested.
const DOC_TEST_LIMIT: Duration = Duration::from_secs(45);

/// A copy of a crate.
#[derive(Debug)]
pub(super) struct Copy<'a> {
    pub(super) folder: PathBuf,
    pub(super) target: &'a Path,
    pub(super) spool: &'a Path,
    pub(super) log: PathBuf,
    /// `--test` of each test that compiles without annotations; all if `None`.
    pub(super) tests: Option<Vec<String>>,
    /// Further arguments of every build.
    pub(super) arguments: &'static [&'static str],
}

/// What cargo and rustc said.
#[derive(Debug)]
pub(super) struct Built {
    pub(super) success: bool,
    pub(super) rlib: Option<PathBuf>,
    /// The tests, by kind and name.
    pub(super) executables: BTreeMap<String, PathBuf>,
    pub(super) errors: Vec<Failure>,
    /// In the library itself.
    pub(super) warnings: Vec<Diagnostic>,
    pub(super) ended: Ended,
}

/// An error of rustc's.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) diagnostic: Diagnostic,
    /// The root of the test that it is in.
    pub(super) test: Option<PathBuf>,
}

impl Copy<'_> {
    /// Builds the library.
    pub(super) fn library(&self) -> Result<Built> {
        self.build("lib", &["build".to_owned(), "--lib".to_owned()])
    }

    /// Builds the tests.
    pub(super) fn build_tests(&self) -> Result<Built> {
        let mut arguments = vec!["test".to_owned(), "--no-run".to_owned()];
        arguments.extend(self.selection());
        self.build("no-run", &arguments)
    }

    /// The shortest of two builds of the library alone; its dependencies are built already.
    pub(super) fn seconds(&self, root: &Path) -> Result<f64> {
        let mut seconds = f64::INFINITY;
        for _ in 0..2 {
            let root = File::open(self.folder.join(root)).context("cannot open the root")?;
            root.set_modified(SystemTime::now()).context("cannot touch the root")?;
            let built = self.library()?;
            ensure!(built.success, "the same build fails now: {}", built.ended.last_words());
            seconds = seconds.min(built.ended.duration.as_secs_f64());
        }
        Ok(seconds)
    }

    /// Runs the tests.
    pub(super) fn test(&self) -> Result<Ended> {
        let mut command = self.cargo();
        command.args(["test", "--no-fail-fast"]).args(self.selection());
        limited::run(&mut command, TEST_LIMIT, &self.log.join("test"))
    }

    /// Runs the tests in the documentation.
    pub(super) fn doc_test(&self, factor: u32) -> Result<Ended> {
        let mut command = self.cargo();
        command.args(["test", "--no-fail-fast", "--doc"]);
        limited::run(&mut command, DOC_TEST_LIMIT * factor, &self.log.join("doc"))
    }

    fn selection(&self) -> Vec<String> {
        match &self.tests {
            None => ["--lib", "--tests"].map(str::to_owned).into(),
            Some(tests) => {
                let tests = tests.iter().flat_map(|test| ["--test".to_owned(), test.clone()]);
                ["--lib".to_owned()].into_iter().chain(tests).collect()
            }
        }
    }

    fn build(&self, name: &str, arguments: &[String]) -> Result<Built> {
        let mut command = self.cargo();
        command.args(arguments).args(self.arguments).args(
            ["--message-format=json", "--no-fail-fast"]
                .iter()
                .filter(|option| arguments[0] == "test" || **option != "--no-fail-fast"),
        );
        let ended = limited::run(&mut command, BUILD_LIMIT, &self.log.join(name))?;
        let mut built = Built {
            success: ended.success,
            rlib: None,
            executables: BTreeMap::new(),
            errors: vec![],
            warnings: vec![],
            ended,
        };
        for message in Message::parse_stream(Cursor::new(&built.ended.stdout)) {
            match message.context("cannot read what cargo prints")? {
                Message::CompilerArtifact(Artifact { target, executable: Some(file), .. }) => {
                    let kind = if target.is_kind(TargetKind::Lib) { "lib" } else { "test" };
                    built.executables.insert(format!("{kind} {}", target.name), file.into());
                }
                Message::CompilerArtifact(artifact)
                    if artifact.manifest_path == self.folder.join("Cargo.toml")
                        && artifact.target.is_kind(TargetKind::Lib) =>
                {
                    let rlib =
                        artifact.filenames.iter().find(|file| file.extension() == Some("rlib"));
                    built.rlib = rlib.map(|file| file.clone().into());
                }
                Message::CompilerMessage(message) => {
                    let is_library = message.target.is_kind(TargetKind::Lib);
                    match message.message.level {
                        // The last of them only counts the others.
                        DiagnosticLevel::Error if !message.message.spans.is_empty() => {
                            let is_test = message.target.is_kind(TargetKind::Test);
                            let test = is_test.then(|| message.target.src_path.clone().into());
                            built.errors.push(Failure { diagnostic: message.message, test });
                        }
                        DiagnosticLevel::Warning
                            if is_library && !message.message.spans.is_empty() =>
                        {
                            built.warnings.push(message.message);
                        }
                        _ => {}
                    }
                }
                _ => {}
            }
        }
        Ok(built)
    }

    fn cargo(&self) -> Command {
        let mut command = e2e::cargo(&self.folder.join("Cargo.toml"));
        command
            .env("CARGO_TARGET_DIR", self.target)
            .env("CARGO_BUILD_JOBS", "2")
            .env("CARGO_INCREMENTAL", "0")
            .env("CARGO_PROFILE_DEV_DEBUG", "0") // halves the time
            .env("CARGO_PROFILE_RELEASE_STRIP", "symbols") // as shipped programs are
            .env("CARGO_TERM_COLOR", "never")
            .env("HEADCOUNT_SPOOL", self.spool)
            // Tests of errors compare what they print.
            .env_remove("RUST_BACKTRACE")
            .env_remove("RUST_LIB_BACKTRACE");
        command
    }
}

/// Bytes of a file.
pub(super) fn bytes(path: &Path) -> Result<u64> {
    Ok(fs::metadata(path).context("cannot look at the rlib")?.len())
}

/// A message with its place.
pub(super) fn shown(diagnostic: &Diagnostic) -> String {
    let place = places(diagnostic).last().map(|(file, line)| format!("{}:{line}", file.display()));
    format!("{} ({})", diagnostic.message, place.unwrap_or_default())
}

/// Every place that an error is about: file and line, as far as macros let it be told.
pub(super) fn places(diagnostic: &Diagnostic) -> Vec<(PathBuf, usize)> {
    let (primary, secondary): (Vec<_>, Vec<_>) =
        diagnostic.spans.iter().partition(|span| span.is_primary);
    let children = diagnostic.children.iter().flat_map(|child| &child.spans);
    let mut places = Vec::new();
    for span in primary.into_iter().chain(secondary).chain(children) {
        let mut next: Option<&DiagnosticSpan> = Some(span);
        while let Some(span) = next {
            places.push((normal(&span.file_name), span.line_start));
            next = span.expansion.as_ref().map(|expansion| &expansion.span);
        }
    }
    places
}

/// `src/a.rs` of `tests/../src/a.rs`.
fn normal(file: &str) -> PathBuf {
    let mut path = PathBuf::new();
    for part in Path::new(file) {
        if part == ".." && path.file_name().is_some() {
            path.pop();
        } else {
            path.push(part);
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_one_path() {
        assert_eq!(normal("tests/../src/a.rs"), Path::new("src/a.rs"));
        assert_eq!(normal("src/a.rs"), Path::new("src/a.rs"));
    }
}
