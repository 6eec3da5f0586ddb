//! Questions to the sums, answered with intervals.
//!
//! * [`share`]: a part of the sections, and how sure that is;
//! * [`tally`]: the sums of one library, ready to be asked;
//! * [`text`]: figures as text;
//! * [`registered`]: which versions are registered, and their manifests;
//! * [`removal`]: who is hit when a site goes, is that falling, when is it safe?

pub mod registered;
pub mod removal;
pub mod share;
pub mod tally;
pub mod text;

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use headcount_report::CrateName;
use serde::Serialize;

use self::removal::{Asked, Question, Removal};
use self::tally::Tally;
use crate::collector::Collector;
use crate::error::Error;
use crate::library::Library;
use crate::store::{LibraryLine, Store};

/// Who is in the sample: stands beside every answer.
pub const SAMPLE: &str = "Each section is one installation's week with one version, sent by an \
    owner who chose to; programs that never reached a tracked site are not seen. These are \
    volunteers, not all users.";

/// Weeks that an answer looks back: half a year, the running one included.
pub(crate) const WEEKS_BACK: i32 = 26;

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
    library: Result<Path<CrateName>, PathRejection>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Removal>, Error> {
    let (Path(name), Query(asked)) = (library?, asked?);
    let question = Question::parse(asked, collector.publish_at)?;
    let (library, tally) = tallied(&collector, name).await?;
    Ok(Json(removal::answer(&library, &tally, &question)?))
}

/// What is registered of a library, and its sums so far.
pub(crate) async fn tallied(
    collector: &Collector,
    name: CrateName,
) -> Result<(Library, Tally), Error> {
    let running = collector.clock.running_week();
    let weeks = running.plus(1 - WEEKS_BACK)..=running;
    let library = name.clone();
    let read = collector.read(move |store| {
        let Some(library) = store.library(&library)? else { return Ok(None) };
        let rows = store.sums(&library.name, weeks, Tally::DIMENSIONS)?;
        Ok(Some((library, Tally::of(running, &rows))))
    });
    read.await?.ok_or_else(|| nobodys(&name))
}

fn nobodys(library: &CrateName) -> Error {
    Error::NotFound(format!("nobody registered a library `{library}` at this collector"))
}
