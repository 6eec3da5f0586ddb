//! `send`: closes finished weeks and sends what waits, if the owner allowed it.

use headcount_report::Week;
use jiff::Timestamp;
use serde::Serialize;

use crate::close::{CloseError, Closing, close};
use crate::consent::{Consent, ConsentError};
use crate::courier::Courier;
use crate::deliver::{Delivery, Which, deliver};
use crate::durable::FileError;
use crate::executables::{Executables, Scanner};
use crate::home::{Home, Lock};
use crate::log::Log;
use crate::remark::Remark;
use crate::rule::Rule;
use crate::spool::{Spool, SpoolError};

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
    which: Which,
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
    let delivered = deliver(home, now, which, &mut Courier::default(), &lock)?;
    let sending = Sending { decided_by: rule, closing: closing?, delivered };
    // Nothing is decided by the log, so that it cannot be written stops nothing.
    let _ = Log::of(home).add(now, sending.sentences(), &lock);
    Ok(sending)
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
        let reason = format!("{error}: {}", error.source);
        closing.remarks.insert(Remark::NotPacked { reason });
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

impl Sending {
    /// What happened, for the log.
    fn sentences(&self) -> impl Iterator<Item = String> {
        let remarks = self.closing.remarks.iter().map(Remark::to_string);
        remarks.chain(self.delivered.iter().map(Delivery::to_string))
    }

    /// There was nothing to do.
    pub(crate) fn nothing(decided_by: Rule) -> Self {
        Self { decided_by, closing: Closing::default(), delivered: Vec::new() }
    }
}
