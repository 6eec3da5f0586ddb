//! Whether this machine's clock can be believed.

use headcount_report::Week;
use jiff::Timestamp;

use crate::close::is_too_old;
use crate::consent::{Answer, Consent};
use crate::durable::FileError;
use crate::home::Home;
use crate::outbox::{Outbox, Place};
use crate::spool::Spool;

/// The newest week of which anything here knows, if by the clock even that one is too old to be sent.
///
/// Then either nothing was recorded for more than a month, or the clock runs ahead. Who deleted weeks
/// now would lose, in the second case, what nobody has sent yet.
///
/// # Errors
/// When a folder cannot be listed.
pub fn doubted(
    home: &Home,
    spool: Option<&Spool>,
    consent: &Consent,
    now: Timestamp,
) -> Result<Option<Week>, FileError> {
    let mut weeks = spool.map(Spool::weeks).transpose()?.unwrap_or_default();
    weeks.insert(Week::at(consent.since));
    weeks.extend(consent.collectors.values().map(|answer| match answer {
        Answer::Yes { since, .. } | Answer::No { since } => Week::at(*since),
    }));
    let outbox = Outbox::of(home);
    for place in [Place::Outbox, Place::Sent, Place::Refused] {
        let abouts = outbox.list(place)?;
        let closed = abouts.iter().filter_map(|filed| outbox.about(filed));
        weeks.extend(closed.map(|about| Week::at(about.closed)));
    }
    Ok(weeks.last().copied().filter(|newest| is_too_old(*newest, now)))
}
