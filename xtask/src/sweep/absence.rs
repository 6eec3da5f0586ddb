//! Off can be proved: with `disabled`, the tests of a crate are the programs without annotations.
//!
//! Where they are not, an attribute that does nothing tells whose doing it is: any attribute on an
//! `impl` block changes its number, which is part of symbols' names, and these decide in which order
//! generic functions lie in a program.
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

use super::annotate;
use super::build::Copy;
use super::package::{self, DISABLED, Published};
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
    differ_from_blanked: Vec<String>,
    /// Programs that are not the same with `disabled` and with attributes that do nothing.
    pub(super) differ_from_unchanged: Vec<String>,
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
    package::add_unchanged(&folder)?;
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
    let (annotated, _) = settle(&copy, &mut sources, wanted)?;
    let mut counted = 0;
    for (name, program) in programs(&copy)? {
        let records = scan::records_in(&program, Path::new(&name))?.records;
        counted += usize::from(records.iter().any(|record| matches!(record, Record::Site(_))));
    }
    ensure!(counted > 0, "no program of it holds a site, even with annotations");

    step("build with `disabled`");
    copy.arguments = &["--release", "--features", DISABLED];
    let disabled = programs(&copy)?;

    let differ = |others: &Programs| -> Result<Vec<String>> {
        ensure!(disabled.keys().eq(others.keys()), "not the same programs are built");
        let differ = disabled.iter().filter(|(name, program)| others.get(*name) != Some(program));
        Ok(differ.map(|(name, _)| name.clone()).collect())
    };
    step("build without annotations");
    annotated.write_replaced(&copy.folder, annotate::blanked)?;
    let differ_from_blanked = differ(&programs(&copy)?)?;
    step("build with attributes that do nothing");
    annotated.write_replaced(&copy.folder, annotate::unchanged)?;
    let differ_from_unchanged = differ(&programs(&copy)?)?;

    Ok(Compared {
        functions: annotated.functions(),
        programs: disabled.len(),
        bytes: disabled.values().map(Vec::len).sum(),
        counted,
        differ_from_blanked,
        differ_from_unchanged,
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
            "as without",
            "as with others",
        ]);
        table.add_rows(self.crates.iter().map(|compared| {
            [
                format!("{} {}", compared.name, compared.version),
                compared.functions.to_string(),
                compared.programs.to_string(),
                compared.bytes.to_string(),
                compared.counted.to_string(),
                (compared.programs - compared.differ_from_blanked.len()).to_string(),
                (compared.programs - compared.differ_from_unchanged.len()).to_string(),
            ]
        }));
        writeln!(f, "{table}")?;
        for compared in &self.crates {
            for program in &compared.differ_from_blanked {
                writeln!(f, "\nnot as without annotations: {}: {program}", compared.name)?;
            }
            for program in &compared.differ_from_unchanged {
                writeln!(f, "\nnot as with other attributes: {}: {program}", compared.name)?;
            }
        }
        for Failed { name, why } in &self.failed {
            writeln!(f, "\nfailed: {name}: {why}")?;
        }
        Ok(())
    }
}
