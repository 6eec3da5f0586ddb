//! A request with a report, and what it is told.

use axum::Json;
use axum::extract::State;
use headcount_report::limits::MAX_REPORT_BYTES;
use serde::Serialize;

use crate::collector::Collector;
use crate::error::Error;
use crate::ingest::body::Content;
use crate::ingest::prefix::Source;

/// The answer to a report: once it is sent, the sums are durable.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Admitted {
    /// Sections that were taken now.
    pub admitted: u64,
    /// Sections that had been taken before, as a retry's are.
    pub repeated: u64,
    /// Sections that are not counted, because their network has sent so many of that library.
    pub over_limit: u64,
    /// Sections of a library or a version that nobody registered: only their number is kept.
    pub unknown_libraries: u64,
    /// Sites, over all sections, that the version's manifest has not: the rest of it is taken.
    pub unknown_sites: u64,
}

/// Takes a report.
pub(crate) async fn admit(
    State(collector): State<Collector>,
    source: Source,
    Content(body, room): Content<MAX_REPORT_BYTES>,
) -> Result<Json<Admitted>, Error> {
    let admitted = collector.writer.add(body, source, room).await?;
    collector.metrics.count(&admitted);
    Ok(Json(admitted))
}
