//! What runs in other people's programs stays small enough to be read before it is adopted.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

const CORE: &str = "runtime/src/";
const REPORT: &str = "runtime/src/report.rs"; // compiled only for a program that reports by itself
const MAX_CORE_LINES: usize = 800; // an evening's reading for whoever considers adopting it

/// Counts the lines of code of the runtime's core.
pub(super) fn check() -> Result<Vec<String>> {
    let mut lines = 0;
    for file in super::tracked_files()? {
        if file.starts_with(CORE)
            && file != REPORT
            && Path::new(&file).extension().is_some_and(|end| end == "rs")
        {
            let text =
                fs::read_to_string(&file).with_context(|| format!("cannot read `{file}`"))?;
            lines += code_lines(&text);
        }
    }
    println!("the runtime's core has {lines} lines of code, of {MAX_CORE_LINES}");
    let wrong = format!("{CORE} has {lines} lines of code, more than {MAX_CORE_LINES}");
    Ok((lines > MAX_CORE_LINES).then_some(wrong).into_iter().collect())
}

/// Lines that are neither blank nor comment, outside of test modules; formatted by rustfmt.
fn code_lines(text: &str) -> usize {
    let mut lines = text.lines();
    let mut count = 0;
    while let Some(line) = lines.next() {
        if line == "#[cfg(test)]" {
            lines.find(|line| ends_item(line));
        } else if !line.trim().is_empty() && !line.trim_start().starts_with("//") {
            count += 1;
        }
    }
    count
}

/// Whether an item at the top of a file ends with this line.
fn ends_item(line: &str) -> bool {
    line == "}" || (line.ends_with(';') && !line.starts_with(' '))
}

#[cfg(test)]
mod tests {
    use super::code_lines;

    #[test]
    fn comments_blank_lines_and_tests_are_no_code() {
        let text = "\
//! Docs.

use a::b; // 1

/// Docs.
fn f() { // 2
    // why
    g(); // 3

} // 4

#[cfg(test)]
mod tests {
    #[test]
    fn t() {
        f();
    }
}

const C: u8 = 1; // 5
";
        assert_eq!(code_lines(text), 5);
    }
}
