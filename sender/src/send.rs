//! Sending: one request per report, the same bytes on every try.

use std::time::Duration;

use headcount_report::{Report, Week};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ureq::http::StatusCode;

use crate::clock;
use crate::close::{CloseError, Closing, close, is_too_old};
use crate::collector::CollectorUrl;
use crate::consent::{Consent, ConsentError};
use crate::durable::FileError;
use crate::executables::{Executables, Scanner};
use crate::home::{Home, Lock};
use crate::outbox::{Filed, Outbox, Place};
use crate::remark::Remark;
use crate::rule::Rule;
use crate::spool::{Spool, SpoolError};

/// Longest time for one report. Nobody waits for it but a timer or a person who typed `send`.
const TIMEOUT: Duration = Duration::from_mins(1);

/// Longest time to reach a collector.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Longest refusal that is read, in bytes.
const MAX_REFUSAL_BYTES: u64 = 64 << 10;

/// Longest reason that is kept, in characters.
const MAX_REASON_CHARS: usize = 200;

/// Why nobody gets a report that waited when the owner changed their mind.
const WITHDRAWN: &str = "you took back the yes to this collector";

/// What became of one report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Delivery {
    /// Its week.
    pub week: Week,
    /// Whose it is; absent when the owner took back the yes.
    pub collector: Option<CollectorUrl>,
    /// How many library versions it speaks of.
    pub sections: usize,
    /// What became of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What became of a request.
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

/// What `send` did.
#[derive(Debug, Clone, Serialize)]
pub struct Sending {
    /// Which rule decided.
    pub decided_by: Rule,
    /// What was written.
    #[serde(flatten)]
    pub closing: Closing,
    /// What was sent.
    pub delivered: Vec<Delivery>,
}

/// Why nothing was sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// It cannot be told what the owner allowed.
    #[error(transparent)]
    Consent(#[from] ConsentError),
    /// The spool cannot be read.
    #[error(transparent)]
    Spool(#[from] SpoolError),
    /// Weeks could not be closed.
    #[error(transparent)]
    Close(#[from] CloseError),
    /// A file could not be read or moved.
    #[error(transparent)]
    File(#[from] FileError),
    /// Another process is at it.
    #[error("another `cargo headcount send` is at work; try again when it is done")]
    Busy,
    /// A week that is not over and not even running.
    #[error("{0} has not begun; only the running week and earlier ones can be closed")]
    Future(Week),
}

/// Closes weeks and sends what waits, if the owner allowed it.
///
/// `scan` reads the executables that the spool names: [`scan::file`](crate::scan::file), or one
/// that also says how far it is.
///
/// # Errors
/// When it cannot be told whether it is allowed, or a file cannot be read or written.
pub fn send(
    home: &Home,
    now: Timestamp,
    through: Option<Week>,
    scan: Scanner,
) -> Result<Sending, SendError> {
    if let Some(week) = through.filter(|through| *through > Week::at(now)) {
        return Err(SendError::Future(week));
    }
    let consent = Consent::load(home);
    let rule = Rule::of(&consent);
    if !rule.is_on() {
        // An unreadable consent is for the owner to repair, so it is an error.
        consent?;
        return Ok(Sending::nothing(rule));
    }
    let lock = home.try_lock_sending()?.ok_or(SendError::Busy)?;
    // Read again: it may have changed while another process sent.
    let Some(consent) = Consent::load(home)?.filter(|consent| consent.record) else {
        return Ok(Sending::nothing(Rule::Off));
    };
    let mut executables = Executables::new(home.scans(), scan);
    let closing = close_weeks(home, &consent, &mut executables, now, through, &lock);
    // What waits is sent even if nothing new can be written.
    let delivered = deliver(home, now, &lock)?;
    Ok(Sending { decided_by: rule, closing: closing?, delivered })
}

fn close_weeks(
    home: &Home,
    consent: &Consent,
    executables: &mut Executables,
    now: Timestamp,
    through: Option<Week>,
    lock: &Lock,
) -> Result<Closing, SendError> {
    let spool = Spool::open(&home.spool())?;
    let mut closing = close(home, &spool, consent, executables, now, through, lock)?;
    if let Err(error) = spool.pack(now, lock) {
        closing.remarks.insert(Remark::NotPacked { reason: error.to_string() });
    }
    Ok(closing)
}

/// Packs the spool, if recording is on and nobody else is at it. [`send`] does that too.
///
/// # Errors
/// When a file cannot be read or written; then all that was recorded is still there.
pub fn pack(home: &Home, now: Timestamp) -> Result<(), FileError> {
    if Rule::of(&Consent::load(home)).is_on()
        && let Ok(spool) = Spool::open(&home.spool())
        && let Some(lock) = home.try_lock_sending()?
    {
        spool.pack(now, &lock)?;
    }
    Ok(())
}

/// Sends each report that waits and puts it where it stays.
///
/// # Errors
/// When a file cannot be read or moved, or it cannot be told what the owner allows. What was not
/// sent stays in the outbox.
pub fn deliver(home: &Home, now: Timestamp, _: &Lock) -> Result<Vec<Delivery>, SendError> {
    let outbox = Outbox::of(home);
    let mut delivered = Vec::new();
    let spool = Spool::open(&home.spool()).ok();
    // Then the collector's clock decides.
    let is_doubted = Consent::load(home)?
        .map_or(Ok(None), |consent| clock::doubted(home, spool.as_ref(), &consent, now))?
        .is_some();
    for filed in outbox.list(Place::Outbox)? {
        // Before each request, so that `off` stops a sender that is at work.
        let consent = Consent::load(home)?;
        let collector = consent.iter().flat_map(Consent::allowed).find(|url| is_of(&filed, url));
        let bytes = outbox.read(&filed)?;
        let report = Report::decode(&bytes);
        let sections = report.as_ref().map_or(0, |report| report.sections.len());
        let outcome = match (collector, report) {
            (None, _) => Outcome::refused(WITHDRAWN),
            (_, Err(error)) => Outcome::refused(format!("the file is damaged: {error}")),
            _ if !is_doubted && is_too_old(filed.week, now) => {
                Outcome::refused("it waited so long that no collector takes its week any more")
            }
            (Some(collector), Ok(_)) => post(collector, &bytes),
        };
        match &outcome {
            Outcome::Taken => outbox.settle(&filed, Place::Sent, now, None)?,
            Outcome::Refused { reason } => {
                outbox.settle(&filed, Place::Refused, now, Some(reason.clone()))?;
            }
            Outcome::Kept { .. } => {}
        }
        let (week, collector) = (filed.week, collector.cloned());
        delivered.push(Delivery { week, collector, sections, outcome });
    }
    Ok(delivered)
}

/// Moves what waits for some collectors to where nobody gets it: the owner took back the yes.
///
/// # Errors
/// When a file cannot be moved.
pub fn withdraw(
    home: &Home,
    now: Timestamp,
    is_meant: impl Fn(&Filed) -> bool,
    _: &Lock,
) -> Result<(), FileError> {
    let outbox = Outbox::of(home);
    outbox.clean()?;
    for filed in outbox.list(Place::Outbox)?.into_iter().filter(is_meant) {
        outbox.settle(&filed, Place::Refused, now, Some(WITHDRAWN.to_owned()))?;
    }
    Ok(())
}

/// Whether a report belongs to a collector.
#[must_use]
pub fn is_of(filed: &Filed, collector: &CollectorUrl) -> bool {
    filed.collector == collector.file_stem()
}

/// A client for one collector: bounded in time, and it goes nowhere else, whatever it is told.
#[must_use]
pub fn client(collector: &CollectorUrl) -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(TIMEOUT))
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
    #[derive(Deserialize)]
    struct Refusal {
        error: String,
    }
    let text = body.with_config().limit(MAX_REFUSAL_BYTES).read_to_string().unwrap_or_default();
    let said = serde_json::from_str(&text).map_or_else(
        |_| status.canonical_reason().unwrap_or("no reason given").to_owned(),
        |refusal: Refusal| refusal.error,
    );
    let plain = said.chars().filter(|c| !c.is_control()).take(MAX_REASON_CHARS);
    format!("{}: {}", status.as_u16(), plain.collect::<String>())
}

fn post(collector: &CollectorUrl, report: &[u8]) -> Outcome {
    let request = client(collector).post(collector.reports());
    let mut response = match request.content_type("application/json").send(report) {
        Ok(response) => response,
        Err(error) => return Outcome::Kept { reason: error.to_string() },
    };
    let status = response.status();
    if status.is_success() {
        return Outcome::Taken;
    }
    let reason = refusal(status, response.body_mut());
    match status {
        // These say "later", not "no".
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => Outcome::Kept { reason },
        _ if status.is_client_error() => Outcome::Refused { reason },
        _ => Outcome::Kept { reason },
    }
}

impl Sending {
    /// There was nothing to do.
    pub(crate) fn nothing(decided_by: Rule) -> Self {
        Self { decided_by, closing: Closing::default(), delivered: Vec::new() }
    }
}

impl Outcome {
    fn refused(reason: impl Into<String>) -> Self {
        Self::Refused { reason: reason.into() }
    }
}
