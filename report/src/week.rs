//! The ISO week, in UTC: headcount's only unit of time.

use std::fmt;
use std::str::FromStr;

use jiff::Span;
use jiff::Timestamp;
use jiff::civil::{Date, ISOWeekDate, Weekday};
use jiff::tz::TimeZone;

use crate::serde_as_text;

/// An ISO week, written `2026-W47`. It begins on Monday, 00:00 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Week {
    monday: Date,
}

/// A text that is no ISO week.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an ISO week (such as 2026-W47)")]
pub struct WeekError(String);

impl Week {
    /// The week that contains a day.
    #[must_use]
    pub fn containing(day: Date) -> Self {
        let back = i64::from(day.weekday().to_monday_zero_offset());
        Self { monday: day.saturating_sub(Span::new().days(back)) }
    }

    /// The week that contains a moment, in UTC.
    #[must_use]
    pub fn at(moment: Timestamp) -> Self {
        Self::containing(moment.to_zoned(TimeZone::UTC).date())
    }

    /// The Monday on which the week begins.
    #[must_use]
    pub fn first_day(self) -> Date {
        self.monday
    }

    /// The Sunday on which it ends.
    #[must_use]
    pub fn last_day(self) -> Date {
        self.monday.saturating_add(Span::new().days(6))
    }

    /// The week `count` weeks later, or earlier if `count` is negative.
    #[must_use]
    pub fn plus(self, count: i32) -> Self {
        Self { monday: self.monday.saturating_add(Span::new().weeks(count)) }
    }

    /// How many weeks later `other` is; negative if it is earlier.
    #[must_use]
    pub fn until(self, other: Self) -> i32 {
        (other.monday - self.monday).get_days() / 7
    }
}

impl fmt::Display for Week {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = self.monday.iso_week_date();
        f.pad(&format!("{:04}-W{:02}", date.year(), date.week()))
    }
}

impl FromStr for Week {
    type Err = WeekError;

    fn from_str(text: &str) -> Result<Self, WeekError> {
        let parse = || {
            let (year, week) = text.split_once("-W")?;
            let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
            if year.len() != 4 || week.len() != 2 || !digits(year) || !digits(week) {
                return None;
            }
            ISOWeekDate::new(year.parse().ok()?, week.parse().ok()?, Weekday::Monday).ok()
        };
        let monday = parse().ok_or_else(|| WeekError(text.chars().take(40).collect()))?;
        Ok(Self { monday: monday.date() })
    }
}

serde_as_text!(Week);

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(day: &str, week: &str) {
        let day: Date = day.parse().unwrap();
        assert_eq!(Week::containing(day).to_string(), week);
        assert_eq!(week.parse::<Week>().unwrap(), Week::containing(day));
    }

    #[test]
    fn iso_weeks() {
        check("2026-11-22", "2026-W47");
        check("2026-11-23", "2026-W48");
        check("2026-01-01", "2026-W01");
        check("2027-01-03", "2026-W53");
        check("2024-12-30", "2025-W01");
    }

    #[test]
    fn refused() {
        for text in
            ["", "2026-47", "2026-W00", "2026-W54", "2025-W53", "26-W01", "2026-W1", "2026-W+1"]
        {
            assert!(text.parse::<Week>().is_err(), "`{text}` was accepted");
        }
    }

    #[test]
    fn arithmetic() {
        let week: Week = "2026-W53".parse().unwrap();
        assert_eq!(week.plus(1).to_string(), "2027-W01");
        assert_eq!(week.plus(1).plus(-1), week);
        assert_eq!((week.until(week.plus(60)), week.plus(60).until(week)), (60, -60));
        assert!(week < week.plus(1));
    }
}
