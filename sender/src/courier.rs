//! The courier: brings reports to collectors, and hears what they say.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use ureq::Agent;
use ureq::http::StatusCode;

use crate::collector::CollectorUrl;

/// Longest time for one report. Nobody waits for it but a timer or a person who typed `send`.
const TIMEOUT: Duration = Duration::from_mins(1);

/// Longest time to reach a collector.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Longest answer that is read, in bytes.
const MAX_ANSWER_BYTES: u64 = 64 << 10;

/// Longest reason that is kept, in characters.
const MAX_REASON_CHARS: usize = 200;

/// By these a collector says no to this very report, which no later try could change. Any other
/// status is about the moment, the address or what the operator set up.
const FINAL: [StatusCode; 4] = [
    StatusCode::BAD_REQUEST,
    StatusCode::PAYLOAD_TOO_LARGE,
    StatusCode::UNSUPPORTED_MEDIA_TYPE,
    StatusCode::UNPROCESSABLE_ENTITY,
];

/// What became of a report that was brought, or was not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "lowercase")]
pub enum Outcome {
    /// The collector has it.
    Taken,
    /// Nobody will get it.
    Refused {
        /// Why.
        reason: String,
    },
    /// It waits for the next try.
    Kept {
        /// Why.
        reason: String,
    },
}

/// Brings reports to collectors: to each over one connection, as long as that lasts.
#[derive(Debug)]
pub struct Courier {
    timeout: Duration,
    clients: BTreeMap<CollectorUrl, Agent>,
}

impl Default for Courier {
    fn default() -> Self {
        Self::waiting(TIMEOUT)
    }
}

impl Courier {
    /// One that gives a collector so much time for a report, its answer included.
    #[must_use]
    pub fn waiting(timeout: Duration) -> Self {
        Self { timeout, clients: BTreeMap::new() }
    }

    /// Brings one report, compressed, and says what became of it.
    pub fn bring(&mut self, report: &[u8], collector: &CollectorUrl) -> Outcome {
        let kept = |error: &dyn std::fmt::Display| Outcome::Kept { reason: plain(error) };
        let body = match compress(report) {
            Ok(body) => body,
            Err(error) => return kept(&error),
        };
        let client = self.clients.entry(collector.clone());
        let client = client.or_insert_with(|| client_within(collector, self.timeout));
        let request = client.post(collector.reports());
        let request = request.content_type("application/json").header("content-encoding", "gzip");
        let mut response = match request.send(&body) {
            Ok(response) => response,
            Err(error) => return kept(&error),
        };
        let status = response.status();
        // Read in any case: else the connection could not be used again.
        let answer = Answer::read(response.body_mut());
        let reason = answer.reason(status);
        match answer {
            Answer::Admitted { .. } if status.is_success() => Outcome::Taken,
            Answer::Refused { .. } if FINAL.contains(&status) => Outcome::Refused { reason },
            _ => Outcome::Kept { reason },
        }
    }
}

/// What a body says, in the words of `docs/api.md`.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Answer {
    /// A report was taken: all of it, or what was new.
    Admitted {
        #[serde(rename = "admitted")]
        _sections: u64,
    },
    /// What was asked is not done.
    Refused { error: String },
    /// No word of a collector's: a proxy, a portal, another program, or an answer that was lost.
    Other(IgnoredAny),
}

impl Answer {
    fn read(body: &mut ureq::Body) -> Self {
        let text = body.with_config().limit(MAX_ANSWER_BYTES).read_to_string().unwrap_or_default();
        serde_json::from_str(&text).unwrap_or(Self::Other(IgnoredAny))
    }

    /// One sentence, fit for a terminal.
    fn reason(&self, status: StatusCode) -> String {
        let said = match self {
            Self::Refused { error } => error,
            _ if status.is_success() => "an answer, but not a collector's; is the address right?",
            _ => status.canonical_reason().unwrap_or("no reason given"),
        };
        format!("{}: {}", status.as_u16(), plain(&said))
    }
}

/// A client for one collector: bounded in time, and it goes nowhere else, whatever it is told.
///
/// A proxy that the environment names is used, unless the collector is this machine itself.
#[must_use]
pub fn client(collector: &CollectorUrl) -> Agent {
    client_within(collector, TIMEOUT)
}

fn client_within(collector: &CollectorUrl, timeout: Duration) -> Agent {
    let config = Agent::config_builder()
        .timeout_global(Some(timeout))
        .timeout_connect(Some(CONNECT_TIMEOUT))
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .https_only(!collector.is_loopback())
        .user_agent("headcount");
    let config = if collector.is_loopback() { config.proxy(None) } else { config };
    config.build().into()
}

/// The one sentence with which a collector says no, fit for a terminal.
#[must_use]
pub fn refusal(status: StatusCode, body: &mut ureq::Body) -> String {
    Answer::read(body).reason(status)
}

/// A sentence without what a terminal would obey.
fn plain(said: &dyn std::fmt::Display) -> String {
    said.to_string().chars().filter(|c| !c.is_control()).take(MAX_REASON_CHARS).collect()
}

fn compress(report: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(report)?;
    encoder.finish()
}
