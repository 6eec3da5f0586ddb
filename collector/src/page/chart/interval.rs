//! A share on a line.

use maud::{Markup, html};

use super::at;
use crate::answer::share::Share;

/// A share on a scale from 0 to `scale`: its interval, its estimate, and a threshold if there is
/// one.
pub(in crate::page) fn interval(share: &Share, scale: f64, threshold: Option<f64>) -> Markup {
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
