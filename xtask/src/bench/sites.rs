//! A crate with 10,000 sites: what they cost the compiler, the binary and its start.

mod generated;
mod passes;
mod size;

use std::fmt;
use std::process::Command;

use anyhow::{Result, ensure};

use super::{callgrind, cpu, median, print, step};
use crate::tools;
use generated::{Form, Generated, Inlining};
use size::{Size, USES};

/// How the sites are generated and looked at.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Sites of the generated crate
    #[arg(long, value_name = "NUMBER", default_value = "10000")]
    sites: u32,
    /// Show what rustc's passes take
    #[arg(long)]
    passes: bool,
}

/// What is asked of cargo.
#[derive(Debug, Clone, Copy)]
enum Mode {
    Check,
    Debug,
    Release,
}

const MODES: [Mode; 3] = [Mode::Check, Mode::Debug, Mode::Release];

const FORMS: [Form; 3] = [Form::Plain, Form::Counted, Form::Linked];

impl Mode {
    fn cargo_arguments(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Debug => "build",
            Self::Release => "build --release",
        }
    }

    fn rustc_options(self) -> &'static str {
        match self {
            Self::Check => "--profile=check",
            Self::Debug => "",
            Self::Release => "--release",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`cargo {}`", self.cargo_arguments())
    }
}

pub(super) fn run(options: &Options, runs: usize) -> Result<()> {
    step(format_args!("sites: write {} functions in each form", options.sites));
    let write = |inlining| FORMS.map(|form| Generated::write(form, inlining, options.sites));
    let inlined = write(Inlining::Allowed).into_iter().collect::<Result<Vec<_>>>()?;
    let kept = write(Inlining::Never).into_iter().collect::<Result<Vec<_>>>()?;
    compile_time(&inlined, options.sites, runs)?;
    if options.passes {
        for mode in MODES {
            step(format_args!("sites: passes of {mode}"));
            passes::print_passes(mode, &inlined[0], &inlined[1])?;
        }
    }
    programs(&inlined, &kept, options.sites)
}

/// Compiles the library alone, in turns.
fn compile_time(libraries: &[Generated], sites: u32, runs: usize) -> Result<()> {
    let mut rows = Vec::new();
    for mode in MODES {
        for library in libraries {
            let arguments = format!("{} --package headcount", mode.cargo_arguments());
            tools::output(&mut library.cargo(&arguments))?;
        }
        let mut seconds = vec![Vec::new(); libraries.len()];
        for run in 1..=runs {
            step(format_args!("sites: {mode}, run {run} of {runs}"));
            for (library, seconds) in libraries.iter().zip(&mut seconds) {
                library.touch()?;
                let arguments = format!("{} --package library", mode.cargo_arguments());
                seconds.push(cpu::seconds(&mut library.cargo(&arguments))?);
            }
        }
        let more = |form: usize| {
            let more = seconds[form].iter().zip(&seconds[0]).map(|(with, without)| with - without);
            format!("{:.2}", median(more) * 1e3 / f64::from(sites))
        };
        let medians: Vec<_> =
            seconds.iter().map(|seconds| format!("{:.1}", median(seconds.clone()))).collect();
        let medians: [String; 3] = medians.try_into().expect("one for each form");
        let [plain, counted, linked] = medians;
        rows.push([mode.to_string(), plain, counted, linked, more(1), more(2)]);
    }
    let header = ["", "plain, s", "counted, s", "linked, s", "a counted site, ms", "a linked one"];
    print(&format!("Compiling a crate of {sites} functions, processor time"), header, rows);
    Ok(())
}

/// Builds programs that call every function, and looks at their bytes and their start.
fn programs(inlined: &[Generated], kept: &[Generated], sites: u32) -> Result<()> {
    let mut bytes = Vec::new();
    let mut starts = Vec::new();
    let mut results = Vec::new();
    for library in inlined.iter().chain(kept) {
        step(format_args!("sites: program, {:?}, inlining {:?}", library.form, library.inlining));
        let program = library.program()?;
        bytes.push(Size::of(&program)?);
        starts.push(callgrind::instructions(&program, &[], None)?);
        results.push(tools::output(Command::new(&program).arg("call"))?);
    }
    ensure!(results.iter().all(|result| *result == results[0]), "the programs differ: {results:?}");
    let a_site = |plain: u64, with: u64| {
        format!("{:.1}", (in_float(with) - in_float(plain)) / f64::from(sites))
    };
    let rows = [(1, 0), (2, 0), (4, 3), (5, 3)].map(|(with, plain): (usize, usize)| {
        let inlining = if with < 3 { "" } else { ", `#[inline(never)]`" };
        let form = format!("{:?}", FORMS[with % 3]).to_lowercase();
        let of = |part| a_site(bytes[plain].get(part), bytes[with].get(part));
        let [record, data, relocation, code, unwinding, rest] = USES.map(of);
        let total = a_site(bytes[plain].total(), bytes[with].total());
        [form + inlining, total, record, data, relocation, code, unwinding, rest]
    });
    let header = [
        "over the same without, a site",
        "all",
        "record",
        "other data",
        "relocations, GOT",
        "code",
        "unwinding",
        "rest",
    ];
    print("Bytes in the stripped program that calls every function", header, rows);
    let rows = [3, 4, 5].map(|at| {
        let form = format!("{:?}", FORMS[at % 3]).to_lowercase();
        let over = (starts[at] - starts[3]) / f64::from(sites);
        [form, format!("{:.0}", starts[at]), format!("{over:.1}")]
    });
    let header = ["functions", "instructions", "over none, a site"];
    print("A program that has them, starts, and ends", header, rows);
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "no program is that large")]
fn in_float(bytes: u64) -> f64 {
    bytes as f64
}
