//! Forms that ask a question in other terms, and come back with it in the address.

use headcount_report::Origin;
use maud::{Markup, html};

use crate::publish::View;

/// One list: the offered values with their texts, and the chosen one should it be another.
pub(super) fn choice<T: PartialEq + ToString>(
    name: &str,
    label: &str,
    chosen: &T,
    offered: impl IntoIterator<Item = T>,
    text: impl Fn(&T) -> String,
) -> Markup {
    let mut values: Vec<T> = offered.into_iter().collect();
    let is_offered = values.contains(chosen);
    html! {
        label {
            span { (label) }
            select name=(name) {
                @if !is_offered { option value=(chosen.to_string()) selected { (text(chosen)) } }
                @for value in values.drain(..) {
                    option value=(value.to_string()) selected[value == *chosen] { (text(&value)) }
                }
            }
        }
    }
}

/// How far back a series goes.
pub(super) fn weeks(chosen: u32) -> Markup {
    choice("weeks", "Over", &chosen, [13, 26, 52, 104, 261], |weeks| match weeks {
        13 => "a quarter".to_owned(),
        26 => "half a year".to_owned(),
        52 => "a year".to_owned(),
        104 => "two years".to_owned(),
        261 => "five years".to_owned(),
        weeks => format!("{weeks} weeks"),
    })
}

/// Which sections.
pub(super) fn view(view: View) -> Markup {
    let origin = view.origin.map_or("", Origin::as_str);
    let line = if view.is_latest_line { "latest" } else { "" };
    html! {
        (choice("origin", "From", &origin, ["", "developer", "deployed"], |origin| match *origin {
            "developer" => "developer machines".to_owned(),
            "deployed" => "deployed programs".to_owned(),
            _ => "everywhere".to_owned(),
        }))
        (choice("line", "Releases", &line, ["", "latest"], |line| {
            if line.is_empty() { "all" } else { "the latest line" }.to_owned()
        }))
        button type="submit" { "Ask" }
    }
}
