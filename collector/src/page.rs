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
use crate::answer::versions::{Kind, Question};
use crate::answer::{self, Read, WEEKS_BACK, basis};
use crate::collector::Collector;
use crate::error::Error;
use crate::metrics::Totals;
use crate::publish::Publication;
use crate::store::Store;

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
    let (question, removal) = (asked.versions()?, asked.removal()?);
    let ask = move |read: &Read<'_>| {
        let sections = read.sections(question.weeks, question.view)?;
        let question = Question { week: sections.latest_week(), ..question };
        let itself = Question { of: Some(Kind::Library), ..question.clone() };
        let answers = Answers {
            removal: read.removal(&removal)?.1,
            versions: read.versions_in_week(&question)?,
            itself: answer::versions::answer(&read.library, &sections, &itself)?,
            features: read.features(question.week, question.view)?,
            question,
        };
        Ok(summary::page(&read.library, &sections, &answers))
    };
    page(&collector, named(name)?, ask).await
}

/// May a library's deprecated sites go?
pub(crate) async fn removal(
    State(collector): State<Collector>,
    name: Name,
    Filled(asked): Filled<answer::removal::Asked>,
) -> Result<Markup, ErrorPage> {
    let question = answer::removal::Question::parse(asked)?;
    let ask = move |read: &Read<'_>| {
        let (tally, removal) = read.removal(&question)?;
        Ok(library::removal::page(&read.library, &tally, &removal))
    };
    page(&collector, named(name)?, ask).await
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
    let ask = move |read: &Read<'_>| {
        let (tally, removal) = read.removal(&question)?;
        Ok(library::site::page(&read.library, &tally, &removal))
    };
    page(&collector, name, ask).await
}

/// Which versions do a library's users have?
pub(crate) async fn versions(
    State(collector): State<Collector>,
    name: Name,
    Filled(asked): Filled<answer::versions::Asked>,
) -> Result<Markup, ErrorPage> {
    let question = Question::parse(asked)?;
    let ask = move |read: &Read<'_>| {
        let latest = read.sections(question.weeks, question.view)?.latest_week();
        let question = Question { week: question.week.or(latest), ..question };
        let in_week = read.versions_in_week(&question)?;
        let (tally, versions) = read.versions(&in_week.one(&question))?;
        if versions.subjects.is_empty() {
            let name = &read.library.name;
            return Err(Error::NotFound(format!("nothing is told of such versions with `{name}`")));
        }
        Ok(library::versions::page(&read.library, &tally, &in_week, &versions, &question))
    };
    page(&collector, named(name)?, ask).await
}

/// Which part of a library matters?
pub(crate) async fn features(
    State(collector): State<Collector>,
    name: Name,
    Filled(asked): Filled<answer::features::Asked>,
) -> Result<Markup, ErrorPage> {
    let answer::features::Asked { week, origin, line } = asked;
    let view = basis::view(origin, line);
    let ask = move |read: &Read<'_>| {
        let sections = read.sections(WEEKS_BACK, view)?;
        let features = read.features(week.or_else(|| sections.latest_week()), view)?;
        Ok(library::features::page(&read.library, &sections, &features))
    };
    page(&collector, named(name)?, ask).await
}

/// Answers with a page of a library, made of what everybody may see.
async fn page(
    collector: &Collector,
    name: CrateName,
    page: impl FnOnce(&Read<'_>) -> Result<Markup, Error> + Send + 'static,
) -> Result<Markup, ErrorPage> {
    let publication = Publication::from(collector.publish_at);
    Ok(collector.ask(name, publication, page).await?)
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
