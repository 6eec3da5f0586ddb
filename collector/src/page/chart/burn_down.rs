//! A share week by week, on its way below a threshold.

use headcount_report::Week;
use headcount_report::figure::percent;
use maud::{Markup, html};

use super::axes::Axes;
use super::{WIDTH, at};
use crate::answer::removal::Point;
use crate::answer::share::Share;

const HEIGHT: f64 = 220.0;

/// A burn-down shows at least these weeks, so that its first week looks like a beginning.
const LEAST_WEEKS: i32 = 12;

/// The share that called a site, week by week, with intervals and the threshold.
///
/// `data` is where a program finds the numbers. Weeks after `last_full` are still filling: their dots are hollow.
pub(in crate::page) fn burn_down(
    name: &str,
    data: &str,
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
    let scale = full.map(|(_, share)| share.high).fold(threshold * 1.5, f64::max);
    let first = points.first().map_or(running, |point| point.week);
    let weeks = (first.min(running.plus(1 - LEAST_WEEKS)), running);
    let axes = Axes::new(weeks, scale, HEIGHT, 10.0);
    let y = at(axes.y(threshold));
    html! {
        svg.chart viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-label=(summary(name, &shares)) data-api=(data) {
            (axes.grid())
            (axes.weeks())
            line.threshold x1=(at(axes.left)) x2=(at(axes.right)) y1=(y) y2=(y) {}
            @for point in points.iter().filter(|point| point.called.is_none()) {
                circle.unpublished cx=(at(axes.x(point.week))) cy=(at(axes.bottom)) r="3" {}
            }
            polyline.line points=(path(&axes, &shares)) {}
            @for (week, share) in &shares { (mark(&axes, *week, share, is_filling(*week))) }
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
        circle.dot.filling[is_filling] data-series="share" cx=(at(x)) cy=(at(axes.y(share.share))) r="3.5" {}
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
