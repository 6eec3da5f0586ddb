//! A build script that records what only it knows.

use anyhow::Context;
use syn::spanned::Spanned;
use syn::{File, Item};

const CALL: &str = "headcount_build::library();";

/// The build script with the call at the start of `main`; `None` if it is there already.
pub(super) fn with_call(text: Option<&str>) -> anyhow::Result<Option<String>> {
    let Some(text) = text else { return Ok(Some(format!("fn main() {{\n    {CALL}\n}}\n"))) };
    if is_there(text) {
        return Ok(None);
    }
    let content = text.strip_prefix('\u{feff}').unwrap_or(text);
    let file: File = syn::parse_str(content).context("it cannot be parsed")?;
    let main = file.items.iter().find_map(|item| match item {
        Item::Fn(function) if function.sig.ident == "main" => Some(function),
        _ => None,
    });
    let main = main.with_context(|| format!("it has no `main`; call `{CALL}` in it yourself"))?;
    let open = main.block.brace_token.span.open().span().byte_range().end;
    let (before, after) = text.split_at(text.len() - content.len() + open);
    let line_end = if after.starts_with(['\r', '\n']) { "" } else { "\n" };
    Ok(Some(format!("{before}\n    {CALL}{line_end}{after}")))
}

/// What the call means for a build script that is there already.
pub(super) fn remark(text: Option<&str>) -> Option<&'static str> {
    let is_rerun_always = text.is_some_and(|text| !is_there(text) && !text.contains("rerun-if-"));
    is_rerun_always.then_some(
        "cargo ran the build script whenever any file of the package changed; with headcount's \
         call it no longer does: print `cargo:rerun-if-changed=..` for each file that it reads",
    )
}

fn is_there(text: &str) -> bool {
    text.contains("headcount_build::library")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(before: Option<&str>, after: &str) {
        assert_eq!(with_call(before).unwrap().as_deref(), Some(after));
        assert_eq!(with_call(Some(after)).unwrap(), None, "it is there already");
    }

    #[test]
    fn the_call_comes_first() {
        check(None, "fn main() {\n    headcount_build::library();\n}\n");
        check(
            Some("// größe\nfn main() {\n    other();\n}\n"),
            "// größe\nfn main() {\n    headcount_build::library();\n    other();\n}\n",
        );
        check(Some("fn main() {}\n"), "fn main() {\n    headcount_build::library();\n}\n");
    }

    #[test]
    fn a_script_without_main_is_left_alone() {
        let error = with_call(Some("include!(\"other.rs\");")).unwrap_err();
        assert!(error.to_string().starts_with("it has no `main`"), "{error}");
    }
}
