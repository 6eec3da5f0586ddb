//! `audit --verify`: proves that a binary holds nothing of headcount.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstream::println;
use headcount_sender::scan::{self, ScanError, Traces};

use crate::output::{self, BOLD, WARNING};

/// 0 when every file is free of headcount, 1 when one is not, 2 when one could not be read.
pub(super) fn run(paths: &[PathBuf]) -> ExitCode {
    let status = paths.iter().map(|path| match scan::traces(path) {
        Ok(traces) => said(path, &traces),
        Err(error) => refused(error),
    });
    ExitCode::from(status.max().unwrap_or(0))
}

fn said(path: &Path, traces: &Traces) -> u8 {
    let path = path.display();
    if traces.is_empty() {
        println!("{BOLD}{path}{BOLD:#} holds nothing of headcount: no record, no slice of sites");
        return 0;
    }
    let mut found = Vec::new();
    if traces.records > 0 {
        found.push(format!("records: {}", traces.records));
    }
    if !traces.slices.is_empty() {
        let names: Vec<_> = traces.slices.iter().map(String::as_str).collect();
        found.push(format!("slices of sites: {}", names.join(", ")));
    }
    println!("{BOLD}{path}{BOLD:#} {WARNING}holds headcount{WARNING:#}: {}", found.join("; "));
    1
}

fn refused(error: ScanError) -> u8 {
    output::error(&error.into());
    2
}
