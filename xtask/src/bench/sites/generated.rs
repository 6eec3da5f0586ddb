//! A library of many small functions, and a program that calls all of them.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context, Result};
use headcount_tests as e2e;

use crate::tools;

/// Functions in each module.
const FUNCTIONS: u32 = 100;

/// What stands at each function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Plain,
    Counted,
    Linked,
}

/// Whether the optimiser may inline the functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inlining {
    Allowed,
    Never,
}

/// The library and the program, in a workspace of their own.
#[derive(Debug)]
pub(super) struct Generated {
    folder: PathBuf,
    pub(super) form: Form,
    pub(super) inlining: Inlining,
}

impl Form {
    fn attribute(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Counted => "#[headcount::track_usage]\n",
            Self::Linked => "#[headcount::track_usage(linked)]\n",
        }
    }
}

impl Generated {
    /// Writes the sources. `sites` is rounded up to whole modules.
    pub(super) fn write(form: Form, inlining: Inlining, sites: u32) -> Result<Self> {
        let name = format!("sites/{form:?}-{inlining:?}").to_lowercase();
        let folder = super::super::folder().join(name);
        let modules = sites.div_ceil(FUNCTIONS);
        let manifest = |name: &str, dependency: &str, path: &Path| {
            format!(
                "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
                 [dependencies]\n{dependency} = {{ path = \"{}\" }}\n",
                path.display()
            )
        };
        let headcount = tools::root().join("runtime");
        let workspace = "[workspace]\nresolver = \"3\"\nmembers = [\"library\", \"program\"]\n\n\
                         [profile.release]\nstrip = true\n";
        write(&folder.join("Cargo.toml"), workspace)?;
        // The versions of dependencies that the repository keeps.
        let lock = tools::root().join("tests/builds/bench/Cargo.lock");
        fs::copy(lock, folder.join("Cargo.lock")).context("cannot copy a lock file")?;
        let library = folder.join("library");
        write(&library.join("Cargo.toml"), &manifest("library", "headcount", &headcount))?;
        write(&library.join("src/lib.rs"), &root(form, modules))?;
        for module in 0..modules {
            let path = library.join(format!("src/module_{module:03}.rs"));
            write(&path, &functions(form, inlining, module))?;
        }
        let program = folder.join("program");
        write(&program.join("Cargo.toml"), &manifest("program", "library", &library))?;
        write(&program.join("src/main.rs"), &main(modules))?;
        Ok(Self { folder, form, inlining })
    }

    /// cargo for this workspace; what it builds is built as a published crate's users would.
    pub(super) fn cargo(&self, arguments: &str) -> Command {
        let mut cargo = e2e::cargo(&self.folder.join("Cargo.toml"));
        cargo.args(arguments.split_whitespace()).arg("--quiet");
        cargo.env("CARGO_TARGET_DIR", self.folder.join("target")).env("CARGO_INCREMENTAL", "0");
        cargo
    }

    /// A second target folder, for builds with settings that would make cargo start anew.
    pub(super) fn target_of_passes(&self) -> PathBuf {
        self.folder.join("target-of-passes")
    }

    /// Makes cargo compile the library again.
    pub(super) fn touch(&self) -> Result<()> {
        let root = File::options().append(true).open(self.folder.join("library/src/lib.rs"))?;
        root.set_modified(SystemTime::now()).context("cannot touch the library's root")
    }

    /// Builds the stripped release program.
    pub(super) fn program(&self) -> Result<PathBuf> {
        tools::output(&mut self.cargo("build --release --package program"))?;
        Ok(self.folder.join("target/release/program"))
    }
}

fn root(form: Form, modules: u32) -> String {
    let mut text = String::new();
    if form != Form::Plain {
        text.push_str("headcount::library!();\n\n");
    }
    for module in 0..modules {
        writeln!(text, "pub mod module_{module:03};").expect("a string grows");
    }
    text
}

/// Functions that differ, or the linker could merge them.
fn functions(form: Form, inlining: Inlining, module: u32) -> String {
    let inline = match inlining {
        Inlining::Allowed => "",
        Inlining::Never => "#[inline(never)]\n",
    };
    let attribute = form.attribute();
    let one = |function| {
        let factor = 2 * (module * FUNCTIONS + function) + 1;
        format!(
            "{inline}{attribute}pub fn function_{function:02}(value: u32) -> u32 {{\n    \
             value.wrapping_mul({factor}) ^ (value >> 1)\n}}\n"
        )
    };
    (0..FUNCTIONS).map(one).collect::<Vec<_>>().join("\n")
}

/// Calls every function if it has an argument, and prints what came of it.
fn main(modules: u32) -> String {
    let mut text = "fn main() {\n    let mut value = std::env::args().count() as u32;\n    \
                    if value > 1 {\n"
        .to_owned();
    for module in 0..modules {
        writeln!(text, "        value = module_{module:03}(value);").expect("a string grows");
    }
    text.push_str("    }\n    println!(\"{value}\");\n}\n");
    for module in 0..modules {
        let calls = (0..FUNCTIONS).map(|function| {
            format!("    value = library::module_{module:03}::function_{function:02}(value);\n")
        });
        let calls: String = calls.collect();
        write!(
            text,
            "\n#[inline(never)]\nfn module_{module:03}(mut value: u32) -> u32 {{\n{calls}    value\n}}\n"
        )
        .expect("a string grows");
    }
    text
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::create_dir_all(path.parent().context("a file without a folder")?)
        .and_then(|()| fs::write(path, text))
        .with_context(|| format!("cannot write `{}`", path.display()))
}
