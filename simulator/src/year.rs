//! What the machines that take part report, week by week.

use headcount_report::{CrateName, Manifest, Report, Week};

use crate::dice::Dice;
use crate::library::manifests;
use crate::machine::Machine;

/// Some weeks of a library of which nothing is real. The same parameters give the same weeks.
///
/// The library's releases and the habits of its users move from the first week to the last; the
/// number of machines that take part doubles meanwhile.
#[derive(Debug, Clone)]
pub struct Year {
    library: CrateName,
    seed: u64,
    last: Week,
    weeks: u32,
    machines: u64,
}

impl Year {
    /// A year that ends with the week `last`, in which up to `machines` take part.
    #[must_use]
    pub fn new(library: CrateName, seed: u64, last: Week, machines: u64) -> Self {
        Self { library, seed, last, weeks: 52, machines }
    }

    /// The same over another number of weeks.
    #[must_use]
    pub fn over(self, weeks: u32) -> Self {
        Self { weeks, ..self }
    }

    /// The manifests of the library's releases, oldest first.
    #[must_use]
    pub fn manifests(&self) -> Vec<Manifest> {
        manifests(&self.library)
    }

    /// The reports, oldest week first: one a machine and week.
    pub fn reports(&self) -> impl Iterator<Item = Report> {
        let mut machines: Vec<Machine> =
            (0..self.machines).map(|number| Machine::new(self.seed, number)).collect();
        let mut dice = Dice::new(self.seed, u64::MAX);
        let since: Vec<f64> = machines.iter().map(|_| dice.part() * 2.0 - 1.0).collect();
        let (last, weeks, library) = (self.last, self.weeks, self.library.clone());
        (0..weeks).flat_map(move |number| {
            let week = last
                .plus(i32::try_from(number + 1).unwrap_or(0) - i32::try_from(weeks).unwrap_or(0));
            let progress = f64::from(number) / f64::from(weeks.max(2) - 1);
            let taking_part =
                machines.iter_mut().zip(&since).filter(|(_, since)| **since <= progress);
            let sections =
                taking_part.filter_map(|(machine, _)| machine.section(&library, progress));
            let reports = sections.map(|section| Report::new(week, vec![section]));
            reports.collect::<Vec<_>>()
        })
    }
}
