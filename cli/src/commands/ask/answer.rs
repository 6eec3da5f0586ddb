//! Getting an answer from a collector.

use anyhow::{Context, bail};
use headcount_sender::collector::CollectorUrl;
use headcount_sender::courier::{client, refusal};
use serde::de::DeserializeOwned;

/// Longest answer that is read, in bytes: 20,000 sites with a year of weeks stay below.
const MAX_ANSWER_BYTES: u64 = 64 << 20;

/// Gets an answer: the text, and what it says.
pub(super) fn get<T: DeserializeOwned>(
    collector: &CollectorUrl,
    path: &str,
    query: Vec<(&str, String)>,
) -> anyhow::Result<(String, T)> {
    let url = format!("{collector}{path}");
    let mut response = client(collector)
        .get(&url)
        .query_pairs(query)
        .call()
        .with_context(|| format!("cannot ask {collector}; is it running?"))?;
    let status = response.status();
    if !status.is_success() {
        bail!("{collector} does not answer: {}", refusal(status, response.body_mut()));
    }
    let text = response
        .body_mut()
        .with_config()
        .limit(MAX_ANSWER_BYTES)
        .read_to_string()
        .with_context(|| format!("the answer of {collector} broke off"))?;
    let answer = serde_json::from_str(&text)
        .with_context(|| format!("{collector} answers something that this version cannot read"))?;
    Ok((text, answer))
}
