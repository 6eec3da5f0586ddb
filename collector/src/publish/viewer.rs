//! Who asks: the public, or the operator with a token.

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

use super::Publication;
use crate::collector::Collector;
use crate::error::Error;
use crate::store::Store;
use crate::token;

impl FromRequestParts<Collector> for Publication {
    type Rejection = Error;

    /// What is told to whoever sent a request.
    async fn from_request_parts(parts: &mut Parts, collector: &Collector) -> Result<Self, Error> {
        if !parts.headers.contains_key(AUTHORIZATION) {
            return Ok(Self::from(collector.publish_at));
        }
        let tokens = collector.read(Store::tokens).await?;
        token::authorise_operator(&parts.headers, &tokens)?;
        Ok(Self::of_everything())
    }
}
