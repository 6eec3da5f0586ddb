//! What a person sees: tables, colours where they are wanted, errors.

use anstream::eprintln;
use anstyle::{AnsiColor, Style};
use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};

/// For headings and names.
pub(crate) const BOLD: Style = Style::new().bold();
/// For what needs attention.
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// For what went wrong.
pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
/// For what may be skipped.
pub(crate) const DIM: Style = Style::new().dimmed();

/// A table without borders whose columns fit the terminal.
pub(crate) fn table() -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table
}

/// Prints an error and its causes to standard error.
pub(crate) fn error(error: &anyhow::Error) {
    eprintln!("{ERROR}error{ERROR:#}: {error}");
    for cause in error.chain().skip(1) {
        eprintln!("  because: {cause}");
    }
}

/// Prints one line about something that was left out, to standard error.
pub(crate) fn warning(text: impl std::fmt::Display) {
    eprintln!("{WARNING}warning{WARNING:#}: {text}");
}
