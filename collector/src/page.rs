//! The answers as HTML that needs no script and no request to anyone else.
//!
//! * `layout`: what every page has around it;
//! * `overview`, `library`: one page each;
//! * `chart`: SVG, drawn by hand.

mod chart;
mod layout;
mod library;
mod overview;

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use headcount_report::CrateName;
use maud::Markup;

use crate::answer::removal::{self, Asked, Question};
use crate::answer::{Read, WEEKS_BACK};
use crate::collector::Collector;
use crate::error::Error;
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
pub(crate) async fn overview(State(collector): State<Collector>) -> Result<Markup, ErrorPage> {
    let libraries = collector.read(Store::libraries).await?;
    Ok(overview::page(&libraries))
}

/// One library.
pub(crate) async fn library(
    State(collector): State<Collector>,
    name: Result<Path<CrateName>, PathRejection>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Markup, ErrorPage> {
    let Ok(Path(name)) = name else {
        return Err(Error::NotFound("no library can have that name".to_owned()).into());
    };
    let Query(asked) = asked?;
    let question = Question::parse(asked)?;
    let publication = Publication::from(collector.publish_at);
    let read = Read { weeks: WEEKS_BACK, view: question.view, publication };
    let (library, tally) = read.sites(&collector, name).await?;
    let removal = removal::answer(&library, &tally, &question)?;
    Ok(library::page(&library, &tally, &removal))
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
