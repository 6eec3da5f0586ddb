//! Parts of a whole, week by week.

use std::fmt::Write;

use headcount_report::figure::percent;
use maud::{Markup, html};

use super::axes::Axes;
use super::stack::{Column, Stack};
use super::{WIDTH, at};

const HEIGHT: f64 = 280.0;

/// The least distance of two labels.
const LINE: f64 = 15.0;

/// About as wide as a letter of a label.
const LETTER: f64 = 7.7;

/// Letters of the longest label that is written whole.
const LONGEST: usize = 25;

/// Bands on top of each other, one column a week: a week is a sample of its own, so nothing is
/// drawn between two. Above the line, everything is to be supported. `data` is where a program finds
/// the numbers.
pub(in crate::page) fn stacked(summary: &str, data: &str, stack: &Stack) -> Markup {
    let (Some(first), Some(last)) = (stack.weeks.first(), stack.weeks.last()) else {
        return html! {};
    };
    let parts = stack.weeks.iter().map(Column::parts).collect::<Vec<_>>();
    let latest = parts.iter().rev().flatten().next();
    let labels: Vec<(String, String)> = (0..stack.bands.len())
        .map(|band| {
            (
                name(&stack.bands[band].label),
                latest.map_or_else(String::new, |parts| percent(parts[band])),
            )
        })
        .collect();
    let letters = labels
        .iter()
        .map(|(name, part)| u32::try_from(name.chars().count() + part.len()).unwrap_or(0));
    let margin = f64::from(letters.max().unwrap_or(0).max(6)) * LETTER + 12.0;
    let axes = Axes::new((first.week, last.week.plus(stack.every - 1)), 1.0, HEIGHT, margin);
    let chart = Chart { axes: &axes, stack, parts: &parts };
    html! {
        svg.chart viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-label=(summary) data-api=(data) aria-describedby="weeks" {
            (axes.grid())
            (axes.weeks())
            // From the topmost down: each covers the foot of the one before.
            @for (place, band) in stack.bands.iter().enumerate().rev() {
                path.band.(band.class) data-series=(band.label) d=(chart.area(place + 1)) {}
            }
            @for (y, band) in chart.labels() {
                @let (name, part) = &labels[band];
                text.label x=(at(axes.right + 7.0)) y=(at(y + 4.0)) { tspan { (name) } " " (part) }
            }
            @if let Some(bands) = stack.floor { path.floor d=(chart.line(bands)) {} }
        }
    }
}

fn name(label: &str) -> String {
    let mut name: String = label.chars().take(LONGEST).collect();
    if name.len() < label.len() {
        name.push('…');
    }
    name
}

struct Chart<'a> {
    axes: &'a Axes,
    stack: &'a Stack,
    parts: &'a [Option<Vec<f64>>],
}

impl Chart<'_> {
    /// How high the first `bands` bands reach in a week; none where nothing is known.
    fn edge(&self, bands: usize, week: usize) -> Option<f64> {
        let parts = self.parts[week].as_ref()?;
        Some(self.axes.y(parts[..bands].iter().sum()))
    }

    /// Where the column of a week begins and ends.
    fn column(&self, week: usize) -> (String, String) {
        let place = self.axes.place(self.stack.weeks[week].week);
        (at(self.axes.edge(place)), at(self.axes.edge(place + self.stack.every)))
    }

    /// From the bottom up to the first `bands` bands.
    fn area(&self, bands: usize) -> String {
        let bottom = at(self.axes.bottom);
        let column = |week| {
            let (begin, end) = self.column(week);
            let y = at(self.edge(bands, week)?);
            Some(format!("M{begin},{bottom}V{y}H{end}V{bottom}"))
        };
        (0..self.parts.len()).filter_map(column).collect()
    }

    /// On top of the first `bands` bands, without the steps over weeks of which nothing is known.
    fn line(&self, bands: usize) -> String {
        let mut line = String::new();
        let mut last_end = String::new();
        for week in 0..self.parts.len() {
            let Some(y) = self.edge(bands, week).map(at) else { continue };
            let (begin, end) = self.column(week);
            if begin == last_end {
                let _ = write!(line, "V{y}H{end}");
            } else {
                let _ = write!(line, "M{begin},{y}H{end}");
            }
            last_end = end;
        }
        line
    }

    /// A height for the label of each band that the last week has, none over another.
    fn labels(&self) -> Vec<(f64, usize)> {
        let Some(last) = self.parts.iter().rposition(Option::is_some) else { return Vec::new() };
        let middle = |band| Some(f64::midpoint(self.edge(band, last)?, self.edge(band + 1, last)?));
        let is_shown =
            |band: &usize| self.parts[last].as_ref().is_some_and(|parts| parts[*band] > 0.0);
        let mut labels: Vec<(f64, usize)> = (0..self.stack.bands.len())
            .rev()
            .filter(is_shown)
            .filter_map(|band| Some((middle(band)?, band)))
            .collect();
        spread(&mut labels, self.axes.top, self.axes.bottom);
        labels
    }
}

/// Moves labels, which lie in order from the top, apart and into the frame.
fn spread(labels: &mut [(f64, usize)], top: f64, bottom: f64) {
    let mut least = top;
    for (y, _) in &mut *labels {
        *y = y.max(least);
        least = *y + LINE;
    }
    let mut most = bottom;
    for (y, _) in labels.iter_mut().rev() {
        *y = y.min(most);
        most = *y - LINE;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_do_not_lie_on_each_other() {
        let mut labels: Vec<_> = (0..9).map(|band| (100.0, band)).collect();
        spread(&mut labels, 14.0, 170.0);
        assert!(labels.windows(2).all(|pair| pair[1].0 - pair[0].0 >= LINE), "too near");
        assert!(labels.iter().all(|(y, _)| (14.0..=170.0).contains(y)), "outside");
    }
}
