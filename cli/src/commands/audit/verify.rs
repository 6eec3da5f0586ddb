//! `audit --verify`: proves that a binary holds nothing of headcount.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstream::println;
use headcount_sender::scan::{self, ScanError, Traces};

use crate::output::{self, BOLD, WARNING};

/// 0 when every file, and every shared library of its build that it needs, is free of headcount; 1
/// when one is not, 2 when one could not be read.
pub(super) fn run(paths: &[PathBuf]) -> ExitCode {
    let status = paths.iter().map(|path| {
        let needed = scan::shared_libraries(path);
        for problem in &needed.problems {
            output::error(&anyhow::anyhow!("{}", output::plain(problem)));
        }
        let libraries = needed.found.iter().map(|library| library.path.as_path());
        let files = std::iter::once(path.as_path()).chain(libraries);
        let status = if needed.problems.is_empty() { 0 } else { 2 };
        files.map(verify).fold(status, u8::max)
    });
    ExitCode::from(status.max().unwrap_or(0))
}

fn verify(path: &Path) -> u8 {
    match scan::traces(path) {
        Ok(traces) => said(path, &traces),
        Err(error) => refused(error),
    }
}

fn said(path: &Path, traces: &Traces) -> u8 {
    let path = output::path(path);
    if traces.is_empty() {
        println!(
            "{BOLD}{path}{BOLD:#} holds nothing of headcount: no site and its record, no build \
             record"
        );
        return 0;
    }
    let Traces { site_records, build_records, graphs, unknown_records, .. } = traces;
    let counts = [
        (*site_records, "site records"),
        (*build_records, "build records"),
        (*graphs, "graphs of an application"),
        (*unknown_records, "unknown records"),
    ];
    let counts = counts.into_iter().filter(|(number, _)| *number > 0);
    let found: Vec<_> = counts.map(|(number, what)| format!("{what}: {number}")).collect();
    println!("{BOLD}{path}{BOLD:#} {WARNING}holds headcount{WARNING:#}: {}", found.join("; "));
    1
}

fn refused(error: ScanError) -> u8 {
    output::error(&error.into());
    2
}
