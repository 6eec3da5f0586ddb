//! Sends a manifest to a collector.

use std::time::Duration;

use anyhow::{Context, bail};
use headcount_report::Manifest;
use headcount_sender::collector::CollectorUrl;
use serde::Deserialize;
use ureq::Agent;

use crate::output::plain;

/// Longer than any collector takes to store 20,000 sites.
const TIMEOUT: Duration = Duration::from_mins(1);

/// Most bytes of an answer that are read. An error is one sentence.
const MAX_ANSWER_BYTES: u64 = 64 << 10;

/// What a collector says when it refuses.
#[derive(Deserialize)]
struct Refusal {
    error: String,
}

/// Puts the manifest where the collector keeps it, with the token from the environment.
pub(super) fn register(
    manifest: &Manifest,
    collector: &CollectorUrl,
    token_env: &str,
) -> anyhow::Result<()> {
    let token = std::env::var(token_env).with_context(|| {
        format!("set {token_env} to the token that the collector's operator gave for this library")
    })?;
    let Manifest { library, version, .. } = manifest;
    let address = format!("{collector}/v1/libraries/{library}/manifests/{version}");
    let mut answer = agent()
        .put(&address)
        .header("authorization", format!("Bearer {token}"))
        .send_json(manifest)
        .with_context(|| format!("cannot reach {collector}"))?;
    if answer.status().is_success() {
        return Ok(());
    }
    let status = answer.status();
    let text = answer.body_mut().with_config().limit(MAX_ANSWER_BYTES).read_to_string();
    bail!("{collector} refused the manifest: {} ({status})", reason(&text.unwrap_or_default()))
}

fn agent() -> Agent {
    // A token must not follow a redirect, and a refusal has a text.
    let config = Agent::config_builder()
        .timeout_global(Some(TIMEOUT))
        .max_redirects(0)
        .http_status_as_error(false)
        .user_agent(concat!("cargo-headcount/", env!("CARGO_PKG_VERSION")));
    config.build().into()
}

/// The sentence in `{"error": "..."}`.
fn reason(text: &str) -> String {
    match serde_json::from_str::<Refusal>(text) {
        Ok(refusal) => plain(&refusal.error),
        Err(_) => "it gave no reason".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons() {
        assert_eq!(
            reason("{\"error\": \"the token is for\\nanother\"}"),
            "the token is for another"
        );
        assert_eq!(reason("<html>"), "it gave no reason");
    }
}
