//! One installation, with habits that hardly change.

use std::collections::{BTreeMap, BTreeSet};

use headcount_report::{
    CrateName, Fact, Facts, FeatureName, Origin, Section, SectionId, SiteKind, SitePath, Week,
};
use rand::Rng;

use crate::dice::{Chance, Dice, dice, wait};
use crate::library::{self, FEATURES, KINDS, RELEASES, SITES, Story, version, word};
use crate::releases::Pace;
use crate::surroundings::{Surroundings, weighted};

/// The chance that a program in use calls in a week what it calls in others.
const USUAL: f64 = 0.96;

/// The chance that a machine is not used in some week: holidays, another project.
const IDLE: f64 = 0.08;

/// One installation.
#[derive(Debug, Clone)]
pub struct Machine {
    number: u64,
    seed: u64,
    /// The week from which on the library is used at all; negative before the year.
    since: i32,
    pace: Pace,
    origin: Origin,
    scanned: bool,
    /// What its programs contain of [`SITES`].
    habits: Vec<Habit>,
    features: Vec<bool>,
    surroundings: Surroundings,
}

/// How a machine has one site.
#[derive(Debug, Clone, Copy, Default)]
struct Habit {
    linked: bool,
    called: bool,
    /// How many calls a week, roughly.
    calls: u64,
    /// After so many weeks of having been told that it is deprecated, its user moves away.
    patience: f64,
    /// The week in which the program that has it is given up, whatever the library says.
    given_up: f64,
}

impl Machine {
    /// The machine of a number, in the population of a seed.
    pub(crate) fn new(seed: u64, number: u64) -> Self {
        let mut dice = dice(seed, Chance::Habits, [number, 0]);
        let kind = weighted(&mut dice, KINDS.into_iter());
        let since = if dice.random_bool(0.7) { -1 } else { dice.random_range(0..52) };
        let pace = pace(&mut dice);
        let is_service = kind == 1;
        let deployed = dice.random_bool(if is_service { 0.6 } else { 0.08 });
        Self {
            number,
            seed,
            since,
            pace,
            origin: if deployed { Origin::Deployed } else { Origin::Developer },
            scanned: dice.random_bool(0.93),
            habits: SITES.iter().map(|site| Habit::roll(&mut dice, site.users[kind])).collect(),
            features: FEATURES.iter().map(|(_, users, _)| dice.random_bool(users[kind])).collect(),
            surroundings: Surroundings::roll(&mut dice, pace),
        }
    }

    /// Which machine it is.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// What it would say about a week of the year if it took part: nothing when it is not in use.
    ///
    /// `place` is the week's place in the year.
    pub(crate) fn section(&self, library: &CrateName, week: Week, place: i32) -> Option<Section> {
        let mut dice = dice(self.seed, Chance::Week, [self.number, place.unsigned_abs().into()]);
        if place < self.since || dice.random_bool(IDLE) {
            return None;
        }
        let release = self.pace.version(RELEASES, place);
        Some(Section {
            id: SectionId(dice.random()),
            library: library.clone(),
            version: version(release),
            origin: self.origin,
            scanned: self.scanned,
            rustc: self.surroundings.rustc(week, place),
            target: self.surroundings.target(),
            features: Some(self.features_of(release)),
            dependencies: self.surroundings.dependencies(place),
            system: self.surroundings.system(place),
            sites: self.sites(&mut dice, release, place),
        })
    }

    fn features_of(&self, release: usize) -> BTreeSet<FeatureName> {
        let features = FEATURES.iter().zip(&self.features);
        features
            .filter(|((.., since), is_on)| **is_on && *since <= release)
            .map(|((name, ..), _)| word(name))
            .collect()
    }

    fn sites(&self, dice: &mut Dice, release: usize, place: i32) -> BTreeMap<SitePath, Facts> {
        let mut sites = BTreeMap::new();
        for (site, habit) in SITES.iter().zip(&self.habits) {
            let is_usual = dice.random_bool(USUAL);
            if !site.is_in(release) || self.has_left(site, habit, place) {
                continue;
            }
            let facts = habit.facts(site.kind, is_usual);
            if !facts.is_empty() {
                sites.insert(word(site.path), facts);
            }
        }
        sites
    }

    /// Whether its user has moved away from a site that was deprecated.
    fn has_left(&self, site: &library::Site, habit: &Habit, place: i32) -> bool {
        let Story::BurnsDown(deprecated_in) = site.story else { return false };
        let told = match self.pace {
            Pace::Behind(weeks) => f64::from(RELEASES[deprecated_in].1) + weeks,
            Pace::StoppedIn(_) => f64::INFINITY,
        };
        f64::from(place) >= habit.given_up.min(told + habit.patience)
    }
}

impl Habit {
    /// Whether a program contains a site is settled once: `users` is the chance.
    fn roll(dice: &mut Dice, users: f64) -> Self {
        let called = dice.random_bool(users);
        // A program also contains some of what it never comes to call.
        let linked = called || dice.random_bool(users * 0.15);
        let calls = 10f64.powf(dice.random_range(0.0..4.7));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "from 1 to 10^4.7"
        )]
        let calls = calls as u64;
        Self { linked, called, calls, patience: wait(dice, 5.0), given_up: wait(dice, 15.0) }
    }

    fn facts(self, kind: SiteKind, is_usual: bool) -> Facts {
        let mut facts = Facts::default();
        if self.linked {
            facts.insert(Fact::Linked);
        }
        if self.called && is_usual && kind != SiteKind::Linked {
            facts.extend(Facts::of_count(self.calls).iter());
        }
        facts
    }
}

/// Half of all follow at once; some never do.
fn pace(dice: &mut Dice) -> Pace {
    match dice.random_range(0..100) {
        0..50 => Pace::Behind(wait(dice, 2.0)),
        50..80 => Pace::Behind(wait(dice, 7.0)),
        80..94 => Pace::Behind(wait(dice, 20.0)),
        _ => Pace::StoppedIn(dice.random_range(-26.0..12.0)),
    }
}
