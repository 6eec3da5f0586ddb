//! Who asks: the public, or the operator with a token.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::Publication;
use crate::collector::Collector;
use crate::error::Error;

impl FromRequestParts<Collector> for Publication {
    type Rejection = Error;

    async fn from_request_parts(_: &mut Parts, collector: &Collector) -> Result<Self, Error> {
        Ok(Self::from(collector.publish_at))
    }
}
