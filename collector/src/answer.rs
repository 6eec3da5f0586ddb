//! Questions to the sums, answered with intervals.
//!
//! * [`share`], [`trend`]: a part of the sections, how sure that is, and where it is going;
//! * [`tally`]: the sums of one library, ready to be asked;
//! * [`basis`]: what every answer says about itself;
//! * [`text`]: figures as text;
//! * [`registered`]: which versions are registered, and their manifests;
//! * [`removal`]: who is hit when a site goes, is that falling, when is it safe?
//! * [`versions`]: which versions of everything around it do users have, and which must be supported?
//! * [`features`]: which part of the API serves most users, and which nobody?
//! * [`series`]: one site or feature, week by week;
//! * [`export`]: all that is published, as lines.

pub mod basis;
pub mod export;
pub mod features;
pub mod registered;
pub mod removal;
pub mod series;
pub mod share;
pub mod tally;
pub mod text;
pub mod trend;
pub mod versions;

use std::fmt::Display;
use std::ops::RangeInclusive;

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::response::Response;
use headcount_report::{CrateName, SitePath, Week};
use serde::Serialize;

pub use self::basis::SAMPLE;
use self::features::Features;
use self::removal::Removal;
use self::series::Series;
use self::tally::Tally;
use self::versions::Versions;
use crate::collector::Collector;
use crate::error::Error;
use crate::library::Library;
use crate::publish::{Publication, View};
use crate::store::{Dimension, LibraryLine, Store};

/// Weeks that an answer looks back, the running one included, unless another number is asked for:
/// half a year.
pub(crate) const WEEKS_BACK: u32 = 26;

/// Most weeks that an answer looks back: five years.
const MAX_WEEKS_BACK: u32 = 261;

/// What stands in the path of a question.
type Name = Result<Path<CrateName>, PathRejection>;

/// What stands in its query.
type Asked<T> = Result<Query<T>, QueryRejection>;

/// The answer to "which libraries are here?".
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Libraries {
    libraries: Vec<LibraryLine>,
    sample: &'static str,
}

/// Lists the registered libraries.
pub(crate) async fn libraries(
    State(collector): State<Collector>,
) -> Result<Json<Libraries>, Error> {
    let libraries = collector.read(Store::libraries).await?;
    Ok(Json(Libraries { libraries, sample: SAMPLE }))
}

/// Answers whether deprecated sites can go.
pub(crate) async fn removal(
    State(collector): State<Collector>,
    publication: Publication,
    library: Name,
    asked: Asked<removal::Asked>,
) -> Result<Json<Removal>, Error> {
    let (Path(name), Query(asked)) = (library?, asked?);
    let question = removal::Question::parse(asked)?;
    let read = Read { weeks: WEEKS_BACK, view: question.view, publication };
    let (library, tally) = read.sites(&collector, name).await?;
    Ok(Json(removal::answer(&library, &tally, &question)?))
}

/// Answers which versions of everything around a library its users have.
pub(crate) async fn versions(
    State(collector): State<Collector>,
    publication: Publication,
    library: Name,
    asked: Asked<versions::Asked>,
) -> Result<Json<Versions>, Error> {
    let (Path(name), Query(asked)) = (library?, asked?);
    let question = versions::Question::parse(asked)?;
    let read = Read { weeks: question.weeks, view: question.view, publication };
    let (library, tally) = read.dimensions(&collector, name, versions::DIMENSIONS).await?;
    Ok(Json(versions::answer(&library, &tally, &question)?))
}

/// Answers which part of a library's API serves most users.
pub(crate) async fn features(
    State(collector): State<Collector>,
    publication: Publication,
    library: Name,
    asked: Asked<features::Asked>,
) -> Result<Json<Features>, Error> {
    let (Path(name), Query(asked)) = (library?, asked?);
    let view = basis::view(asked.origin, asked.line);
    let read = Read { weeks: WEEKS_BACK, view, publication };
    let (library, tally) = read.features(&collector, name, asked.week).await?;
    Ok(Json(features::answer(&library, &tally, asked.week)))
}

/// Answers with one site or feature of a library, or its sections, week by week.
pub(crate) async fn series(
    State(collector): State<Collector>,
    publication: Publication,
    library: Name,
    asked: Asked<series::Asked>,
) -> Result<Json<Series>, Error> {
    let (Path(name), Query(asked)) = (library?, asked?);
    let question = series::Question::parse(asked)?;
    let read = Read { weeks: question.weeks, view: question.view, publication };
    let (library, tally) = read.dimensions(&collector, name, question.dimensions()).await?;
    Ok(Json(series::answer(&library, &tally, &question)?))
}

/// Hands out all that is published of a library, as comma-separated values.
pub(crate) async fn csv(
    state: State<Collector>,
    publication: Publication,
    library: Name,
    asked: Asked<export::Asked>,
) -> Result<Response, Error> {
    Ok(export::csv(&rows(state, publication, library, asked).await?))
}

/// Hands out all that is published of a library, as a line of JSON for each count.
pub(crate) async fn ndjson(
    state: State<Collector>,
    publication: Publication,
    library: Name,
    asked: Asked<export::Asked>,
) -> Result<Response, Error> {
    Ok(export::ndjson(&rows(state, publication, library, asked).await?))
}

async fn rows(
    State(collector): State<Collector>,
    publication: Publication,
    library: Name,
    asked: Asked<export::Asked>,
) -> Result<Vec<export::Row>, Error> {
    let (Path(name), Query(asked)) = (library?, asked?);
    let (weeks, view) = asked.parse()?;
    let read = Read { weeks, view, publication };
    let (library, tally) = read.dimensions(&collector, name, export::DIMENSIONS).await?;
    Ok(export::rows(&library, &tally))
}

/// Which sums are read for a question.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Read {
    /// How many weeks back, the running one included.
    pub(crate) weeks: u32,
    /// Which sections.
    pub(crate) view: View,
    /// What of them may be told.
    pub(crate) publication: Publication,
}

impl Read {
    /// What is registered of a library, and the sums of its sites.
    pub(crate) async fn sites(
        self,
        collector: &Collector,
        name: CrateName,
    ) -> Result<(Library, Tally), Error> {
        self.dimensions(collector, name, Tally::SITES).await
    }

    /// What is registered of a library, and its sums in some dimensions.
    pub(crate) async fn dimensions(
        self,
        collector: &Collector,
        name: CrateName,
        dimensions: &'static [Dimension],
    ) -> Result<(Library, Tally), Error> {
        let running = collector.clock.running_week();
        let weeks = running.plus(1 - i32::try_from(self.weeks).unwrap_or(i32::MAX))..=running;
        let Self { view, publication, .. } = self;
        let library = name.clone();
        let read = collector.read(move |store| {
            let Some(library) = store.library(&library)? else { return Ok(None) };
            let rows = store.sums(&library.name, weeks, dimensions)?;
            let tally = Tally::of(&library, &rows, running, view, publication);
            Ok(Some((library, tally)))
        });
        read.await?.ok_or_else(|| nobodys(&name))
    }

    /// What is registered of a library, the number of its sections in all weeks, and the sums of its
    /// sites and features in one: the latest if none is named.
    pub(crate) async fn features(
        self,
        collector: &Collector,
        name: CrateName,
        week: Option<Week>,
    ) -> Result<(Library, Tally), Error> {
        let (library, mut tally) = self
            .dimensions(collector, name, &[Dimension::Sections, Dimension::UnknownVersion])
            .await?;
        let Some(week) = week.or_else(|| tally.latest_week()) else { return Ok((library, tally)) };
        let name = library.name.clone();
        let rows = collector
            .read(move |store| store.sums(&name, week..=week, features::DIMENSIONS))
            .await?;
        tally.replace_week(&library, week, &rows);
        Ok((library, tally))
    }
}

fn nobodys(library: &CrateName) -> Error {
    Error::NotFound(format!("nobody registered a library `{library}` at this collector"))
}

fn no_site(library: &Library, path: &SitePath) -> Error {
    Error::NotFound(format!("`{}` has no site `{path}`", library.name))
}

/// Refuses a parameter that is out of range; `what` says what it is.
fn parameter<T: PartialOrd + Display>(
    what: &str,
    range: &RangeInclusive<T>,
    value: &T,
) -> Result<(), Error> {
    if range.contains(value) {
        return Ok(());
    }
    Err(Error::Parameter(format!("{what} from {} to {}", range.start(), range.end())))
}

/// Reads how many weeks to look back.
fn weeks_back(asked: Option<u32>) -> Result<u32, Error> {
    let weeks = asked.unwrap_or(WEEKS_BACK);
    parameter("weeks is a number", &(1..=MAX_WEEKS_BACK), &weeks)?;
    Ok(weeks)
}
