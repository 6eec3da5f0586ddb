//! Whether a share changes over the weeks, or only wavers.

use headcount_report::Week;
use serde::Serialize;
use statrs::distribution::{ContinuousCDF, Normal};

use super::share::float;

/// A change is named when chance alone shows one this rarely.
const SIGNIFICANCE: f64 = 0.05;

/// Fewest sections on either side, with and without, for the normal approximation.
const FEWEST: u64 = 5;

/// Where a share is going.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Trend {
    /// In a word.
    pub kind: TrendKind,
    /// The chance of such a change, or a stronger one, where there is none.
    pub p_value: f64,
    /// The first of its weeks.
    pub from: Week,
    /// The last.
    pub to: Week,
}

/// Where a share is going, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TrendKind {
    /// Down.
    Falling,
    /// Up.
    Rising,
    /// Nowhere, or it cannot be told.
    NoClearChange,
}

/// One week's `count` of `n` sections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WeekCount {
    /// The week.
    pub week: Week,
    /// Sections that have it.
    pub count: u64,
    /// Out of these.
    pub n: u64,
}

impl Trend {
    /// Tests for a change over some weeks, oldest first; none for fewer than two.
    ///
    /// The statistic is that of W. G. Cochran, *Some methods for strengthening the common χ² tests*,
    /// Biometrics 10 (1954), 417-451, and P. Armitage, *Tests for linear trends in proportions and
    /// frequencies*, Biometrics 11 (1955), 375-386. Its variance is not theirs: they take the weeks
    /// for independent, and here the same machines report again and again. Early weeks that err
    /// together look like a trend. How strongly they hang together is not known, since nothing ties
    /// two sections of a machine together; so the weeks before the middle are taken to err as one,
    /// those after it too, and the two not to cancel. No positive correlation gives a larger
    /// variance (Cauchy and Schwarz), so the test is wrong at most as often as it says.
    #[must_use]
    pub fn of(weeks: &[WeekCount]) -> Option<Self> {
        let (first, last) = (weeks.first()?.week, weeks.last()?.week);
        let (count, n): (u64, u64) =
            weeks.iter().fold((0, 0), |(count, n), week| (count + week.count, n + week.n));
        if first == last || n == 0 {
            return None;
        }
        let mut trend =
            Self { kind: TrendKind::NoClearChange, p_value: 1.0, from: first, to: last };
        if count.min(n.saturating_sub(count)) < FEWEST {
            return Some(trend);
        }
        let z = statistic(weeks, first, float(count) / float(n), float(n));
        let normal = Normal::standard();
        trend.p_value = (2.0 * normal.cdf(-z.abs())).min(1.0);
        if trend.p_value < SIGNIFICANCE {
            trend.kind = if z < 0.0 { TrendKind::Falling } else { TrendKind::Rising };
        }
        Some(trend)
    }
}

/// The weeks' counts weighed by how far each week is from the middle, in standard errors.
fn statistic(weeks: &[WeekCount], first: Week, share: f64, n: f64) -> f64 {
    let time = |week: &WeekCount| f64::from(first.until(week.week));
    let middle = weeks.iter().map(|week| float(week.n) * time(week)).sum::<f64>() / n;
    let (mut sum, mut before, mut after) = (0.0, 0.0, 0.0);
    for week in weeks {
        let weight = time(week) - middle;
        sum += weight * (float(week.count) - float(week.n) * share);
        let error = weight.abs() * (float(week.n) * share * (1.0 - share)).sqrt();
        if weight < 0.0 { before += error } else { after += error }
    }
    let error = f64::hypot(before, after);
    if error > 0.0 { sum / error } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trend(counts: &[(u64, u64)]) -> Option<(TrendKind, f64)> {
        let first: Week = "2026-W01".parse().unwrap();
        let week = |(after, (count, n)): (i32, &(u64, u64))| WeekCount {
            week: first.plus(after),
            count: *count,
            n: *n,
        };
        let weeks: Vec<_> = (0..).zip(counts).map(week).collect();
        Trend::of(&weeks).map(|trend| (trend.kind, trend.p_value))
    }

    #[test]
    fn a_change_is_told_from_wavering() {
        let kind = |counts: &[(u64, u64)]| trend(counts).map(|(kind, _)| kind);
        assert_eq!(kind(&[]), None);
        assert_eq!(kind(&[(3, 400)]), None);
        assert_eq!(kind(&[(0, 400), (0, 400)]), Some(TrendKind::NoClearChange));
        assert_eq!(kind(&[(40, 400), (9, 400)]), Some(TrendKind::Falling));
        assert_eq!(kind(&[(9, 400), (40, 400)]), Some(TrendKind::Rising));
        assert_eq!(kind(&[(40, 400), (38, 400), (43, 400)]), Some(TrendKind::NoClearChange));
        // A share that falls while the number of sections grows is falling.
        assert_eq!(kind(&[(40, 400), (60, 1_200), (40, 4_000)]), Some(TrendKind::Falling));
    }

    /// How many of 200 half-years are named falling or rising: in each, 300 machines that keep their
    /// habit for some ten weeks, and a part of new ones with the habit that goes from `first` to `last`.
    fn named(first: f64, last: f64) -> usize {
        let mut random = fastrand::Rng::with_seed(1);
        let half_years = (0..200).map(|_| {
            let mut machines: Vec<bool> = (0..300).map(|_| random.f64() < first).collect();
            let counts = (0..26).map(|week| {
                let share = first + (last - first) * f64::from(week) / 25.0;
                for uses in &mut machines {
                    if random.f64() < 0.1 {
                        *uses = random.f64() < share;
                    }
                }
                (machines.iter().filter(|uses| **uses).count() as u64, 300)
            });
            trend(&counts.collect::<Vec<_>>())
        });
        half_years.flatten().filter(|(kind, _)| *kind != TrendKind::NoClearChange).count()
    }

    /// With independent weeks, as Cochran and Armitage have them, two of five would be named.
    #[test]
    fn machines_that_stay_make_no_trend() {
        let wrong = named(0.1, 0.1);
        assert!(wrong <= 10, "{wrong} of 200");
        let right = named(0.2, 0.05);
        assert!(right >= 140, "{right} of 200");
    }

    #[test]
    fn of_two_weeks_it_is_the_test_of_two_shares() {
        // z² = (0.1 - 0.05)² / (0.075 · 0.925 · 2 / 400)
        let (_, p) = trend(&[(40, 400), (20, 400)]).unwrap();
        assert!((p - 0.007_261).abs() < 1e-5, "{p}");
    }
}
