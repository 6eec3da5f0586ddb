//! Figures as text, as a collector's own pages write them.

use headcount_report::figure::{percent, percent_at_least, percent_at_most};
use serde::Deserialize;

/// Under these, a percentage would look surer than it is. A collector's pages draw the same line.
const FEW_SECTIONS: u64 = 20;

/// Most weeks in a row of bars.
const MAX_BARS: usize = 12;

/// A week of which nothing is known, among bars; a share that is not known, in a table.
pub(super) const UNKNOWN: char = '-';

/// Letters of a bar that says all.
const GAUGE: u32 = 20;

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A share with its interval.
#[derive(Deserialize)]
pub(super) struct Estimate {
    count: u64,
    pub(super) share: f64,
    low: f64,
    high: f64,
}

/// A share of scanned sections.
#[derive(Deserialize)]
pub(super) struct LinkedEstimate {
    pub(super) n: u64,
    #[serde(flatten)]
    pub(super) share: Estimate,
}

/// One week of a site.
#[derive(Deserialize)]
pub(super) struct Point {
    n: u64,
    /// Absent where too few sections stand behind it.
    called: Option<u64>,
}

/// A share of n sections: `3 of 19`, `2.2 % (1.2–4.1)`.
pub(super) fn share(share: Option<&Estimate>, n: u64) -> String {
    match share {
        None => UNKNOWN.to_string(),
        Some(Estimate { count, .. }) if is_few(n) => format!("{count} of {n}"),
        Some(Estimate { share, low, high, .. }) => {
            let low = percent_at_least(*low).replace(" %", "");
            let high = percent_at_most(*high).replace(" %", "");
            format!("{} ({low}–{high})", percent(*share))
        }
    }
}

/// Whether these are too few sections for a percentage.
pub(super) fn is_few(n: u64) -> bool {
    n < FEW_SECTIONS
}

/// The last weeks as bars, up to the highest of them; `None` where fewer than two are known.
pub(super) fn trend(series: &[Point]) -> Option<String> {
    let last = &series[series.len().saturating_sub(MAX_BARS)..];
    let shares: Vec<_> = last.iter().map(Point::share).collect();
    let highest = shares.iter().flatten().copied().fold(0.0, f64::max);
    let is_known = shares.iter().flatten().count() > 1;
    is_known
        .then(|| shares.iter().map(|share| share.map_or(UNKNOWN, |it| bar(it, highest))).collect())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "both shares are from 0 to 1, and the first is not above the second"
)]
fn bar(share: f64, highest: f64) -> char {
    if highest == 0.0 { BARS[0] } else { BARS[(share / highest * 7.0).round() as usize] }
}

/// A share as a bar of up to [`GAUGE`] letters; what is more than nothing shows.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share is from 0 to 1"
)]
pub(super) fn gauge(share: f64) -> String {
    let eighths = (share.clamp(0.0, 1.0) * f64::from(GAUGE) * 8.0).ceil() as usize;
    let rest = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8];
    "█".repeat(eighths / 8) + rest
}

impl Point {
    #[expect(clippy::cast_precision_loss, reason = "bars are an eighth of a line high")]
    fn share(&self) -> Option<f64> {
        (self.n > 0).then_some(())?;
        Some(self.called? as f64 / self.n as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_sections_have_no_percentage() {
        let half = Estimate { count: 9, share: 0.5, low: 0.291, high: 0.709 };
        assert_eq!(share(Some(&half), 19), "9 of 19");
        assert_eq!(share(Some(&half), 20), "50 % (29–71)");
        assert_eq!(share(None, 20), "-");
    }

    #[test]
    fn a_gauge_is_as_long_as_its_share() {
        assert_eq!([0.0, 0.001, 0.05, 0.07, 1.0].map(gauge), ["", "▏", "█", "█▌", &"█".repeat(20)]);
    }

    #[test]
    fn a_trend_is_drawn_from_two_weeks_on() {
        let trend = |called: &[Option<u64>]| {
            let point = |called: &Option<u64>| Point { n: 400, called: *called };
            trend(&called.iter().map(point).collect::<Vec<_>>())
        };
        assert_eq!(trend(&[None, Some(4)]), None);
        assert_eq!(trend(&[Some(0), Some(0)]).unwrap(), "▁▁");
        assert_eq!(trend(&[Some(40), None, Some(20), Some(0), Some(1)]).unwrap(), "█-▅▁▁");
        assert_eq!(trend(&[Some(40); 26]).unwrap().chars().count(), MAX_BARS);
    }
}
