//! `headcount::library!();` at the root of a library.

use anyhow::Context;
use headcount_sender::collector::CollectorUrl;
use syn::spanned::Spanned;
use syn::{File, Item};

/// The root of a library with the macro behind its documentation and inner attributes; `None` if
/// it is there already.
pub(super) fn with_library(
    text: &str,
    collector: Option<&CollectorUrl>,
) -> anyhow::Result<Option<String>> {
    // Positions are counted behind a byte order mark.
    let content = text.strip_prefix('\u{feff}').unwrap_or(text);
    let file: File = syn::parse_str(content).context("it cannot be parsed")?;
    if file.items.iter().any(is_library) {
        return Ok(None);
    }
    let at = text.len() - content.len() + head(content, &file);
    let (before, after) = text.split_at(at);
    let gap = if before.trim().is_empty() { "" } else { "\n" };
    let line_end = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    let collector = collector.map(|collector| format!("collector = {:?}", collector.to_string()));
    let call = format!("headcount::library!({});\n", collector.unwrap_or_default());
    let is_apart = after.is_empty() || after.starts_with(['\r', '\n']);
    let rest = if is_apart { "" } else { "\n" };
    Ok(Some(format!("{before}{line_end}{gap}{call}{rest}{after}")))
}

/// Whether this is the macro, under whatever name headcount has.
fn is_library(item: &Item) -> bool {
    let Item::Macro(item) = item else { return false };
    item.ident.is_none()
        && item.mac.path.segments.last().is_some_and(|last| last.ident == "library")
}

/// Bytes of the lines that have to stay first: inner attributes and documentation; without any, a
/// comment that stands apart from what follows, such as a licence.
fn head(content: &str, file: &File) -> usize {
    if let Some(last) = file.attrs.last() {
        let end = last.span().byte_range().end;
        return end + content[end..].find('\n').map_or(content.len() - end, |rest| rest + 1);
    }
    let mut end = 0;
    for line in content.split_inclusive('\n') {
        match line.trim() {
            "" => return end,
            line if line.starts_with("//") && !line.starts_with("///") => {}
            _ => return 0,
        }
        end += line.len();
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(before: &str, after: &str) {
        assert_eq!(with_library(before, None).unwrap().as_deref(), Some(after));
        assert_eq!(with_library(after, None).unwrap(), None, "it is there already");
    }

    #[test]
    fn it_stands_behind_inner_attributes_and_documentation() {
        check("", "headcount::library!();\n");
        check("pub mod a;\n", "headcount::library!();\n\npub mod a;\n");
        check("//! A.\n\nmod a;\n", "//! A.\n\nheadcount::library!();\n\nmod a;\n");
        check("//! A.", "//! A.\n\nheadcount::library!();\n");
        check(
            "// Licence\n\n//! A.\n//! B größe.\n\n#![no_std]\n#![doc = \"x\"] // why\nmod a;\n",
            "// Licence\n\n//! A.\n//! B größe.\n\n#![no_std]\n#![doc = \"x\"] // why\n\n\
             headcount::library!();\n\nmod a;\n",
        );
        check(
            "\u{feff}/*! A\n B */\nmod a;\n",
            "\u{feff}/*! A\n B */\n\nheadcount::library!();\n\nmod a;\n",
        );
    }

    #[test]
    fn a_licence_stays_first_and_a_comment_with_its_item() {
        check(
            "// Licence\n// of mine\n\nmod a;\n",
            "// Licence\n// of mine\n\nheadcount::library!();\n\nmod a;\n",
        );
        check("// about a\nmod a;\n", "headcount::library!();\n\n// about a\nmod a;\n");
        check("/// About a.\nmod a;\n", "headcount::library!();\n\n/// About a.\nmod a;\n");
    }

    #[test]
    fn a_collector_is_named() {
        let collector = "https://counts.example".parse().unwrap();
        assert_eq!(
            with_library("", Some(&collector)).unwrap().unwrap(),
            "headcount::library!(collector = \"https://counts.example\");\n"
        );
    }

    #[test]
    fn what_is_not_rust_is_left_alone() {
        assert!(with_library("fn {", None).is_err());
    }
}
