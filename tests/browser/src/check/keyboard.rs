//! Everything can be reached without a mouse, in the order in which it is read, and one sees where
//! one is.

use anyhow::Result;
use serde::Deserialize;

use crate::finding::Finding;
use crate::tab::{Key, Tab};

/// One thing that took the focus.
#[derive(Debug, Deserialize)]
struct Stop {
    /// Its place among what can be used; none if it should not be there.
    place: Option<usize>,
    name: String,
    is_visible: bool,
}

/// Walks over the page that is open. It has other things focused afterwards.
///
/// # Errors
/// When the page cannot be asked.
pub fn findings(tab: &mut Tab) -> Result<Vec<Finding>> {
    let usable: Vec<String> = tab.evaluate(include_str!("keyboard.js"))?;
    let mut findings: Vec<_> = skip_link(tab)?.into_iter().collect();
    // Back to the first; then on through all.
    tab.evaluate::<()>("keyboard.begin()")?;
    tab.press(Key::Tab, usable.len().saturating_sub(1))?;
    let stops: Vec<Stop> = tab.evaluate("keyboard.stops")?;
    findings.extend(out_of_order(&usable, &stops));
    let unseen = stops.iter().filter(|stop| !stop.is_visible);
    findings.extend(unseen.map(|stop| Finding::new("focus does not show", &stop.name)));
    Ok(findings)
}

/// The first Tab reaches a link over the navigation, and Enter takes it.
fn skip_link(tab: &mut Tab) -> Result<Option<Finding>> {
    tab.press(Key::Tab, 1)?;
    let is_first: bool = tab.evaluate("keyboard.isOnSkipLink()")?;
    if !is_first {
        return Ok(Some(Finding::new("skip link", "is not what the first Tab reaches")));
    }
    tab.press(Key::Enter, 1)?;
    tab.press(Key::Tab, 1)?;
    let wrong: Option<String> = tab.evaluate("keyboard.afterSkip()")?;
    Ok(wrong.map(|what| Finding::new("skip link", what)))
}

/// The first stop that is not the one that should follow.
fn out_of_order(usable: &[String], stops: &[Stop]) -> Option<Finding> {
    (0..usable.len().max(stops.len()))
        .find(|at| stops.get(*at).and_then(|stop| stop.place) != Some(*at))
        .map(|at| {
            let reached = stops.get(at).map_or("nothing", |stop| &stop.name);
            let wanted = usable.get(at).map_or("nothing", String::as_str);
            let nth = at + 1;
            Finding::new("order", format!("Tab {nth} reaches {reached} instead of {wanted}"))
        })
}
