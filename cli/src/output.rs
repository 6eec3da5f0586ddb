//! What a person sees: tables, colours where they are wanted, errors.

use std::path::Path;

use anstream::{eprintln, println};
use anstyle::{AnsiColor, Style};
use comfy_table::presets::NOTHING;
use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, Table};

/// For headings and names.
pub(crate) const BOLD: Style = Style::new().bold();
/// For what needs attention.
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// For what went wrong.
pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
/// For what may be skipped.
pub(crate) const DIM: Style = Style::new().dimmed();

/// Spaces between the columns of a table.
const GAP: u16 = 2;

/// Longest line of running text: longer ones are hard to read, however wide the terminal is.
const MAX_TEXT_COLUMNS: u16 = 100;

/// A table without borders whose columns fit the terminal.
pub(crate) fn table() -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table
}

/// A cell with a number.
pub(crate) fn number(value: impl ToString) -> Cell {
    Cell::new(value).set_alignment(CellAlignment::Right)
}

/// Never breaks the lines of a column, unless it is wider than half the terminal.
pub(crate) fn keep_whole(table: &mut Table, column: usize) {
    let widths = table.column_max_content_widths();
    let is_narrow = |columns| widths.get(column).is_some_and(|width| *width <= columns / 2);
    if table.width().is_some_and(is_narrow)
        && let Some(column) = table.column_mut(column)
    {
        column.set_constraint(ColumnConstraint::ContentWidth);
    }
}

/// Whether a table needs no broken line.
pub(crate) fn fits(table: &Table) -> bool {
    let needed: u16 = table.column_max_content_widths().iter().map(|width| width + GAP).sum();
    table.width().is_none_or(|columns| needed <= columns)
}

/// A table as text: no space before the first column, none behind the last.
pub(crate) fn finish(mut table: Table) -> String {
    for column in table.column_iter_mut() {
        column.set_padding((0, GAP));
    }
    table.trim_fmt()
}

/// A text in lines that fit the terminal, with spaces before each. What is no terminal gets one
/// line.
pub(crate) fn paragraph(indent: u16, text: &str) -> String {
    let mut table = table();
    if let Some(columns) = table.width() {
        table.set_width(columns.min(MAX_TEXT_COLUMNS));
        // A number and its sign stay on one line.
        table.add_row([text.replace(" %", "\u{a0}%")]);
    } else {
        table.add_row([text]);
    }
    table.column_iter_mut().for_each(|column| _ = column.set_padding((indent, 0)));
    table.trim_fmt()
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

/// Prints a value for programs.
pub(crate) fn json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string_pretty(value)?);
    Ok(())
}

/// A text from elsewhere, without what a terminal would obey.
pub(crate) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A path as short as it can be written from here.
pub(crate) fn path(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    let relative = here.and_then(|here| path.strip_prefix(here).ok());
    let is_named = |path: &&Path| !path.as_os_str().is_empty();
    plain(&relative.filter(is_named).unwrap_or(path).display().to_string())
}

/// A number of things, in words: `1 report`, `2 reports`.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
