//! Off can be proved: with `disabled`, the tests of a crate are the programs without annotations.
//!
//! All builds are release builds from one folder, since its path is part of symbols' names, stripped
//! for the reason that `ARCHITECTURE.md` gives, with one `Cargo.toml`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fmt, fs};

use anyhow::{Context, Result, ensure};
use comfy_table::Table;
use comfy_table::presets::ASCII_MARKDOWN;
use headcount_report::Record;
use headcount_sender::scan;
use serde::Serialize;

use super::build::Copy;
use super::package::{DISABLED, Published};
use super::settle::settle;
use super::sources::Sources;
use super::table::Failed;
use crate::tools;

/// The programs of one crate.
#[derive(Debug, Serialize)]
pub(super) struct Compared {
    name: String,
    version: String,
    /// Functions that are annotated.
    functions: usize,
    programs: usize,
    /// Bytes of all programs with `disabled`.
    bytes: usize,
    /// Programs that hold records of sites when they are counted.
    counted: usize,
    /// Programs that are not the same, byte for byte, with `disabled` and without annotations.
    pub(super) differ: Vec<String>,
}

/// The programs of all crates.
#[derive(Debug, Default, Serialize)]
pub(super) struct Absence {
    pub(super) crates: Vec<Compared>,
    pub(super) failed: Vec<Failed>,
}

/// Builds the tests of a crate counted, with `disabled`, and with spaces instead of annotations.
///
/// # Errors
/// When a build fails, or the counted programs hold no records: then nothing was compared.
pub(super) fn compared(wanted: &str, headcount: &Path) -> Result<Compared> {
    let base = tools::root().join("target/sweep");
    let key = wanted.replace('@', "-");
    let step = |what: &str| eprintln!("{wanted}: {what}");

    step("fetch");
    let published = Published::fetch(wanted, &base.join("fetch").join(&key))?;
    let folder = base.join("absence").join(&key);
    published.copy(&folder, Some(headcount))?;
    let log = base.join("log").join(&key).join("absence");
    fs::create_dir_all(&log).context("cannot make the folder of logs")?;
    let (target, spool) = (base.join("target"), base.join("spool").join(&key));
    let mut copy = Copy {
        folder,
        target: &target,
        spool: &spool,
        log,
        tests: None,
        arguments: &["--release"],
    };

    step("build counted");
    let mut sources = Sources::new(&published.source, &published.root);
    let (mut annotated, _) = settle(&copy, &mut sources, wanted)?;
    let mut counted = 0;
    for (name, program) in programs(&copy)? {
        let records = scan::records_in(&program, Path::new(&name))?.records;
        counted += usize::from(records.iter().any(|record| matches!(record, Record::Site(_))));
    }
    ensure!(counted > 0, "no program of it holds a site, even with annotations");

    step("build with `disabled`");
    copy.arguments = &["--release", "--features", DISABLED];
    let disabled = programs(&copy)?;

    step("build without annotations");
    annotated.blank();
    annotated.write(&copy.folder)?;
    let blanked = programs(&copy)?;
    let names = |programs: &Programs| programs.keys().cloned().collect::<Vec<_>>();
    ensure!(names(&disabled) == names(&blanked), "not the same programs are built");

    let differs = |(name, program): &(&String, &Vec<u8>)| blanked.get(*name) != Some(program);
    Ok(Compared {
        functions: annotated.functions(),
        programs: disabled.len(),
        bytes: disabled.values().map(Vec::len).sum(),
        counted,
        differ: disabled.iter().filter(differs).map(|(name, _)| name.clone()).collect(),
        name: published.name,
        version: published.version,
    })
}

/// What was built, by kind and name.
type Programs = BTreeMap<String, Vec<u8>>;

/// Builds the tests and reads them: the next build overwrites them.
fn programs(copy: &Copy<'_>) -> Result<Programs> {
    let built = copy.build_tests()?;
    ensure!(built.success, "it does not build: {}", built.ended.last_words());
    let read = |(name, file): (String, PathBuf)| {
        let program = fs::read(&file);
        Ok((name, program.with_context(|| format!("cannot read `{}`", file.display()))?))
    };
    built.executables.into_iter().map(read).collect()
}

impl Absence {
    pub(super) fn json(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(self)?)
    }
}

impl fmt::Display for Absence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new();
        table.load_style(ASCII_MARKDOWN).set_header([
            "crate",
            "annotated",
            "programs",
            "bytes",
            "counted",
            "identical",
        ]);
        table.add_rows(self.crates.iter().map(|compared| {
            [
                format!("{} {}", compared.name, compared.version),
                compared.functions.to_string(),
                compared.programs.to_string(),
                compared.bytes.to_string(),
                compared.counted.to_string(),
                (compared.programs - compared.differ.len()).to_string(),
            ]
        }));
        writeln!(f, "{table}")?;
        for compared in &self.crates {
            for program in &compared.differ {
                writeln!(f, "\ndiffers: {}: {program}", compared.name)?;
            }
        }
        for Failed { name, why } in &self.failed {
            writeln!(f, "\nfailed: {name}: {why}")?;
        }
        Ok(())
    }
}
