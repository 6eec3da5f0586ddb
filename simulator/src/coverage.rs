//! How often an interval holds the truth.

use std::collections::BTreeMap;

use headcount_collector::answer::features;
use headcount_collector::answer::removal::{self, Question};
use headcount_collector::answer::share::Share;
use headcount_collector::answer::tally::Tally;
use headcount_collector::ingest::sum;
use headcount_collector::library::Library;
use headcount_collector::publish::{Publication, View};
use headcount_collector::store::{Bits, Dimension, MemoryStore, Store, StoreError, Summed, Wanted};
use headcount_report::{SitePath, Week};
use rand::Rng;

use crate::dice::{Chance, dice};
use crate::fill::register;
use crate::repeat::Repetitions;
use crate::truth::{Part, Truth};
use crate::year::{Population, WEEKS, Year};

/// About how many sections the samples have.
pub const SIZES: [u64; 4] = [60, 200, 500, 1_500];

/// So many that the largest sample is no more than a tenth of those in use.
const MACHINES: u64 = 20_000;

/// Sums that figures of sites and cargo features are made from.
const DIMENSIONS: &[Dimension] = &[
    Dimension::Sections,
    Dimension::Scanned,
    Dimension::Called,
    Dimension::Called100,
    Dimension::Linked,
    Dimension::Feature,
];

/// One week of a population, of which samples are taken.
#[derive(Debug)]
pub struct Coverage {
    year: Year,
    week: Week,
    truth: Truth,
    library: Library,
    /// What each machine in use would report, taken apart.
    everybody: Vec<Bits>,
}

/// A figure that the collector shows, at one size of sample.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Figure {
    /// The place among [`SIZES`].
    pub size: usize,
    /// Such as `client::Client::new called`.
    pub what: String,
}

/// How often such a figure held the truth.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Held {
    /// The true share.
    pub truth: f64,
    /// Times that it was shown.
    pub shown: u64,
    /// Times that the truth lay in its interval.
    pub held: u64,
    /// Sections behind it, over all these times.
    pub sections: u64,
}

/// All figures.
pub type Figures = BTreeMap<Figure, Held>;

impl Coverage {
    /// The last week of a year of this seed.
    ///
    /// # Errors
    /// When the store refuses.
    pub fn new(last: Week, seed: u64) -> Result<Self, StoreError> {
        let population = Population { machines: MACHINES, ..Population::default() };
        let year = Year::of(crate::library::word("simulated-library"), last, seed, population);
        let truth = year.truth(last);
        let store = registered(&year)?;
        let library = store.library(year.library())?;
        let library = library.unwrap_or_else(|| Library::new(year.library().clone()));
        let everybody =
            year.sections(last).map(|section| sum::sum(&section, Some(&library)).bits).collect();
        Ok(Self { year, week: last, truth, library, everybody })
    }

    /// Takes a sample of each of some sizes, again and again, and asks the collector about each.
    ///
    /// # Panics
    /// When the collector has no answer.
    pub fn measure(
        &self,
        repetitions: Repetitions,
        sizes: &[u64],
        done: impl Fn() + Sync,
    ) -> Figures {
        let experiment = |number| {
            let mut figures = Figures::new();
            for (size, sections) in sizes.iter().enumerate() {
                let seed = [number, *sections];
                let store = self.sample(repetitions.seed, seed, *sections).expect("a store");
                self.ask(&store, size, &mut figures);
            }
            figures
        };
        repetitions.sum(experiment, add, done)
    }

    /// A store with the reports of about so many machines, each as likely as any other.
    fn sample(
        &self,
        seed: u64,
        concerns: [u64; 2],
        sections: u64,
    ) -> Result<MemoryStore, StoreError> {
        let mut dice = dice(seed, Chance::Repetition, concerns);
        let participation = Part { count: sections, of: self.truth.sections }.share();
        let sections = self.everybody.iter().filter(|_| dice.random_bool(participation));
        let summed = Summed { week: self.week, sections: sections.cloned().collect() };
        let store = registered(&self.year)?;
        store.add(&[summed], &mut |_, _| true)?;
        Ok(store)
    }

    fn ask(&self, store: &MemoryStore, size: usize, figures: &mut Figures) {
        let (week, library) = (self.week, &self.library);
        let rows = store.sums(&library.name, week..=week, &Wanted::all(DIMENSIONS)).expect("sums");
        let publication = Publication::of_everything();
        let tally = Tally::of(library, &rows, week.plus(WEEKS), View::ALL, publication);
        let mut look = |what: String, truth: Option<&Part>, n, share: Option<Share>| {
            let (Some(truth), Some(share)) = (truth, share) else { return };
            // What nobody ever does or everybody does cannot be estimated wrongly.
            if truth.count == 0 || truth.count == truth.of {
                return;
            }
            let truth = truth.share();
            let held = u64::from(share.low <= truth && truth <= share.high);
            figures.insert(Figure { size, what }, Held { truth, shown: 1, held, sections: n });
        };
        for site in library.sites() {
            let answer =
                removal::answer(library, &tally, &question(&site.path)).expect("an answer");
            for site in answer.sites {
                let path = &site.path;
                look(format!("{path} called"), self.truth.called.get(path), site.n, site.called);
                if let Some(linked) = site.linked {
                    let truth = self.truth.linked.get(path);
                    look(format!("{path} linked"), truth, linked.n, Some(linked.share));
                }
            }
        }
        for feature in features::answer(library, &tally, Some(week)).features {
            let truth = self.truth.features.get(&feature.feature);
            look(format!("feature {}", feature.feature), truth, feature.n, feature.on);
        }
    }
}

impl Held {
    /// The part of times that it held, from 0 to 1.
    #[must_use]
    pub fn coverage(self) -> f64 {
        Part { count: self.held, of: self.shown }.share()
    }

    /// Sections behind it, on average.
    #[must_use]
    pub fn n(self) -> u64 {
        self.sections / self.shown.max(1)
    }
}

/// A figure is asked for, no verdict: what is safe does not matter.
fn question(site: &SitePath) -> Question {
    Question {
        threshold: 0.01,
        confidence: 0.95,
        weeks_wanted: 1,
        site: Some(site.clone()),
        view: View::ALL,
    }
}

fn registered(year: &Year) -> Result<MemoryStore, StoreError> {
    let store = MemoryStore::new();
    year.manifests().iter().try_for_each(|manifest| register(&store, manifest))?;
    Ok(store)
}

fn add(sum: &mut Figures, figures: Figures) {
    for (figure, held) in figures {
        let known = sum.entry(figure).or_default();
        known.truth = held.truth;
        known.shown += held.shown;
        known.held += held.held;
        known.sections += held.sections;
    }
}
