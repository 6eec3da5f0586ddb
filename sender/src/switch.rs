//! On and off: the only two things that change what the owner allowed.

use std::collections::{BTreeMap, BTreeSet};

use headcount_report::{CrateName, Origin, Week};
use jiff::Timestamp;

use crate::cargo_config::{CargoConfig, CargoConfigError, Entry};
use crate::collector::CollectorUrl;
use crate::consent::{Consent, ConsentError};
use crate::deliver::{is_of, withdraw};
use crate::durable::{self, FileError};
use crate::home::Home;
use crate::spool::{Spool, SpoolError};

/// What the owner says with `on`. What is `None` or empty stays as it was.
#[derive(Debug, Clone, Default)]
pub struct Choices {
    /// The only libraries to report; none means all.
    pub only: Option<BTreeSet<CrateName>>,
    /// Libraries never to report.
    pub except: Option<BTreeSet<CrateName>>,
    /// Local libraries to report.
    pub include_local: Option<BTreeSet<CrateName>>,
    /// Where this machine's programs run.
    pub origin: Option<Origin>,
    /// Collectors that get a yes.
    pub send_to: Vec<CollectorUrl>,
    /// Collectors that get a no.
    pub never_send_to: Vec<CollectorUrl>,
    /// Whether to replace a value of `HEADCOUNT_SPOOL` that is not ours.
    pub force: bool,
}

/// Why it could not be switched on, or not wholly off.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SwitchError {
    /// Cargo's configuration could not be changed.
    #[error(transparent)]
    CargoConfig(#[from] CargoConfigError),
    /// It cannot be told what was allowed before.
    #[error(transparent)]
    Consent(#[from] ConsentError),
    /// The spool folder cannot be used.
    #[error(transparent)]
    Spool(#[from] SpoolError),
    /// A file could not be read, written or deleted.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Allows recording, and sending to those collectors that get a yes.
///
/// Returns why what was allowed before could not be read, if the file is broken; then it begins anew.
///
/// # Errors
/// When something stands in the way; then nothing is recorded that was not before, and cargo's
/// configuration is as it was.
pub fn on(
    home: &Home,
    cargo: &CargoConfig,
    choices: Choices,
    now: Timestamp,
) -> Result<Option<ConsentError>, SwitchError> {
    lengths(home)?;
    // What another version wrote is not lost; a broken file has nothing to lose.
    if let Err(error @ ConsentError::Format { .. }) = Consent::load(home) {
        return Err(error.into());
    }
    let before = cargo.entry(&home.spool())?;
    cargo.name(&home.spool(), choices.force)?;
    let allowed = allow(home, choices, now);
    if allowed.is_err() && before == Entry::None {
        // Programs would look for a folder that is not there.
        let _ = cargo.forget(&home.spool());
    }
    allowed
}

/// Writes down what the owner says, and makes the spool.
fn allow(
    home: &Home,
    choices: Choices,
    now: Timestamp,
) -> Result<Option<ConsentError>, SwitchError> {
    let _lock = home.lock_consent()?;
    let (mut consent, lost) = match Consent::load(home) {
        Ok(consent) => (consent.unwrap_or_else(|| Consent::new(now)), None),
        Err(error) => (Consent::new(now), Some(error)),
    };
    if !consent.record {
        (consent.record, consent.since) = (true, now);
    }
    apply(&mut consent, home, choices, now)?;
    consent.save(home)?;
    // Programs record as soon as the folder is there, so it comes last.
    durable::create_folder(&home.spool())?;
    Ok(lost)
}

/// Allows just what an application's reporter was configured with, and makes the spool.
///
/// Off beats on: after `off` nothing is changed, and a collector that the owner refused stays so.
///
/// # Errors
/// When what was allowed before cannot be read, or something cannot be written.
pub fn configure(home: &Home, mut choices: Choices, now: Timestamp) -> Result<(), SwitchError> {
    let _lock = home.lock_consent()?;
    let before = Consent::load(home)?;
    let mut consent = before.clone().unwrap_or_else(|| Consent::new(now));
    if !consent.record {
        return Ok(());
    }
    choices.send_to.retain(|url| !consent.forbids(url));
    consent.keep_yeses(|url| choices.send_to.contains(url));
    apply(&mut consent, home, choices, now)?;
    if before.as_ref() != Some(&consent) {
        consent.save(home)?;
    }
    durable::create_folder(&home.spool())?;
    Ok(())
}

/// Ends recording and sending, and deletes what was recorded and not sent.
///
/// Programs that run stop at once: the folder to which they append is gone. With `delete`,
/// everything else that headcount keeps is deleted too.
///
/// # Errors
/// When something could not be done; all the rest is done nevertheless.
pub fn off(
    home: &Home,
    cargo: &CargoConfig,
    delete: bool,
    now: Timestamp,
) -> Result<(), SwitchError> {
    let spool = durable::remove_folder(&home.spool());
    let scans = durable::remove_folder(&home.scans());
    let cargo = cargo.forget(&home.spool());
    let rest = if home.folder().is_dir() { forbid_all(home, delete, now) } else { Ok(()) };
    spool?;
    scans?;
    cargo?;
    Ok(rest?)
}

/// How long each week's file is by now.
fn lengths(home: &Home) -> Result<BTreeMap<Week, u64>, SwitchError> {
    match Spool::open(&home.spool()) {
        Ok(spool) => Ok(spool.lengths()?),
        Err(SpoolError::Missing(_)) => Ok(BTreeMap::new()),
        Err(error) => Err(error.into()),
    }
}

fn apply(
    consent: &mut Consent,
    home: &Home,
    choices: Choices,
    now: Timestamp,
) -> Result<(), SwitchError> {
    consent.only = choices.only.unwrap_or_else(|| consent.only.clone());
    consent.except = choices.except.unwrap_or_else(|| consent.except.clone());
    consent.include_local = choices.include_local.unwrap_or_else(|| consent.include_local.clone());
    consent.origin = choices.origin.unwrap_or(consent.origin);
    // What waited under an earlier yes must not go out under a new one; nor under a no.
    let is_new = |url: &&CollectorUrl| consent.said_before(url).is_none();
    let ended: Vec<_> =
        choices.send_to.iter().filter(is_new).chain(&choices.never_send_to).cloned().collect();
    if !ended.is_empty() {
        let lock = home.lock_sending()?;
        withdraw(home, now, |filed| ended.iter().any(|url| is_of(filed, url)), &lock)?;
        // Nobody closes or packs a week while its length is taken.
        let lengths = lengths(home)?;
        for url in choices.send_to {
            consent.allow(url, now, &lengths);
        }
    }
    for url in choices.never_send_to {
        consent.forbid(url, now);
    }
    Ok(())
}

fn forbid_all(home: &Home, delete: bool, now: Timestamp) -> Result<(), FileError> {
    let _lock = home.lock_consent()?;
    // A broken file is written anew too; one that never was is not made.
    if let Some(mut consent) = Consent::load(home).unwrap_or_else(|_| Some(Consent::new(now))) {
        consent.withdraw(now);
        consent.save(home)?;
    }
    if delete {
        let _sending = home.lock_sending()?;
        return home.delete();
    }
    // A sender that is at work looks at the consent before each request and withdraws the rest.
    match home.try_lock_sending()? {
        Some(lock) => withdraw(home, now, |_| true, &lock),
        None => Ok(()),
    }
}
