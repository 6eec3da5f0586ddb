//! What the demo itself says. All else on the screen comes from the tools.

use anstream::println;
use anstyle::{AnsiColor, Style};

/// For what went wrong.
pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
const HEADING: Style = AnsiColor::Cyan.on_default().bold();
const COMMAND: Style = Style::new().bold();

/// Begins a step.
pub(crate) fn heading(text: &str) {
    println!("\n{HEADING}== {text} =={HEADING:#}");
}

/// Explains.
pub(crate) fn say(text: &str) {
    println!("{text}");
}

/// Shows a command that is about to run.
pub(crate) fn command(text: &str) {
    println!("\n{COMMAND}$ {text}{COMMAND:#}");
}
