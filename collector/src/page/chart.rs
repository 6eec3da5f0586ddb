//! SVG, drawn by hand. Colours are the style sheet's; every chart has a table beside it.

use headcount_report::Week;
use maud::{Markup, html};

use crate::answer::removal::Point;
use crate::answer::share::Share;
use crate::answer::text::percent;

/// Size of the burn-down in its own units. Narrow enough that its text is legible on a phone.
const WIDTH: f64 = 420.0;
const HEIGHT: f64 = 220.0;

/// The part of it that holds data.
const LEFT: f64 = 42.0;
const RIGHT: f64 = WIDTH - 10.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = HEIGHT - 26.0;

/// A burn-down shows at least these weeks, so that its first week looks like a beginning.
const LEAST_WEEKS: i32 = 12;

/// A share on a scale from 0 to `scale`: its interval, its estimate, and a threshold if there is
/// one.
pub(super) fn interval(share: &Share, scale: f64, threshold: Option<f64>) -> Markup {
    let x = |value: f64| 4.0 + 192.0 * (value / scale).min(1.0);
    let width = (x(share.high) - x(share.low)).max(2.0);
    html! {
        svg.interval viewBox="0 0 200 16" preserveAspectRatio="none" aria-hidden="true" {
            line.track x1="4" y1="8" x2="196" y2="8" {}
            rect.range x=(at(x(share.low))) y="4" width=(at(width)) height="8" rx="2" ry="4" {}
            @if let Some(threshold) = threshold {
                line.threshold x1=(at(x(threshold))) y1="0" x2=(at(x(threshold))) y2="16" {}
            }
            line.estimate x1=(at(x(share.share))) y1="1" x2=(at(x(share.share))) y2="15" {}
        }
    }
}

/// The share that called a site, week by week, with intervals and the threshold.
///
/// Weeks after `last_full` are still filling: their dots are hollow.
pub(super) fn burn_down(
    name: &str,
    points: &[Point],
    running: Week,
    last_full: Option<Week>,
    threshold: f64,
) -> Markup {
    let is_filling = |week: Week| last_full.is_some_and(|last| week > last);
    let shares: Vec<(Week, Share)> = points
        .iter()
        .filter_map(|point| Some((point.week, Share::of(point.called?, point.n)?)))
        .collect();
    // A week with few sections so far would squeeze all others into the lowest line.
    let full = shares.iter().filter(|(week, _)| !is_filling(*week));
    let top = full.map(|(_, share)| share.high).fold(threshold * 1.5, f64::max);
    let axes = Axes::new(points, running, top);
    let summary = summary(name, &shares);
    html! {
        svg.chart viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-label=(summary) {
            (grid(&axes))
            (weeks(&axes))
            line.threshold x1=(at(LEFT)) x2=(at(RIGHT)) y1=(at(axes.y(threshold))) y2=(at(axes.y(threshold))) {}
            @for point in points.iter().filter(|point| point.called.is_none()) {
                circle.unpublished cx=(at(axes.x(point.week))) cy=(at(BOTTOM)) r="3" {}
            }
            polyline.line points=(path(&axes, &shares)) {}
            @for (week, share) in &shares { (mark(&axes, *week, share, is_filling(*week))) }
        }
    }
}

/// The end of a scale that holds a share: a round one.
pub(super) fn round_up(share: f64) -> f64 {
    let step = step(share);
    ((share / step).ceil() * step).min(1.0)
}

/// Where a week and a share are on the chart.
struct Axes {
    first: Week,
    count: i32,
    top: f64,
    step: f64,
}

impl Axes {
    fn new(points: &[Point], running: Week, top: f64) -> Self {
        let first = points.first().map_or(running, |point| point.week);
        let first = first.min(running.plus(1 - LEAST_WEEKS));
        let count = weeks_between(first, running) + 1;
        let step = step(top);
        Self { first, count, top: round_up(top), step }
    }

    fn x(&self, week: Week) -> f64 {
        let place = f64::from(weeks_between(self.first, week)) + 0.5;
        LEFT + (RIGHT - LEFT) * place / f64::from(self.count)
    }

    fn y(&self, share: f64) -> f64 {
        BOTTOM - (BOTTOM - TOP) * (share / self.top).min(1.0)
    }
}

fn weeks_between(first: Week, last: Week) -> i32 {
    let hours = last.first_day().duration_since(first.first_day()).as_hours();
    i32::try_from(hours / (7 * 24)).unwrap_or(i32::MAX - 1)
}

/// The distance of grid lines: 1, 2 or 5 times a power of ten, for about four of them.
fn step(top: f64) -> f64 {
    let rough = (top / 4.0).max(1e-6);
    let power = 10f64.powf(rough.log10().floor());
    let factor = [1.0, 2.0, 2.5, 5.0].into_iter().find(|factor| factor * power >= rough * 0.999);
    factor.unwrap_or(10.0) * power
}

fn grid(axes: &Axes) -> Markup {
    let lines = (0u8..).map(|line| f64::from(line) * axes.step);
    html! {
        @for share in lines.take_while(|share| *share <= axes.top * 1.001) {
            line.grid x1=(at(LEFT)) x2=(at(RIGHT)) y1=(at(axes.y(share))) y2=(at(axes.y(share))) {}
            text.tick x=(at(LEFT - 6.0)) y=(at(axes.y(share) + 4.0)) text-anchor="end" {
                (percent(share))
            }
        }
    }
}

fn weeks(axes: &Axes) -> Markup {
    // The last week is labelled, and every so many before it.
    let every = (axes.count + 3) / 4;
    html! {
        @for back in (0..axes.count).step_by(usize::try_from(every).unwrap_or(1)) {
            @let week = axes.first.plus(axes.count - 1 - back);
            text.tick x=(at(axes.x(week))) y=(at(BOTTOM + 18.0)) text-anchor="middle" {
                (week.to_string().split_once('-').map_or("", |(_, week)| week))
            }
        }
    }
}

fn path(axes: &Axes, shares: &[(Week, Share)]) -> String {
    let point = |(week, share): &(Week, Share)| {
        format!("{},{}", at(axes.x(*week)), at(axes.y(share.share)))
    };
    shares.iter().map(point).collect::<Vec<_>>().join(" ")
}

fn mark(axes: &Axes, week: Week, share: &Share, is_filling: bool) -> Markup {
    let x = axes.x(week);
    let (high, low) = (axes.y(share.high), axes.y(share.low));
    html! {
        rect.range x=(at(x - 4.0)) y=(at(high)) width="8" height=(at((low - high).max(2.0))) rx="4" {}
        circle.dot.filling[is_filling] cx=(at(x)) cy=(at(axes.y(share.share))) r="3.5" {}
    }
}

fn summary(name: &str, shares: &[(Week, Share)]) -> String {
    match shares {
        [] => format!("No share of {name} is published yet"),
        [(week, only)] => format!("{name} was called by {} in {week}", percent(only.share)),
        [(since, first), .., (week, last)] => format!(
            "{name} was called by {} in {since} and by {} in {week}; the table has every week",
            percent(first.share),
            percent(last.share)
        ),
    }
}

/// A coordinate.
fn at(value: f64) -> String {
    format!("{value:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grid_lines_are_round_and_few() {
        for top in [0.0004, 0.012, 0.015, 0.08, 0.1, 0.27, 0.6, 0.99, 1.0] {
            let axes = Axes::new(&[], "2026-W47".parse().unwrap(), top);
            let lines = (axes.top / axes.step).round();
            assert!((2.0..=5.0).contains(&lines), "{lines} lines to {top}");
            assert!(axes.top >= top && axes.top <= 1.0, "{} for {top}", axes.top);
        }
    }

    #[test]
    fn weeks_lie_in_order_within_the_frame() {
        let running: Week = "2027-W02".parse().unwrap();
        let point =
            Point { week: running.plus(-20), open: false, n: 9, called: None, upper_bound: None };
        let axes = Axes::new(&[point], running, 0.5);
        let places: Vec<f64> = (0..=20).map(|week| axes.x(running.plus(week - 20))).collect();
        assert!(places.is_sorted_by(|a, b| a < b), "{places:?}");
        assert!(places[0] > LEFT && places[20] < RIGHT, "{places:?}");
    }
}
