//! A page fits the screen, runs no script, and its charts can be read: no text lies over another or
//! outside its chart.

use anyhow::Result;
use serde_json::json;

use super::call;
use crate::finding::Finding;
use crate::form::Form;
use crate::tab::Tab;

/// Text of a chart is at least so high, in CSS pixels: a phone must not need a magnifying glass.
const LEAST_TEXT: f64 = 9.0;

/// Looks at the page that is open.
///
/// # Errors
/// When the page cannot be asked.
pub fn findings(tab: &mut Tab, form: Form) -> Result<Vec<Finding>> {
    let argument = json!({"width": form.width, "leastText": LEAST_TEXT});
    let findings: Vec<(String, String)> =
        tab.evaluate(&call(include_str!("layout.js"), &argument)?)?;
    Ok(findings.into_iter().map(|(rule, what)| Finding::new(rule, what)).collect())
}
