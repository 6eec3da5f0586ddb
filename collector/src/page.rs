//! The answers as HTML that needs no script and no request to anyone else.
//!
//! * `layout`: what every page has around it;
//! * `overview`, `library`, `data`, `status`: one page each;
//! * `chart`: SVG, drawn by hand.

mod chart;
mod data;
mod form;
mod layout;
mod library;
mod overview;
mod status;

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use headcount_report::{CrateName, SitePath};
use maud::Markup;
use serde::de::DeserializeOwned;

use self::library::summary::{self, Answers};
use self::overview::Looked;
use crate::answer::{self, Read, WEEKS_BACK, basis};
use crate::collector::Collector;
use crate::error::Error;
use crate::metrics::Totals;
use crate::publish::{Publication, View};
use crate::store::{Dimension, Store};

/// A page instead of another, because of an error.
pub(crate) struct ErrorPage(Error);

impl<E: Into<Error>> From<E> for ErrorPage {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for ErrorPage {
    fn into_response(self) -> Response {
        self.0.log();
        (self.0.status(), layout::error(&self.0)).into_response()
    }
}

/// The list of all libraries.
pub(crate) async fn overview(
    State(collector): State<Collector>,
    Filled(looked): Filled<Looked>,
) -> Result<Markup, ErrorPage> {
    let libraries = collector.read(Store::libraries).await?;
    Ok(overview::page(libraries, &looked))
}

/// A library at a glance.
pub(crate) async fn library(
    State(collector): State<Collector>,
    name: Name,
    Filled(asked): Filled<summary::Asked>,
) -> Result<Markup, ErrorPage> {
    let question = asked.versions()?;
    let read = asking(&collector, question.weeks, question.view);
    let (library, tally) = read.dimensions(&collector, named(name)?, Dimension::ALL).await?;
    let removal = answer::removal::answer(&library, &tally, &asked.removal()?)?;
    let versions = answer::versions::answer(&library, &tally, &question)?;
    let features = answer::features::answer(&library, &tally, None);
    let answers = Answers { removal, versions, question, features };
    Ok(summary::page(&library, &tally, &answers))
}

/// May a library's deprecated sites go?
pub(crate) async fn removal(
    State(collector): State<Collector>,
    name: Name,
    Filled(asked): Filled<answer::removal::Asked>,
) -> Result<Markup, ErrorPage> {
    let question = answer::removal::Question::parse(asked)?;
    let read = asking(&collector, WEEKS_BACK, question.view);
    let (library, tally) = read.sites(&collector, named(name)?).await?;
    let removal = answer::removal::answer(&library, &tally, &question)?;
    Ok(library::removal::page(&library, &tally, &removal))
}

/// One site of a library.
pub(crate) async fn site(
    State(collector): State<Collector>,
    path: Result<Path<(CrateName, SitePath)>, PathRejection>,
    Filled(asked): Filled<answer::removal::Asked>,
) -> Result<Markup, ErrorPage> {
    let (name, site) = named(path)?;
    let question = answer::removal::Question::parse(asked)?;
    let question = answer::removal::Question { site: Some(site), ..question };
    let read = asking(&collector, WEEKS_BACK, question.view);
    let (library, tally) = read.sites(&collector, name).await?;
    let removal = answer::removal::answer(&library, &tally, &question)?;
    Ok(library::site::page(&library, &tally, &removal))
}

/// Which versions do a library's users have?
pub(crate) async fn versions(
    State(collector): State<Collector>,
    name: Name,
    Filled(asked): Filled<answer::versions::Asked>,
) -> Result<Markup, ErrorPage> {
    let question = answer::versions::Question::parse(asked)?;
    let read = asking(&collector, question.weeks, question.view);
    let (library, tally) =
        read.dimensions(&collector, named(name)?, answer::versions::DIMENSIONS).await?;
    let everything = answer::versions::Question { of: None, name: None, ..question.clone() };
    let versions = answer::versions::answer(&library, &tally, &everything)?;
    let shown = versions.shown(&question).ok_or_else(|| {
        Error::NotFound(format!("nothing is told of such versions with `{}`", library.name))
    })?;
    Ok(library::versions::page(&library, &tally, &versions, &question, shown))
}

/// Which part of a library matters?
pub(crate) async fn features(
    State(collector): State<Collector>,
    name: Name,
    Filled(asked): Filled<answer::features::Asked>,
) -> Result<Markup, ErrorPage> {
    let read = asking(&collector, WEEKS_BACK, basis::view(asked.origin, asked.line));
    let (library, tally) = read.features(&collector, named(name)?, asked.week).await?;
    let features = answer::features::answer(&library, &tally, asked.week);
    Ok(library::features::page(&library, &tally, &features))
}

/// What everybody may see.
fn asking(collector: &Collector, weeks: u32, view: View) -> Read {
    Read { weeks, view, publication: Publication::from(collector.publish_at) }
}

/// What a page's address names, if that can exist.
fn named<T>(path: Result<Path<T>, PathRejection>) -> Result<T, Error> {
    let Ok(Path(name)) = path else {
        return Err(Error::NotFound("no library or site can have that name".to_owned()));
    };
    Ok(name)
}

type Name = Result<Path<CrateName>, PathRejection>;

/// What is asked in an address, without the fields of a form that were left empty.
pub(crate) struct Filled<T>(T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Filled<T> {
    type Rejection = ErrorPage;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ErrorPage> {
        let query = parts.uri.query().unwrap_or_default();
        let filled: Vec<_> = query.split('&').filter(|field| !field.ends_with('=')).collect();
        let uri = Uri::builder().path_and_query(format!("/?{}", filled.join("&"))).build();
        let uri = uri.map_err(|error| Error::Parameter(error.to_string()))?;
        let Query(asked) = Query::try_from_uri(&uri)?;
        Ok(Self(asked))
    }
}

/// What is counted.
pub(crate) async fn data(State(collector): State<Collector>) -> Markup {
    data::page(collector.publish_at.get())
}

/// How the collector does.
pub(crate) async fn status(State(collector): State<Collector>) -> Result<Markup, ErrorPage> {
    let libraries = collector.read(Store::libraries).await?;
    Ok(status::page(&libraries, &Totals::of(&collector), collector.clock.running_week()))
}

/// The style sheet of all pages.
pub(crate) async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("page/style.css"))
}

/// The icon of all pages.
pub(crate) async fn icon() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "image/svg+xml")], include_str!("page/icon.svg"))
}

/// What stands at every other address.
pub(crate) async fn not_found() -> (StatusCode, Markup) {
    let error = Error::NotFound("there is nothing at this address".to_owned());
    (error.status(), layout::error(&error))
}
