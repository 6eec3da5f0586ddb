//! What the collector does, in the text format that Prometheus reads: never who asked for it, and
//! about which library.

use std::fmt::{self, Write};
use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::collector::Collector;
use crate::error::Error;
use crate::ingest::Admitted;

/// The type of the text.
const FORMAT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The counters of one process. Clones share them.
#[derive(Clone)]
pub(crate) struct Metrics {
    requests: Family<Answered, Counter>,
    sections: Family<Became, Counter>,
    unknown_libraries: Counter,
    unknown_sites: Counter,
    waiting: Gauge,
    pub(crate) connections: Connections,
    registry: Arc<Registry>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    /// As `router.rs` spells it, so without anything that a client chose.
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Became {
    outcome: &'static str,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("headcount");
        let (requests, sections) = (Family::default(), Family::default());
        let (unknown_libraries, unknown_sites) = (Counter::default(), Counter::default());
        let (waiting, connections) = (Gauge::default(), Connections::default());
        registry.register("requests", "Requests answered", requests.clone());
        registry.register("sections", "Sections of reports answered", sections.clone());
        registry.register(
            "unknown_libraries",
            "Sections of a library or a version that nobody registered",
            unknown_libraries.clone(),
        );
        registry.register(
            "unknown_sites",
            "Sites that their version's manifest has not",
            unknown_sites.clone(),
        );
        registry.register(
            "waiting",
            "Reports and manifests that wait for the store",
            waiting.clone(),
        );
        connections.register(&mut registry);
        let registry = Arc::new(registry);
        Self {
            requests,
            sections,
            unknown_libraries,
            unknown_sites,
            waiting,
            connections,
            registry,
        }
    }

    /// Counts a report that was answered.
    pub(crate) fn count(&self, report: &Admitted) {
        let Admitted { admitted, repeated, over_limit, unknown_libraries, unknown_sites } = *report;
        for (outcome, count) in
            [("admitted", admitted), ("repeated", repeated), ("over limit", over_limit)]
        {
            self.sections.get_or_create(&Became { outcome }).inc_by(count);
        }
        self.unknown_libraries.inc_by(unknown_libraries);
        self.unknown_sites.inc_by(unknown_sites);
    }
}

/// Counts connections that are open, and how others ended. Clones count together.
#[derive(Debug, Clone, Default)]
pub struct Connections {
    open: Gauge,
    ended: Family<Ended, Counter>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Ended {
    end: End,
}

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum End {
    /// As it should.
    Finished,
    /// Cut off by the other side, or for what it sent: no request, or none in time.
    Failed,
    /// Cut off after all the time that a connection has.
    OutOfTime,
}

impl Connections {
    /// Counts one connection, from now until `connection` completes.
    pub(crate) async fn count(self, connection: impl Future<Output = End>) {
        self.open.inc();
        let end = connection.await;
        self.open.dec();
        self.ended.get_or_create(&Ended { end }).inc();
    }

    fn register(&self, registry: &mut Registry) {
        registry.register("connections_open", "Connections now", self.open.clone());
        registry.register("connections", "Connections that have ended", self.ended.clone());
    }
}

impl From<hyper::Result<()>> for End {
    fn from(result: hyper::Result<()>) -> Self {
        if result.is_ok() { Self::Finished } else { Self::Failed }
    }
}

impl EncodeLabelValue for End {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> fmt::Result {
        encoder.write_str(match self {
            Self::Finished => "finished",
            Self::Failed => "failed",
            Self::OutOfTime => "out of time",
        })
    }
}

/// The same for people, without the requests.
pub(crate) struct Totals {
    /// What became of sections.
    pub(crate) sections: Vec<(&'static str, u64)>,
    /// What is so at this moment.
    pub(crate) now: Vec<(&'static str, u64)>,
}

impl Totals {
    pub(crate) fn of(collector: &Collector) -> Self {
        let metrics = &collector.metrics;
        let became = |outcome| metrics.sections.get_or_create(&Became { outcome }).get();
        let outcomes = ["admitted", "repeated", "over limit"];
        let mut sections = outcomes.map(|outcome| (outcome, became(outcome))).to_vec();
        sections.push(("of those, nobody registered the version", metrics.unknown_libraries.get()));
        let waiting = u64::try_from(collector.writer.waiting()).unwrap_or(u64::MAX);
        let working = u64::from(collector.writer.is_working());
        Self { sections, now: vec![("reports that wait", waiting), ("writers at work", working)] }
    }
}

/// Counts a request by its route and the status of its answer.
pub(crate) async fn counted(
    State(collector): State<Collector>,
    request: Request,
    next: Next,
) -> Response {
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or_else(|| "none".to_owned(), |route| route.as_str().to_owned());
    let response = next.run(request).await;
    let status = response.status().as_u16();
    collector.metrics.requests.get_or_create(&Answered { route, status }).inc();
    response
}

/// Answers with all of them.
pub(crate) async fn metrics(State(collector): State<Collector>) -> Response {
    let metrics = &collector.metrics;
    metrics.waiting.set(i64::try_from(collector.writer.waiting()).unwrap_or(i64::MAX));
    let mut page = String::new();
    match text::encode(&mut page, &metrics.registry) {
        Ok(()) => ([(CONTENT_TYPE, FORMAT)], page).into_response(),
        // A `String` takes whatever is written to it.
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

/// Answers `ok` when reports can be taken: the store can be read, and its writer works.
pub(crate) async fn healthz(State(collector): State<Collector>) -> Result<&'static str, Error> {
    collector.read(|store| store.tokens().map(drop)).await?;
    if collector.writer.is_working() { Ok("ok\n") } else { Err(Error::Stopping) }
}
