//! All machines over a year, and what those that take part report.

use headcount_report::{CrateName, Manifest, Report, Section, Week};
use rand::Rng;

use crate::dice::{Chance, dice};
use crate::hostile;
use crate::library;
use crate::machine::Machine;
use crate::truth::Truth;

/// Weeks of a year.
pub(crate) const WEEKS: i32 = 52;

/// The chance that a report arrives and its sender does not learn that, so that it comes again.
const RETRIED: f64 = 0.04;

/// How many machines there are, and how many of them tell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Population {
    /// Machines that use the library at the end of the year.
    pub machines: u64,
    /// The part of them whose owners take part, for the whole year.
    pub participation: f64,
    /// The chance that such a machine does not get to report a week in which it is in use.
    pub offline: f64,
}

impl Default for Population {
    /// So many that some 700 sections come in a week.
    fn default() -> Self {
        Self { machines: 12_000, participation: 0.08, offline: 0.06 }
    }
}

/// A year of a library's use. The same seed gives the same year.
#[derive(Debug, Clone)]
pub struct Year {
    library: CrateName,
    last: Week,
    seed: u64,
    draw: u64,
    population: Population,
    machines: Vec<Machine>,
}

impl Year {
    /// The year of `simulated-library` that ends with a week.
    ///
    /// A week's reports are sent after it, so to a collector that runs in the week after `last`.
    #[must_use]
    pub fn ending(last: Week, seed: u64) -> Self {
        Self::of(library::word("simulated-library"), last, seed, Population::default())
    }

    /// The year of another library, or of another population.
    #[must_use]
    pub fn of(library: CrateName, last: Week, seed: u64, population: Population) -> Self {
        let machines = (0..population.machines).map(|number| Machine::new(seed, number)).collect();
        Self { library, last, seed, draw: 0, population, machines }
    }

    /// The same machines, but others of them take part: `draw` says which.
    #[must_use]
    pub fn with_draw(self, draw: u64) -> Self {
        Self { draw, ..self }
    }

    /// The library's name.
    #[must_use]
    pub fn library(&self) -> &CrateName {
        &self.library
    }

    /// The manifests of its releases, oldest first.
    #[must_use]
    pub fn manifests(&self) -> Vec<Manifest> {
        library::manifests(&self.library)
    }

    /// The weeks, oldest first.
    pub fn weeks(&self) -> impl Iterator<Item = Week> + use<> {
        let last = self.last;
        (1 - WEEKS..=0).map(move |back| last.plus(back))
    }

    /// The reports about a week, as they arrive: some twice, a few with what nobody knows.
    ///
    /// Each is of one machine, and so from a network of its own.
    pub fn reports(&self, week: Week) -> impl Iterator<Item = Report> {
        let honest = self.machines.iter().filter(|machine| self.takes_part(machine));
        let honest = honest.flat_map(move |machine| self.sent(machine, week));
        honest.chain(hostile::nonsense(self, week))
    }

    /// The reports about a week of one network that wants to be heard above all others.
    pub fn flood(&self, week: Week) -> impl Iterator<Item = Report> {
        hostile::flood(self, week)
    }

    /// What a collector would say about a week if everybody took part and nobody lied.
    #[must_use]
    pub fn truth(&self, week: Week) -> Truth {
        Truth::of(&self.manifests(), self.sections(week))
    }

    /// What every machine would say about a week.
    pub(crate) fn sections(&self, week: Week) -> impl Iterator<Item = Section> {
        let place = self.place(week);
        self.machines.iter().filter_map(move |machine| machine.section(&self.library, week, place))
    }

    /// How often a machine's report about a week arrives, if at all.
    fn sent(&self, machine: &Machine, week: Week) -> Vec<Report> {
        let place = self.place(week);
        let concerns = [machine.number(), place.unsigned_abs().into()];
        let mut dice = dice(self.seed, Chance::Way, concerns);
        let is_offline = dice.random_bool(self.population.offline);
        let times = if dice.random_bool(RETRIED) { 2 } else { 1 };
        let section = (!is_offline).then(|| machine.section(&self.library, week, place)).flatten();
        section.map_or_else(Vec::new, |section| vec![Report::new(week, vec![section]); times])
    }

    fn takes_part(&self, machine: &Machine) -> bool {
        let mut dice = dice(self.seed, Chance::Part, [self.draw, machine.number()]);
        dice.random_bool(self.population.participation)
    }

    /// The seed and a week's place in the year, for dice that concern no machine.
    pub(crate) fn dice(&self, chance: Chance, week: Week) -> crate::dice::Dice {
        dice(self.seed, chance, [self.draw, self.place(week).unsigned_abs().into()])
    }

    /// A week's place in the year, from 0 on.
    fn place(&self, week: Week) -> i32 {
        let days = (self.last.first_day() - week.first_day()).get_days();
        WEEKS - 1 - days / 7
    }
}
