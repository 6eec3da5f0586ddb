//! Lines that belong together, below a heading.

use std::fmt::{Display, Write};

use crate::output::{self, DIM, plain};

/// Spaces by which a block stands further to the right than its heading.
const STEP: u16 = 2;

/// Width of the names of facts, in characters.
const NAME_COLUMNS: u16 = 14;

/// Lines that begin in one column.
pub(super) struct Block<'a> {
    text: &'a mut String,
    indent: u16,
}

impl<'a> Block<'a> {
    /// Appends to `text`, from the first column on.
    pub(super) fn new(text: &'a mut String) -> Self {
        Self { text, indent: 0 }
    }

    /// What stands below the last line.
    pub(super) fn within(&mut self) -> Block<'_> {
        Block { text: self.text, indent: self.indent + STEP }
    }

    pub(super) fn gap(&mut self) {
        self.text.push('\n');
    }

    /// A line that is not broken. It may be styled.
    pub(super) fn line(&mut self, line: impl Display) {
        let indent = usize::from(self.indent);
        let _ = writeln!(self.text, "{:indent$}{line}", "");
    }

    /// A text in lines that fit the terminal.
    pub(super) fn paragraph(&mut self, text: &str) {
        let _ = writeln!(self.text, "{DIM}{}{DIM:#}", output::paragraph(self.indent, text));
    }

    /// A name, and its value in lines that fit the terminal.
    pub(super) fn fact(&mut self, name: &str, value: &str) {
        let columns = self.indent + NAME_COLUMNS;
        let lines = output::paragraph(columns, &plain(value));
        let name = format!("{DIM}{name:<width$}{DIM:#}", width = usize::from(NAME_COLUMNS));
        self.line(format_args!("{name}{}", lines.trim_start()));
    }

    /// A name, and values of which each has a line of its own.
    pub(super) fn facts(&mut self, name: &str, values: impl Iterator<Item = String>) {
        for (index, value) in values.enumerate() {
            self.fact(if index == 0 { name } else { "" }, &value);
        }
    }
}

/// `a, b, c`, or `none`.
pub(super) fn list(items: impl IntoIterator<Item = impl Display>) -> String {
    let items: Vec<_> = items.into_iter().map(|item| item.to_string()).collect();
    if items.is_empty() { "none".to_owned() } else { items.join(", ") }
}
