//! Questions to the sums, answered with intervals.
//!
//! * [`share`], [`trend`]: a part of the sections, how sure that is, and where it is going;
//! * [`tally`]: the sums of one library, ready to be asked;
//! * `read`: the sums that a question takes, read from the store;
//! * [`basis`]: what every answer says about itself;
//! * [`registered`]: which versions are registered, and their manifests;
//! * [`removal`]: who is hit when a site goes, is that falling, when is it safe?
//! * [`versions`]: which versions of everything around it do users have, and which must be supported?
//! * [`features`]: which part of the API serves most users, and which nobody?
//! * [`series`]: one site or feature, week by week;
//! * [`export`]: all that is published, as lines.

pub mod basis;
pub mod export;
pub mod features;
mod read;
pub mod registered;
pub mod removal;
pub mod series;
pub mod share;
pub mod tally;
pub mod trend;
pub mod versions;

use std::fmt::Display;
use std::ops::RangeInclusive;

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::response::Response;
use headcount_report::{CrateName, SitePath};
use serde::Serialize;

pub use self::basis::SAMPLE;
use self::features::Features;
pub(crate) use self::read::Read;
use self::removal::Removal;
use self::series::Series;
use self::versions::Versions;
use crate::collector::Collector;
use crate::error::Error;
use crate::library::Library;
use crate::publish::Publication;
use crate::store::{LibraryLine, Store};

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
    let ask = move |read: &Read<'_>| Ok(read.removal(&question)?.1);
    collector.ask(name, publication, ask).await.map(Json)
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
    let ask = move |read: &Read<'_>| Ok(read.versions(&question)?.1);
    collector.ask(name, publication, ask).await.map(Json)
}

/// Answers which part of a library's API serves most users.
pub(crate) async fn features(
    State(collector): State<Collector>,
    publication: Publication,
    library: Name,
    asked: Asked<features::Asked>,
) -> Result<Json<Features>, Error> {
    let (Path(name), Query(features::Asked { week, origin, line })) = (library?, asked?);
    let view = basis::view(origin, line);
    let ask = move |read: &Read<'_>| {
        let latest = read.sections(WEEKS_BACK, view)?.latest_week();
        read.features(week.or(latest), view)
    };
    collector.ask(name, publication, ask).await.map(Json)
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
    collector.ask(name, publication, move |read| read.series(&question)).await.map(Json)
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
    collector.ask(name, publication, move |read| read.rows(weeks, view)).await
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
