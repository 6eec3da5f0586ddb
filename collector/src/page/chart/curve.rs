//! How much of all use the most used part of an API makes up.

use headcount_report::figure::percent;
use maud::{Markup, html};

use super::{WIDTH, at};

const HEIGHT: f64 = 220.0;
const LEFT: f64 = 48.0;
const RIGHT: f64 = WIDTH - 12.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = HEIGHT - 26.0;

/// The cumulative part of all use, by rank: `parts[0]` is that of the most used alone.
///
/// The first rank to reach `mark` is pointed out. `data` is where a program finds the numbers, `table`
/// the id of the table that has them.
pub(in crate::page) fn curve(
    summary: &str,
    data: &str,
    parts: &[f64],
    mark: f64,
    table: &str,
) -> Markup {
    let count = u32::try_from(parts.len()).unwrap_or(u32::MAX).max(1);
    let x = |rank: u32| LEFT + (RIGHT - LEFT) * f64::from(rank) / f64::from(count);
    let y = |part: f64| BOTTOM - (BOTTOM - TOP) * part;
    let points: Vec<(u32, f64)> =
        std::iter::once((0, 0.0)).chain((1..).zip(parts.iter().copied())).collect();
    let line: Vec<_> =
        points.iter().map(|(rank, part)| format!("{},{}", at(x(*rank)), at(y(*part)))).collect();
    let reached = points.iter().find(|(_, part)| *part >= mark).filter(|_| !parts.is_empty());
    html! {
        svg.chart viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-label=(summary) data-api=(data) aria-describedby=(table) {
            @for quarter in [0.0, 0.25, 0.5, 0.75, 1.0] {
                g data-axis="y" data-value=(quarter) {
                    line.grid x1=(at(LEFT)) x2=(at(RIGHT)) y1=(at(y(quarter))) y2=(at(y(quarter))) {}
                    text.tick x=(at(LEFT - 6.0)) y=(at(y(quarter) + 4.0)) text-anchor="end" { (percent(quarter)) }
                }
            }
            polygon.area points={ (line.join(" ")) " " (at(RIGHT)) "," (at(BOTTOM)) " " (at(LEFT)) "," (at(BOTTOM)) } {}
            polyline.line data-series="cumulative" data-order="table" points=(line.join(" ")) {}
            @for rank in ticks(count) {
                text.tick x=(at(x(rank))) y=(at(BOTTOM + 18.0)) text-anchor="middle" { (rank) }
            }
            @if let Some((rank, part)) = reached {
                line.threshold x1=(at(x(*rank))) x2=(at(x(*rank))) y1=(at(y(*part))) y2=(at(BOTTOM)) {}
                circle.dot cx=(at(x(*rank))) cy=(at(y(*part))) r="4" {}
                @let is_left = x(*rank) > WIDTH / 2.0;
                text.label.mark x=(at(x(*rank) + if is_left { -9.0 } else { 9.0 })) y=(at(y(*part) + if is_left { -6.0 } else { 16.0 }))
                    text-anchor=(if is_left { "end" } else { "start" }) {
                    (rank) " of " (count) " make " (percent(*part))
                }
            }
        }
    }
}

/// Ranks worth naming: the last, and a few round ones before it.
fn ticks(count: u32) -> Vec<u32> {
    let step =
        [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000].into_iter().find(|step| count / step <= 6);
    let step = step.unwrap_or(count);
    let mut ticks: Vec<u32> =
        (1..=count / step).map(|tick| tick * step).filter(|tick| tick + step / 2 < count).collect();
    ticks.push(count);
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_end_at_the_last_rank() {
        for count in 1..3_000 {
            let ticks = ticks(count);
            assert!(ticks.len() <= 7 && ticks.last() == Some(&count), "{count}: {ticks:?}");
            assert!(ticks.is_sorted_by(|a, b| a < b), "{count}: {ticks:?}");
        }
    }

    #[test]
    fn the_mark_is_where_the_part_is_reached() {
        let svg = curve("use", "", &[0.5, 0.79, 0.8, 1.0], 0.8, "").into_string();
        assert!(svg.contains("3 of 4 make 80 %"), "{svg}");
        assert!(!curve("use", "", &[], 0.8, "").into_string().contains("make"));
    }
}
