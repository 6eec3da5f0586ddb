//! When a version came out, and who has it by when.

/// Versions of one thing, oldest first, each with the week of the simulated year in which it came
/// out: negative before the year.
pub(crate) type Releases = [(&'static str, i32)];

/// How soon somebody follows releases.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Pace {
    /// So many weeks behind.
    Behind(f64),
    /// Stays with what there was in this week.
    StoppedIn(f64),
}

impl Pace {
    /// The place among `releases` of the version that one of this pace has in a week; the oldest if
    /// it came too late for that.
    pub(crate) fn version(self, releases: &Releases, week: i32) -> usize {
        let reached = match self {
            Self::Behind(weeks) => f64::from(week) - weeks,
            Self::StoppedIn(stop) => stop.min(f64::from(week)),
        };
        releases.iter().rposition(|(_, out)| f64::from(*out) <= reached).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RELEASES: &Releases = &[("1.0.0", -10), ("1.1.0", 5), ("2.0.0", 20)];

    #[track_caller]
    fn check(pace: Pace, week: i32, version: &str) {
        assert_eq!(RELEASES[pace.version(RELEASES, week)].0, version);
    }

    #[test]
    fn versions_arrive_when_one_of_that_pace_takes_them() {
        check(Pace::Behind(0.0), 4, "1.0.0");
        check(Pace::Behind(0.0), 5, "1.1.0");
        check(Pace::Behind(3.5), 8, "1.0.0");
        check(Pace::Behind(3.5), 9, "1.1.0");
        check(Pace::StoppedIn(7.0), 51, "1.1.0");
        check(Pace::StoppedIn(-30.0), 51, "1.0.0");
    }
}
