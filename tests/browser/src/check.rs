//! What holds of every page.
//!
//! * [`traffic`]: what it loads, and what the browser complains of;
//! * [`axe`]: what axe-core finds, which knows the rules for screen readers and contrast;
//! * [`layout`]: it fits the screen, and its charts can be read;
//! * [`keyboard`]: everything can be reached without a mouse, and one sees where one is;
//! * [`chart`]: a chart, its table and the API give the same numbers.

pub mod axe;
pub mod chart;
pub mod keyboard;
pub mod layout;
pub mod traffic;

use serde::Serialize;

/// The call of a function of the page, from its JavaScript and its argument.
fn call(function: &str, argument: &impl Serialize) -> serde_json::Result<String> {
    Ok(format!("({})({})", function.trim_end(), serde_json::to_string(argument)?))
}
