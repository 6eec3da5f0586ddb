//! Weeks along the bottom, shares up the side.

use headcount_report::Week;
use headcount_report::figure::percent;
use maud::{Markup, html};

use super::{WIDTH, at};

/// The part of a chart that holds data, and what it measures there.
pub(super) struct Axes {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
    first: Week,
    /// Weeks, the first and the last included.
    count: i32,
    scale: f64,
    step: f64,
}

impl Axes {
    /// Axes for these weeks, and shares from 0 to at least `scale`. `right_margin` holds labels.
    pub(super) fn new(
        (first, last): (Week, Week),
        scale: f64,
        height: f64,
        right_margin: f64,
    ) -> Self {
        Self {
            left: 48.0,
            right: WIDTH - right_margin,
            top: 14.0,
            bottom: height - 26.0,
            first,
            count: first.until(last).max(0) + 1,
            scale: round_up(scale),
            step: step(scale),
        }
    }

    /// The middle of a week.
    pub(super) fn x(&self, week: Week) -> f64 {
        self.edge(self.first.until(week)) + self.week_width() / 2.0
    }

    /// Where the week begins that is so many after the first.
    pub(super) fn edge(&self, week: i32) -> f64 {
        self.left + self.week_width() * f64::from(week)
    }

    /// Where a share is.
    pub(super) fn y(&self, share: f64) -> f64 {
        self.bottom - (self.bottom - self.top) * (share / self.scale).clamp(0.0, 1.0)
    }

    /// How many weeks after the first.
    pub(super) fn place(&self, week: Week) -> i32 {
        self.first.until(week)
    }

    fn week_width(&self) -> f64 {
        (self.right - self.left) / f64::from(self.count)
    }

    /// The lines of the round shares, labelled.
    pub(super) fn grid(&self) -> Markup {
        let lines = (0u8..).map(|line| f64::from(line) * self.step);
        html! {
            @for share in lines.take_while(|share| *share <= self.scale * 1.001) {
                @let y = self.y(share);
                g data-axis="y" data-value=(share) {
                    line.grid x1=(at(self.left)) x2=(at(self.right)) y1=(at(y)) y2=(at(y)) {}
                    text.tick x=(at(self.left - 6.0)) y=(at(y + 4.0)) text-anchor="end" { (percent(share)) }
                }
            }
        }
    }

    /// The last week and every so many before it, labelled; with its year where that begins.
    pub(super) fn weeks(&self) -> Markup {
        let every = (self.count + 3) / 4;
        let weeks = (0..self.count).rev().step_by(usize::try_from(every).unwrap_or(1));
        let labels: Vec<Week> = weeks.map(|place| self.first.plus(place)).collect();
        html! {
            @for (at_label, week) in labels.iter().enumerate() {
                text.tick x=(at(self.x(*week))) y=(at(self.bottom + 18.0)) text-anchor="middle" {
                    (label(*week, labels.get(at_label + 1).copied(), every > 12))
                }
            }
        }
    }
}

/// `W47`; with its year where the label before it is of another, or where labels are far apart.
fn label(week: Week, before: Option<Week>, is_far: bool) -> String {
    let text = week.to_string();
    let (year, number) = text.split_once('-').unwrap_or((&text, ""));
    let is_new = before.is_some_and(|before| !before.to_string().starts_with(year));
    if is_far || is_new { format!("{number} ’{}", &year[2..]) } else { number.to_owned() }
}

/// The end of a scale that holds a share: a round one.
pub(in crate::page) fn round_up(share: f64) -> f64 {
    let step = step(share);
    ((share / step).ceil() * step).min(1.0)
}

/// The distance of grid lines: 1, 2 or 5 times a power of ten, for about four of them.
fn step(scale: f64) -> f64 {
    let rough = (scale / 4.0).max(1e-6);
    let power = 10f64.powf(rough.log10().floor());
    let factor = [1.0, 2.0, 2.5, 5.0].into_iter().find(|factor| factor * power >= rough * 0.999);
    factor.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grid_lines_are_round_and_few() {
        let week: Week = "2026-W47".parse().unwrap();
        for scale in [0.0004, 0.012, 0.015, 0.08, 0.1, 0.27, 0.6, 0.99, 1.0] {
            let axes = Axes::new((week, week), scale, 200.0, 10.0);
            let lines = (axes.scale / axes.step).round();
            assert!((2.0..=5.0).contains(&lines), "{lines} lines to {scale}");
            assert!(axes.scale >= scale && axes.scale <= 1.0, "{} for {scale}", axes.scale);
        }
    }

    #[test]
    fn weeks_lie_in_order_within_the_frame() {
        let running: Week = "2027-W02".parse().unwrap();
        let axes = Axes::new((running.plus(-20), running), 0.5, 200.0, 10.0);
        let places: Vec<f64> = (0..=20).map(|week| axes.x(running.plus(week - 20))).collect();
        assert!(places.is_sorted_by(|a, b| a < b), "{places:?}");
        assert!(places[0] > axes.left && places[20] < axes.right, "{places:?}");
    }
}
