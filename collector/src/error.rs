//! What went wrong, as status and sentence.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use headcount_report::Week;
use headcount_report::report::ReportError;
use jiff::Timestamp;

use crate::ingest::body::CODINGS;
use crate::store::StoreError;

/// Why a request is refused. Its text goes to the client as `{"error": "..."}`.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The body is not what belongs there.
    #[error("{0}")]
    Unreadable(String),
    /// A parameter of the address is not what belongs there.
    #[error("{0}")]
    Parameter(String),
    /// Registering takes a token.
    #[error(
        "registering takes a token that is known here: send `Authorization: Bearer TOKEN` with one that \
         `headcount-collector token add` printed for this library"
    )]
    NoToken,
    /// The token is of another library.
    #[error("this token does not register `{0}`, only the library that it was made for")]
    OtherLibrary(String),
    /// The token does not show what is not published.
    #[error(
        "this token does not show more than no token does; `headcount-collector token add \
         --operator` makes one that does"
    )]
    NotOperator,
    /// There is no such thing here.
    #[error("{0}")]
    NotFound(String),
    /// The address is right, the method is not.
    #[error("this address does not take that method; docs/api.md lists those it takes")]
    Method,
    /// The manifest contradicts what is registered.
    #[error("the manifest contradicts what is registered: {}", .0.join("; "))]
    Conflict(Vec<String>),
    /// The request took too long.
    #[error("this took longer than 30 s, its body included; send it again")]
    Slow,
    /// The body is over its limit.
    #[error(
        "the body is over the limit of its kind, as sent or inflated: 1 MiB for a report, 8 MiB for \
         a manifest, 1,000 bytes for each that was sent"
    )]
    TooLarge,
    /// The body is compressed in a way that we do not know.
    #[error("a body is taken plain or with one content encoding of: {CODINGS}")]
    Encoding,
    /// The week does not take sections.
    #[error(
        "{week} is not open: by this collector's clock it is {now:.0}, and it takes {first_open} \
         to {running}",
        running = Week::at(*now)
    )]
    ClosedWeek {
        /// The week of the report.
        week: Week,
        /// The collector's clock.
        now: Timestamp,
        /// The first week that still takes sections.
        first_open: Week,
    },
    /// Too much is waiting.
    #[error("too many reports are waiting; send this one again in a minute")]
    Busy,
    /// The process is about to end.
    #[error("the collector is stopping; send this again in a minute")]
    Stopping,
    /// There is no room for more. The operator has to make some.
    #[error("the collector's disk is full; nothing of this request was kept: send it again later")]
    Full(Arc<StoreError>),
    /// The store failed. The client is not told how; the log is.
    #[error("the store failed; nothing of this request was kept")]
    Store(Arc<StoreError>),
}

impl Error {
    /// The status that says the same.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Unreadable(_) | Self::Parameter(_) => StatusCode::BAD_REQUEST,
            Self::NoToken => StatusCode::UNAUTHORIZED,
            Self::OtherLibrary(_) | Self::NotOperator => StatusCode::FORBIDDEN,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Encoding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::ClosedWeek { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Busy | Self::Stopping | Self::Full(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Store(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Writes what only the operator should know to the log.
    pub(crate) fn log(&self) {
        if let Self::Store(error) | Self::Full(error) = self {
            let cause = std::error::Error::source(&**error).map(ToString::to_string);
            tracing::error!(cause, "{error}");
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        self.log();
        let body = Json(serde_json::json!({ "error": self.to_string() }));
        let mut response = (self.status(), body).into_response();
        let headers = response.headers_mut();
        match self {
            Self::NoToken => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            Self::Encoding => {
                headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(CODINGS));
            }
            Self::Busy | Self::Stopping | Self::Full(_) => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
            }
            _ => {}
        }
        response
    }
}

impl From<ReportError> for Error {
    fn from(error: ReportError) -> Self {
        Self::Unreadable(error.to_string())
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        if error.is_full() { Self::Full(Arc::new(error)) } else { Self::Store(Arc::new(error)) }
    }
}

impl From<PathRejection> for Error {
    fn from(rejection: PathRejection) -> Self {
        Self::Parameter(rejection.body_text())
    }
}

impl From<QueryRejection> for Error {
    fn from(rejection: QueryRejection) -> Self {
        Self::Parameter(rejection.body_text())
    }
}
