//! Compilers, targets, dependencies and OpenSSL around the library.

use std::collections::{BTreeMap, BTreeSet};

use headcount_report::{CrateName, PlainVersion, RustcVersion, SystemVersion, Target, Week};
use rand::Rng;

use crate::dice::{Dice, wait};
use crate::library::word;
use crate::releases::{Pace, Releases};

/// Targets, and how many of 100 machines have each.
const TARGETS: [(&str, u32); 6] = [
    ("x86_64-unknown-linux-gnu", 58),
    ("aarch64-apple-darwin", 16),
    ("x86_64-pc-windows-msvc", 11),
    ("aarch64-unknown-linux-gnu", 9),
    ("x86_64-unknown-linux-musl", 5),
    ("armv7-unknown-linux-gnueabihf", 1),
];

const DEPENDENCIES: [(&str, &Releases); 3] = [
    ("bytes", &[("1.9.0", -52), ("1.10.0", -18), ("1.10.1", 6), ("1.11.0", 27)]),
    ("http", &[("0.2.12", -90), ("1.2.0", -40), ("1.3.1", -9), ("1.4.0", 33)]),
    ("openssl-sys", &[("0.9.104", -60), ("0.9.108", -11), ("0.9.109", 14), ("0.9.111", 39)]),
];

/// Lines of OpenSSL: how many of 100 machines begin the year with each, in how many weeks on
/// average such a machine moves on to the next, and its releases.
const OPENSSL: [(u32, f64, &Releases); 4] = [
    (6, 14.0, &[("1.0.2u", -300)]),
    (24, 30.0, &[("1.1.1n", -190), ("1.1.1w", -115)]),
    (
        46,
        110.0,
        &[("3.0.15", -60), ("3.0.16", -40), ("3.0.17", -20), ("3.0.18", 5), ("3.0.19", 30)],
    ),
    (
        24,
        f64::INFINITY,
        &[("3.4.1", -40), ("3.5.0", -33), ("3.5.2", -15), ("3.5.4", 3), ("3.6.0", 24)],
    ),
];

/// Rust 1.0 came out in this week; a minor version followed every six weeks.
const FIRST_RUST: &str = "2015-W20";

/// What of a machine is not the library, and hardly changes either.
#[derive(Debug, Clone)]
pub(crate) struct Surroundings {
    target: &'static str,
    compiler: Compiler,
    dependencies: Option<Pace>,
    openssl: Option<OpenSsl>,
}

/// Where a machine's compiler comes from.
#[derive(Debug, Clone, Copy)]
enum Compiler {
    /// It is this many weeks old, whatever the week.
    Updated(f64),
    /// A distribution ships it, and it was this many weeks old when the year began.
    Shipped(f64),
}

/// Whoever compiles with OpenSSL, and moves from line to line in these weeks.
#[derive(Debug, Clone)]
struct OpenSsl {
    begins_with: usize,
    moves_in: [f64; OPENSSL.len()],
    pace: Pace,
}

impl Surroundings {
    /// Those of a machine that keeps up at some pace.
    pub(crate) fn roll(dice: &mut Dice, pace: Pace) -> Self {
        let target = TARGETS[weighted(dice, TARGETS.iter().map(|(_, part)| *part))].0;
        let compiler = match dice.random_range(0..100) {
            0..55 => Compiler::Updated(wait(dice, 2.0)),
            55..85 => Compiler::Updated(wait(dice, 12.0)),
            85..93 => Compiler::Shipped(38.0),
            _ => Compiler::Shipped(95.0),
        };
        let dependencies = dice.random_bool(0.93).then_some(pace);
        let has_openssl = target.contains("linux-gnu") && dice.random_bool(0.85);
        let openssl = has_openssl.then(|| OpenSsl::roll(dice, pace));
        Self { target, compiler, dependencies, openssl }
    }

    pub(crate) fn target(&self) -> BTreeSet<Target> {
        [word(self.target)].into()
    }

    /// The compiler in a week, which is the year's at this place.
    pub(crate) fn rustc(&self, week: Week, place: i32) -> BTreeSet<RustcVersion> {
        let age = match self.compiler {
            Compiler::Updated(weeks) => weeks,
            Compiler::Shipped(weeks) => weeks + f64::from(place),
        };
        let first: Week = word(FIRST_RUST);
        let days = (week.first_day() - first.first_day()).get_days();
        let minor = ((f64::from(days) / 7.0 - age) / 6.0).floor();
        [word(&format!("1.{minor}"))].into()
    }

    pub(crate) fn dependencies(&self, week: i32) -> BTreeMap<CrateName, BTreeSet<PlainVersion>> {
        let Some(pace) = self.dependencies else { return BTreeMap::new() };
        let has = |(name, _): &&(&str, &Releases)| *name != "openssl-sys" || self.openssl.is_some();
        let version = |(name, releases): &(&str, &Releases)| {
            (word(name), [word(releases[pace.version(releases, week)].0)].into())
        };
        DEPENDENCIES.iter().filter(has).map(version).collect()
    }

    pub(crate) fn system(&self, week: i32) -> BTreeMap<CrateName, BTreeSet<SystemVersion>> {
        let version = |openssl: &OpenSsl| (word("openssl"), [word(openssl.version(week))].into());
        self.openssl.as_ref().map(version).into_iter().collect()
    }
}

impl OpenSsl {
    fn roll(dice: &mut Dice, pace: Pace) -> Self {
        let begins_with = weighted(dice, OPENSSL.iter().map(|(part, ..)| *part));
        let mut moves_in = [0.0; OPENSSL.len()];
        let mut week = 0.0;
        for (line, (_, mean_weeks, _)) in OPENSSL.iter().enumerate().skip(begins_with) {
            week += wait(dice, *mean_weeks);
            moves_in[line] = week;
        }
        Self { begins_with, moves_in, pace }
    }

    fn version(&self, week: i32) -> &'static str {
        let has_left = |line: &usize| self.moves_in[*line] <= f64::from(week);
        let line = (self.begins_with..OPENSSL.len() - 1).find(|line| !has_left(line));
        let releases = OPENSSL[line.unwrap_or(OPENSSL.len() - 1)].2;
        releases[self.pace.version(releases, week)].0
    }
}

/// One of several, by weight.
pub(crate) fn weighted(dice: &mut Dice, weights: impl Iterator<Item = u32> + Clone) -> usize {
    let mut left = dice.random_range(0..weights.clone().sum());
    for (place, weight) in weights.enumerate() {
        if left < weight {
            return place;
        }
        left -= weight;
    }
    0
}
