//! How often something is called safe to remove that is not.
//!
//! A library has one deprecated site, and of all machines in use exactly the threshold's share calls
//! it each week: one more would be too many. A maintainer asks every week of a year, and would
//! remove it at the first "safe".

use headcount_collector::answer::removal::{self, Question, VerdictKind};
use headcount_collector::answer::tally::Tally;
use headcount_collector::ingest::sum;
use headcount_collector::library::Library;
use headcount_collector::publish::{Publication, View};
use headcount_collector::store::{Bits, MemoryStore, Store, StoreError, Summed};
use headcount_report::limits::OPEN_WEEKS;
use headcount_report::manifest::ManifestSite;
use headcount_report::{
    Deprecation, Fact, Manifest, Origin, Section, SectionId, SiteKind, SitePath, Week,
};
use rand::Rng;
use rand::seq::index;

use crate::dice::{Chance, Dice, dice};
use crate::fill::register;
use crate::library::word;
use crate::repeat::Repetitions;
use crate::year::WEEKS;

/// How the machines behind the weeks' sections are related.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Habits {
    /// The same ones all year, and who calls it does so in every week.
    Unchanged,
    /// The same ones all year; each is offline in one week of ten, and who calls it does so in nine
    /// weeks of ten.
    Usual,
    /// Like that, and every week one of 13 gives up and another begins to take part.
    Changing,
    /// Others in each week.
    Others,
}

/// One experiment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Border {
    /// At most this share may call the site.
    pub threshold: f64,
    /// As a part of the threshold, the share that does. At 1, every "safe" is wrong.
    pub truth: f64,
    /// Machines that take part.
    pub participants: usize,
    /// How they are related.
    pub habits: Habits,
    /// How sure each verdict shall be.
    pub confidence: f64,
}

/// All machines in use: ten times as many as ever take part, and more.
const MACHINES: usize = 30_000;

/// The chance that a machine reports in a week, and that one of those who do calls it in a week.
const USUAL: f64 = 0.9;

/// Participants that change in a week.
const CHANGING: f64 = 1.0 / 13.0;

const SITE: &str = "client::Client::old";

impl Border {
    /// How many of so many maintainers were told that it is safe.
    ///
    /// # Panics
    /// When the collector has no answer.
    #[must_use]
    pub fn measure(self, repetitions: Repetitions, done: impl Fn() + Sync) -> u64 {
        let experiment = |number| {
            let mut dice = dice(repetitions.seed, Chance::Repetition, [number, u64::MAX]);
            u64::from(self.is_called_safe(&mut dice).expect("a store"))
        };
        repetitions.sum(experiment, |sum, safe| *sum += safe, done)
    }

    /// Whether one maintainer who asks every week for a year is told that it is safe.
    fn is_called_safe(self, dice: &mut Dice) -> Result<bool, StoreError> {
        let store = MemoryStore::new();
        register(&store, &manifest())?;
        let name = manifest().library;
        let library = store.library(&name)?.unwrap_or_else(|| Library::new(name));
        let [silent, calling] = [&[][..], &[Fact::Called]].map(|facts| bits(&library, facts));
        let mut participants = self.participants(dice);
        let first: Week = word("2025-W01");
        for place in 0..WEEKS + i32::from(OPEN_WEEKS) {
            let week = first.plus(place);
            if place < WEEKS {
                self.change(&mut participants, dice);
                let sections = participants.iter().filter_map(|machine| {
                    let calls = self.calls(*machine, dice)?;
                    let bits = if calls { &calling } else { &silent };
                    Some(Bits { id: SectionId(dice.random()), ..bits.clone() })
                });
                let summed = Summed { week, sections: sections.collect() };
                store.add(&[summed], &mut |_, _| true)?;
            }
            if self.verdict(&store, &library, week.plus(1))? == VerdictKind::Safe {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Machines have numbers, and the first of them have the site in a program.
    fn participants(self, dice: &mut Dice) -> Vec<usize> {
        index::sample(dice, MACHINES, self.participants).into_vec()
    }

    fn change(self, participants: &mut Vec<usize>, dice: &mut Dice) {
        match self.habits {
            Habits::Unchanged | Habits::Usual => {}
            Habits::Others => *participants = self.participants(dice),
            Habits::Changing => {
                for participant in participants.iter_mut() {
                    if dice.random_bool(CHANGING) {
                        *participant = dice.random_range(0..MACHINES);
                    }
                }
            }
        }
    }

    /// Whether a machine calls the site this week; nothing if it does not report.
    ///
    /// Those who have it are so many more that the share that calls it in a week is as it should be.
    fn calls(self, machine: usize, dice: &mut Dice) -> Option<bool> {
        let usual = if self.habits == Habits::Unchanged { 1.0 } else { USUAL };
        if !dice.random_bool(usual) {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let having = MACHINES as f64 * self.threshold * self.truth / usual;
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let has = (machine as f64) < having;
        Some(has && dice.random_bool(usual))
    }

    fn verdict(
        self,
        store: &MemoryStore,
        library: &Library,
        running: Week,
    ) -> Result<VerdictKind, StoreError> {
        // More weeks would change the series, and not the verdict.
        let weeks = running.plus(-10)..=running;
        let question = Question {
            threshold: self.threshold,
            confidence: self.confidence,
            weeks_wanted: 4,
            site: Some(word(SITE)),
            view: View::ALL,
        };
        let wanted = removal::wanted(library, &question).expect("the library has the site");
        let rows = store.sums(&library.name, weeks, &wanted)?;
        let tally = Tally::of(library, &rows, running, View::ALL, Publication::of_everything());
        let answer = removal::answer(library, &tally, &question);
        let site = answer.ok().and_then(|answer| answer.sites.into_iter().next());
        Ok(site.map_or(VerdictKind::NotEnoughSections, |site| site.verdict.kind))
    }
}

fn manifest() -> Manifest {
    let deprecated = Some(Deprecation::default());
    let site: (SitePath, _) = (word(SITE), ManifestSite { kind: SiteKind::Method, deprecated });
    Manifest {
        headcount: 1,
        library: word("simulated-library"),
        version: word("1.0.0"),
        features: [].into(),
        sites: [site].into(),
    }
}

/// What a section is taken apart into that says this of the site.
fn bits(library: &Library, facts: &[Fact]) -> Bits {
    let section = Section {
        id: SectionId([0; 16]),
        library: library.name.clone(),
        version: word("1.0.0"),
        origin: Origin::Developer,
        scanned: false,
        rustc: [].into(),
        target: [].into(),
        features: None,
        dependencies: [].into(),
        system: [].into(),
        sites: [(word(SITE), facts.iter().copied().collect())].into(),
    };
    sum::sum(&section, Some(library)).bits
}
