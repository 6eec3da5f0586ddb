//! When a report is due: not every machine's at once, and ever later after failures.
//!
//! Each report has a moment of its own. A weekday that a machine kept would be something by which
//! whoever sees requests could tell that two weeks' reports come from one machine.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use headcount_report::Week;

/// Time after a week over which machines spread their reports about it. The next week's come later.
const SPREAD: SignedDuration = SignedDuration::from_hours(6 * 24);

/// Pause after the first failure. Each that follows doubles it.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_hours(24);

/// Longest pause: some tries are left before no collector takes the week any more.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(4 * 24);

/// By how much of itself a pause may be shorter, so that machines that failed together do not try
/// together. More, and who tries daily would try twice a day.
const JITTER: f64 = 0.25;

/// When a report about a week is to be sent: at a random moment of the days after it.
#[must_use]
pub fn first(week: Week) -> Timestamp {
    let end = week.plus(1).first_day().to_zoned(TimeZone::UTC).map(|end| end.timestamp());
    let end = end.unwrap_or(Timestamp::MIN);
    end.checked_add(SPREAD.mul_f64(random_share())).unwrap_or(end)
}

/// When a report is to be sent again that could not be sent just now; `tries` counts this one.
#[must_use]
pub fn again(tries: u32, now: Timestamp) -> Timestamp {
    let doubled = FIRST_PAUSE * 2_i32.saturating_pow(tries.saturating_sub(1).min(10));
    let pause = doubled.min(LONGEST_PAUSE).mul_f64(1.0 - JITTER * random_share());
    now.checked_add(pause).unwrap_or(now)
}

/// Whether the moment has come. A moment that is further ahead than any pause was set by a clock
/// that has been set back since, and is not waited for.
#[must_use]
pub fn is_due(due: Timestamp, now: Timestamp) -> bool {
    due <= now || due.duration_since(now) > SPREAD.max(LONGEST_PAUSE)
}

/// From 0 up to 1; 0 if the system has no random numbers, which costs nothing but the spread.
fn random_share() -> f64 {
    let random = getrandom::u32().unwrap_or_default();
    f64::from(random) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: &str) -> Timestamp {
        time.parse().unwrap()
    }

    #[test]
    fn machines_spread_over_the_days_after_a_week() {
        let moments: Vec<_> = (0..1000).map(|_| first("2026-W47".parse().unwrap())).collect();
        let (earliest, latest) = (moments.iter().min().unwrap(), moments.iter().max().unwrap());
        assert!(at("2026-11-23T00:00:00Z") <= *earliest && *earliest < at("2026-11-24T00:00:00Z"));
        assert!(at("2026-11-28T00:00:00Z") < *latest && *latest < at("2026-11-29T00:00:00Z"));
    }

    #[test]
    fn pauses_double_up_to_a_limit_and_differ() {
        let now = at("2026-11-23T12:00:00Z");
        for (tries, hours) in [(1, 24), (2, 48), (3, 96), (4, 96), (u32::MAX, 96)] {
            let longest = SignedDuration::from_hours(hours);
            let pauses: Vec<_> = (0..100).map(|_| again(tries, now).duration_since(now)).collect();
            assert!(pauses.iter().all(|pause| *pause <= longest && *pause > longest * 3 / 4));
            assert_ne!(pauses.iter().min(), pauses.iter().max());
        }
    }

    #[test]
    fn what_a_wrong_clock_set_is_not_waited_for() {
        let now = at("2026-11-23T12:00:00Z");
        for (due, expect) in [
            ("2026-11-23T12:00:00Z", true),
            ("2026-11-23T12:00:01Z", false),
            ("2026-11-29T11:00:00Z", false),
            ("2027-11-23T12:00:00Z", true),
        ] {
            assert_eq!(is_due(at(due), now), expect, "{due}");
        }
    }
}
