//! What the author means by safe.

use headcount_report::figure::percent;
use maud::{Markup, html};

use crate::answer::removal::Removal;

/// What the form offers. Other values can be written into the address.
const THRESHOLDS: [f64; 6] = [0.001, 0.005, 0.01, 0.02, 0.05, 0.1];
const CONFIDENCES: [f64; 5] = [0.8, 0.9, 0.95, 0.99, 0.999];
const WEEKS: [f64; 6] = [1.0, 2.0, 4.0, 8.0, 12.0, 26.0];

/// The form that asks the question in other terms, and comes back to `address`.
pub(super) fn question(removal: &Removal, address: &str) -> Markup {
    let weeks = f64::from(removal.weeks_wanted);
    let in_a_row = |weeks: f64| format!("{weeks} in a row");
    html! {
        form.question method="get" action=(address) {
            (choice("threshold", "Callers at most", removal.threshold, &THRESHOLDS, percent))
            (choice("confidence", "Confidence", removal.confidence, &CONFIDENCES, percent))
            (choice("weeks", "Weeks", weeks, &WEEKS, in_a_row))
            button type="submit" { "Ask" }
        }
    }
}

/// One list of the form: the offered values, and the chosen one should it be another.
fn choice(
    name: &str,
    label: &str,
    chosen: f64,
    offered: &[f64],
    text: impl Fn(f64) -> String,
) -> Markup {
    let is_chosen = |value: f64| (value - chosen).abs() < 1e-9;
    let mut values = offered.to_vec();
    if !offered.iter().copied().any(is_chosen) {
        values.push(chosen);
        values.sort_by(f64::total_cmp);
    }
    html! {
        label {
            span { (label) }
            select name=(name) {
                @for value in values {
                    option value=(value) selected[is_chosen(value)] { (text(value)) }
                }
            }
        }
    }
}
