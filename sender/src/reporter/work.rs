//! What a reporter's thread does, again and again.

use std::time::{Duration, Instant};

use headcount_report::Week;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use nix::sys::signal::SigSet;

use super::ReporterError;
use super::alarm::Alarm;
use super::speaker::Speaker;
use crate::consent::Consent;
use crate::deliver::Which;
use crate::home::Home;
use crate::rule::Rule;
use crate::scan;
use crate::send::{SendError, Sending, send};
use crate::spool::Spool;
use crate::switch::{self, Choices};

/// Time between two looks at the counters: so much is lost at most when the process is killed.
const BETWEEN_LOOKS: Duration = Duration::from_mins(10);

/// Time between two attempts to send. Processes start at different times, so they do not all send
/// when a week begins.
const BETWEEN_SENDS: Duration = Duration::from_hours(24);

/// The work of one reporter.
#[derive(Debug)]
pub(super) struct Work {
    home: Home,
    choices: Choices,
    speaker: Speaker,
}

impl Work {
    pub(super) fn new(home: Home, choices: Choices, speaker: Speaker) -> Self {
        Self { home, choices, speaker }
    }

    /// Looks and sends until the reporter is dropped.
    pub(super) fn run(&mut self, alarm: &Alarm) {
        // The program's handlers run on its own threads; and a write past a limit on the size of
        // files, which would end the program by a signal, fails like any other.
        let _ = SigSet::all().thread_block();
        let mut next_send = Instant::now();
        while !alarm.is_stopped() {
            let is_on = self.look(alarm, Speaker::speak);
            if is_on && Instant::now() >= next_send && !alarm.is_stopped() {
                self.send(alarm);
                next_send = Instant::now() + BETWEEN_SENDS;
            }
            alarm.wait(until_next_look(Timestamp::now()));
        }
        self.look(alarm, Speaker::finish);
    }

    /// Writes down what rose, if that is allowed; says whether it is.
    fn look(
        &mut self,
        alarm: &Alarm,
        speak: fn(&mut Speaker, &Spool, Timestamp) -> Result<(), ReporterError>,
    ) -> bool {
        let now = Timestamp::now();
        let decided = self.decide(now);
        let is_on = decided.as_ref().is_ok_and(Rule::is_on);
        let decided_by = decided.as_ref().ok().cloned();
        let spoken = decided.and_then(|_| {
            if is_on {
                return speak(&mut self.speaker, &Spool::open(&self.home.spool())?, now);
            }
            self.speaker.forget();
            Ok(())
        });
        alarm.update(|state| state.decided_by = decided_by);
        match spoken {
            Ok(()) => alarm.update(|state| state.error = None),
            Err(error) => alarm.fail(error),
        }
        is_on
    }

    /// Which rule decides. Only if it may be "on", anything is touched.
    fn decide(&mut self, now: Timestamp) -> Result<Rule, ReporterError> {
        if let Some(refusal) = Rule::refusal() {
            return Ok(refusal);
        }
        if !self.home.folder().is_dir() {
            self.speaker.forget();
            return Err(ReporterError::NoFolder(self.home.folder().to_owned()));
        }
        switch::configure(&self.home, self.choices.clone(), now)?;
        Ok(Rule::of(&Consent::load(&self.home)))
    }

    /// Closes weeks and sends what waits, unless another process is at it.
    fn send(&self, alarm: &Alarm) {
        let sending = match send(&self.home, Timestamp::now(), None, Which::Due, scan::file) {
            Err(SendError::Busy) => Ok(Sending::nothing(Rule::On)),
            sending => sending,
        };
        match sending {
            Ok(sending) => alarm.update(|state| state.sending = Some(sending)),
            Err(error) => alarm.fail(error.into()),
        }
    }
}

/// To the end of the week at most: what was hit before it belongs to it.
fn until_next_look(now: Timestamp) -> Duration {
    let next_week = Week::at(now).plus(1).first_day().to_zoned(TimeZone::UTC);
    let left = next_week.ok().and_then(|end| end.timestamp().duration_since(now).try_into().ok());
    left.unwrap_or(BETWEEN_LOOKS).min(BETWEEN_LOOKS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(now: &str, expect: Duration) {
        assert_eq!(until_next_look(now.parse().unwrap()), expect);
    }

    #[test]
    fn a_week_does_not_end_between_two_looks() {
        check("2026-11-22T12:00:00Z", BETWEEN_LOOKS);
        check("2026-11-22T23:50:00Z", BETWEEN_LOOKS);
        check("2026-11-22T23:59:58.5Z", Duration::from_millis(1_500));
        check("2026-11-23T00:00:00Z", BETWEEN_LOOKS);
    }
}
