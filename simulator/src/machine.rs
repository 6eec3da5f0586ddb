//! One installation, which keeps its habits.

use std::collections::{BTreeMap, BTreeSet};

use headcount_report::{CrateName, Fact, Origin, Section, SectionId};

use crate::dice::Dice;
use crate::library::{FEATURES, RELEASES, SITES};

/// The compiler that is new when the year begins, and how many come out in it.
const FIRST_RUSTC: f64 = 86.0;
const RUSTCS: f64 = 9.0;

/// Versions of OpenSSL, oldest first, with the part of machines that have this or an older one: when
/// the year begins and when it ends.
const OPENSSL: [(&str, f64, f64); 7] = [
    ("1.0.2u", 0.031, 0.006),
    ("1.1.1k", 0.09, 0.024),
    ("1.1.1w", 0.34, 0.12),
    ("3.0.13", 0.62, 0.31),
    ("3.0.19", 0.88, 0.55),
    ("3.2.4", 0.97, 0.72),
    ("3.5.4", 1.0, 1.0),
];

/// Targets and their parts.
const TARGETS: [(&str, f64); 6] = [
    ("x86_64-unknown-linux-gnu", 0.61),
    ("aarch64-apple-darwin", 0.19),
    ("x86_64-pc-windows-msvc", 0.1),
    ("aarch64-unknown-linux-gnu", 0.07),
    ("x86_64-unknown-linux-musl", 0.025),
    ("riscv64gc-unknown-linux-gnu", 0.005),
];

/// Versions of a dependency, and when in the year each came out.
const LIBZ: [(&str, f64); 4] =
    [("1.1.20", 0.0), ("1.1.21", 0.2), ("1.1.22", 0.45), ("1.1.23", 0.7)];

/// One installation. What decides its habits was drawn once.
#[derive(Debug, Clone)]
pub struct Machine {
    dice: Dice,
    origin: Origin,
    /// From 0 to 1: who is low uses what few use.
    uses: Vec<f64>,
    features: Vec<f64>,
    target: f64,
    openssl: f64,
    tells_openssl: bool,
    scans: bool,
    /// How far behind it is, as part of a year: with releases, and with compilers.
    lag: f64,
    compiler_lag: f64,
    /// The part of weeks in which it is used.
    activity: f64,
}

impl Machine {
    /// A machine of the population with this seed.
    #[must_use]
    pub fn new(seed: u64, number: u64) -> Self {
        let mut dice = Dice::new(seed, number);
        let origin = if dice.chance(0.8) { Origin::Developer } else { Origin::Deployed };
        Self {
            origin,
            uses: SITES.iter().map(|_| dice.part()).collect(),
            features: FEATURES.iter().map(|_| dice.part()).collect(),
            target: dice.part(),
            openssl: dice.part(),
            tells_openssl: dice.chance(0.55),
            scans: dice.chance(0.9),
            lag: dice.weeks(9.0) / 52.0,
            compiler_lag: dice.weeks(if origin == Origin::Deployed { 26.0 } else { 7.0 }) / 52.0,
            activity: if dice.chance(0.2) { 0.4 } else { 0.95 },
            dice,
        }
    }

    /// What it says of one week, when this part of the year is over; nothing of a week in which it
    /// was not used.
    ///
    /// # Panics
    /// Never: its words are of the vocabulary.
    pub fn section(&mut self, library: &CrateName, progress: f64) -> Option<Section> {
        let id = SectionId(self.dice.id());
        self.dice.chance(self.activity).then_some(())?;
        let release = newest(RELEASES.map(|(_, out)| out), progress - self.lag);
        let word = "a word of the vocabulary";
        let libz = LIBZ[newest(LIBZ.map(|(_, out)| out), progress - self.lag / 2.0)].0;
        let system = self.tells_openssl.then(|| {
            let openssl = self.openssl(progress).parse().expect(word);
            ("openssl".parse().expect(word), BTreeSet::from([openssl]))
        });
        Some(Section {
            id,
            library: library.clone(),
            version: RELEASES[release].0.parse().expect(word),
            origin: self.origin,
            scanned: self.scans,
            rustc: BTreeSet::from([self.rustc(progress).parse().expect(word)]),
            target: BTreeSet::from([self.target().parse().expect(word)]),
            features: Some(self.features(progress)),
            dependencies: BTreeMap::from([(
                "libz-sys".parse().expect(word),
                BTreeSet::from([libz.parse().expect(word)]),
            )]),
            system: system.into_iter().collect(),
            sites: self.sites(release, progress),
        })
    }

    fn sites(
        &self,
        release: usize,
        progress: f64,
    ) -> BTreeMap<headcount_report::SitePath, BTreeSet<Fact>> {
        let mut sites = BTreeMap::new();
        for (site, place) in SITES.iter().zip(&self.uses) {
            let used = site.used.at(progress);
            // Somewhat more have it linked than use it.
            if !site.is_in(release) || *place >= used * 1.15 + 0.004 {
                continue;
            }
            let mut facts = BTreeSet::new();
            if self.scans {
                facts.insert(Fact::Linked);
            }
            if *place < used && !site.is_linked_only() {
                facts.insert(Fact::Called);
                if *place < used / 3.0 {
                    facts.insert(Fact::Called100);
                }
            }
            sites.insert(site.path.parse().expect("a site's path"), facts);
        }
        sites
    }

    fn features(&self, progress: f64) -> BTreeSet<headcount_report::FeatureName> {
        let on = FEATURES.iter().zip(&self.features);
        let on = on.filter(|((_, share), place)| **place < share.at(progress));
        on.map(|((feature, _), _)| feature.parse().expect("a feature's name")).collect()
    }

    fn rustc(&self, progress: f64) -> String {
        let newest = FIRST_RUSTC + RUSTCS * (progress - self.compiler_lag);
        format!("1.{}", newest.max(63.0).floor())
    }

    fn target(&self) -> &'static str {
        let mut sum = 0.0;
        let known = TARGETS.iter().find(|(_, part)| {
            sum += part;
            self.target < sum
        });
        known.unwrap_or(&TARGETS[0]).0
    }

    fn openssl(&self, progress: f64) -> &'static str {
        let is_it =
            |(_, first, last): &&(&str, f64, f64)| self.openssl < first + (last - first) * progress;
        OPENSSL.iter().find(is_it).unwrap_or(&OPENSSL[6]).0
    }
}

/// The last release that was out at a moment; the first was out before all.
fn newest<const N: usize>(out: [f64; N], moment: f64) -> usize {
    out.iter().rposition(|out| *out <= moment).unwrap_or(0)
}
