//! SVG, drawn by hand. Colours are the style sheet's; every chart has a table beside it.
//!
//! * `axes`: weeks along the bottom, shares up the side;
//! * `interval`, `burn_down`, `stacked`, `curve`: one kind of chart each;
//! * `stack`: what a stacked chart and the table beside it show.
//!
//! Every chart is 420 units wide, so that its text is as large as the page's in half a page, and
//! still legible on a phone.

mod axes;
mod burn_down;
mod curve;
mod interval;
mod stack;
mod stacked;

pub(super) use self::axes::round_up;
pub(super) use self::burn_down::burn_down;
pub(super) use self::curve::curve;
pub(super) use self::interval::interval;
pub(super) use self::stack::{Of, Stack};
pub(super) use self::stacked::stacked;

/// Width of a chart in its own units.
const WIDTH: f64 = 420.0;

/// A coordinate.
fn at(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}
