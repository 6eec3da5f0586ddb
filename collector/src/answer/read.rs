//! One library as it stands in the store, asked one question after the other.

use std::ops::RangeInclusive;

use headcount_report::{CrateName, Week};

use super::export::{self, Row};
use super::features::{self, Features};
use super::removal::{self, Removal};
use super::series::{self, Series};
use super::tally::Tally;
use super::versions::{self, Versions};
use super::{WEEKS_BACK, nobodys};
use crate::collector::Collector;
use crate::error::Error;
use crate::library::Library;
use crate::publish::{Publication, View};
use crate::store::{Store, Wanted};

/// One library as it stands in the store, for somebody to whom so much may be told.
///
/// Each answer reads the sums that it is made from, and no others: a library has hundreds of thousands
/// of them in five years.
pub(crate) struct Read<'a> {
    pub(crate) library: Library,
    store: &'a dyn Store,
    running: Week,
    publication: Publication,
}

impl Collector {
    /// Asks about one library, on a thread where blocking is allowed.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        name: CrateName,
        publication: Publication,
        question: impl FnOnce(&Read<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let running = self.clock.running_week();
        self.read(move |store| {
            let library = store.library(&name)?.ok_or_else(|| nobodys(&name))?;
            question(&Read { library, store, running, publication })
        })
        .await
    }
}

impl Read<'_> {
    /// May sites go?
    pub(crate) fn removal(&self, question: &removal::Question) -> Result<(Tally, Removal), Error> {
        let wanted = removal::wanted(&self.library, question)?;
        let tally = self.tally(self.back(WEEKS_BACK), &wanted, question.view)?;
        let removal = removal::answer(&self.library, &tally, question)?;
        Ok((tally, removal))
    }

    /// Which versions do users have, week by week?
    pub(crate) fn versions(
        &self,
        question: &versions::Question,
    ) -> Result<(Tally, Versions), Error> {
        let tally = self.tally(self.back(question.weeks), &question.wanted(), question.view)?;
        let versions = versions::answer(&self.library, &tally, question)?;
        Ok((tally, versions))
    }

    /// Which versions of everything do users have in the week that was asked for, and in no other?
    pub(crate) fn versions_in_week(
        &self,
        question: &versions::Question,
    ) -> Result<Versions, Error> {
        let question = versions::Question { of: None, name: None, ..question.clone() };
        let tally = self.week(question.week, &question.wanted(), question.view)?;
        versions::answer(&self.library, &tally, &question)
    }

    /// Which part of the API serves most users in a week?
    pub(crate) fn features(&self, week: Option<Week>, view: View) -> Result<Features, Error> {
        let tally = self.week(week, &Wanted::all(features::DIMENSIONS), view)?;
        Ok(features::answer(&self.library, &tally, week))
    }

    /// How many sections are there in the last weeks, and of which versions?
    pub(crate) fn sections(&self, weeks: u32, view: View) -> Result<Tally, Error> {
        self.tally(self.back(weeks), &Wanted::all(Tally::SECTIONS), view)
    }

    /// How do a site, a feature or all sections go, week by week?
    pub(super) fn series(&self, question: &series::Question) -> Result<Series, Error> {
        let wanted = question.wanted(&self.library)?;
        let tally = self.tally(self.back(question.weeks), &wanted, question.view)?;
        series::answer(&self.library, &tally, question)
    }

    /// What is published?
    pub(super) fn rows(&self, weeks: u32, view: View) -> Result<Vec<Row>, Error> {
        let tally = self.tally(self.back(weeks), &Wanted::all(export::DIMENSIONS), view)?;
        Ok(export::rows(&self.library, &tally))
    }

    /// The sums of a week; of none, if a library has no section in any.
    fn week(&self, week: Option<Week>, wanted: &[Wanted], view: View) -> Result<Tally, Error> {
        let wanted = if week.is_some() { wanted } else { &[] };
        let week = week.unwrap_or(self.running);
        self.tally(week..=week, wanted, view)
    }

    fn tally(
        &self,
        weeks: RangeInclusive<Week>,
        wanted: &[Wanted],
        view: View,
    ) -> Result<Tally, Error> {
        let rows = self.store.sums(&self.library.name, weeks, wanted)?;
        Ok(Tally::of(&self.library, &rows, self.running, view, self.publication))
    }

    /// The last weeks, the running one included.
    fn back(&self, weeks: u32) -> RangeInclusive<Week> {
        let first = self.running.plus(1 - i32::try_from(weeks).unwrap_or(i32::MAX));
        first..=self.running
    }
}
