//! What a place on a chart stands for.

use serde::Deserialize;

use super::shown::Shown;

/// How far the middle of a label may be from its line, in pixels: a line of text.
const LABEL_PIXELS: f64 = 10.0;

/// A grid line with its label.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Line {
    value: f64,
    pixels: f64,
    label: String,
    label_pixels: f64,
}

impl Line {
    /// What the label says that is not so.
    pub(super) fn fault(&self) -> Option<String> {
        let Self { value, pixels, label, label_pixels } = self;
        let distance = (pixels - label_pixels).abs();
        if distance > LABEL_PIXELS {
            return Some(format!("the label \"{label}\" is {distance} px from its line"));
        }
        let is_true = Shown::read(label).is_some_and(|shown| shown.rounds(*value));
        (!is_true).then(|| format!("the line of {value} is labelled \"{label}\""))
    }
}

/// The numeric axis of a chart, from its grid lines.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    /// The first line's number, and where it is on the screen.
    low: (f64, f64),
    high: (f64, f64),
}

impl Scale {
    /// From grid lines; none of fewer than two.
    pub(super) fn new(lines: &[Line]) -> Option<Self> {
        let places = || lines.iter().map(|line| (line.value, line.pixels));
        let low = places().min_by(|a, b| a.0.total_cmp(&b.0))?;
        let high = places().max_by(|a, b| a.0.total_cmp(&b.0))?;
        (low.0 < high.0).then_some(Self { low, high })
    }

    /// From the first line to the last.
    pub(super) fn range(&self) -> f64 {
        self.high.0 - self.low.0
    }

    /// What a place stands for.
    pub(super) fn value(&self, pixels: f64) -> f64 {
        self.low.0 + (pixels - self.low.1) / self.pixels_per_unit()
    }

    /// What a length stands for.
    pub(super) fn length(&self, pixels: f64) -> f64 {
        (pixels / self.pixels_per_unit()).abs()
    }

    /// The next number that the axis has.
    pub(super) fn clamp(&self, value: f64) -> f64 {
        value.clamp(self.low.0, self.high.0)
    }

    fn pixels_per_unit(&self) -> f64 {
        (self.high.1 - self.low.1) / self.range()
    }
}
