//! The ISO week of a moment, in UTC.

const SECONDS_PER_DAY: i64 = 86_400;

/// An ISO week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Week {
    pub(super) year: i64,
    pub(super) week: i64,
}

impl Week {
    /// The week of a moment, given in seconds since 1970. Moments before that count as 1970.
    pub(super) fn at(seconds: i64) -> Self {
        let day = seconds.max(0) / SECONDS_PER_DAY;
        // 1 January 1970 was a Thursday; a week belongs to the year of its Thursday.
        let thursday = day - (day + 3) % 7 + 3;
        let mut year = 1970 + thursday / 365;
        while first_day(year) > thursday {
            year -= 1;
        }
        Self { year, week: (thursday - first_day(year)) / 7 + 1 }
    }
}

/// 1 January of a year of the Gregorian calendar, in days since 1970.
fn first_day(year: i64) -> i64 {
    let leap_days_before = |year: i64| (year - 1) / 4 - (year - 1) / 100 + (year - 1) / 400;
    (year - 1970) * 365 + leap_days_before(year) - leap_days_before(1970)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(seconds: i64, year: i64, week: i64) {
        assert_eq!(Week::at(seconds), Week { year, week });
    }

    #[test]
    fn weeks() {
        check(-1, 1970, 1);
        check(0, 1970, 1);
        check(1_795_305_600, 2026, 47); // 2026-11-22, a Sunday
        check(1_795_392_000, 2026, 48); // the Monday behind it
        check(1_735_516_800, 2025, 1); // 2024-12-30
        check(1_798_934_400, 2026, 53); // 2027-01-03
    }
}
