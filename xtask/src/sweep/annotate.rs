//! Puts headcount's annotations into the text of a source file, as its author would.
//!
//! Text is only inserted, and never a line break: all else stays byte for byte, and every line
//! keeps its number, so that compilers' messages and doc tests are told by their lines. Macros are
//! not looked into: neither what they are given nor what they are made of is annotated.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use anyhow::{Context, Result};
use proc_macro2::{Span, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::{
    Attribute, File, ImplItem, ImplItemFn, Item, ItemFn, ItemImpl, ItemMod, Signature, Visibility,
};

const LIBRARY: &str = "headcount::library!(); ";
const TRACK: &str = "#[headcount::track_usage] ";
const SKIP: &str = "#[headcount::track_usage(skip)] ";

/// A crate with a `track_usage` that does nothing.
pub(super) const UNCHANGED: &str = "unchanged"; // as long as `headcount`

/// What became of a file.
#[derive(Debug)]
pub(super) struct Annotated {
    pub(super) text: String,
    /// Every `pub fn` that is annotated, in the order of the file.
    pub(super) functions: Vec<Function>,
    /// How many `pub const fn` there are: these cannot be counted.
    pub(super) constant: usize,
    /// The modules that lie in files of their own.
    pub(super) modules: Vec<Module>,
}

/// A function that is annotated.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Function {
    pub(super) name: String,
    /// Where its name stands. Told by this, a function can be left out.
    pub(super) line: usize,
    /// All its lines, attributes included.
    pub(super) lines: RangeInclusive<usize>,
    /// The lines of its block.
    pub(super) block: Option<RangeInclusive<usize>>,
}

/// A `mod name;`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Module {
    pub(super) name: String,
    /// What its `#[path]`, or those of its `#[cfg_attr]`, name.
    pub(super) paths: Vec<String>,
    /// The modules of this file that it stands in.
    pub(super) inside: Vec<String>,
}

/// Annotates a file; `left_out` names functions by the line on which their name stands.
///
/// # Errors
/// When the file cannot be parsed.
pub(super) fn file(text: &str, is_root: bool, left_out: &BTreeSet<usize>) -> Result<Annotated> {
    let mark = "\u{feff}";
    let (mark, content) = text.strip_prefix(mark).map_or(("", text), |content| (mark, content));
    let file: File = syn::parse_str(content).context("it cannot be parsed")?;
    let mut annotator = Annotator {
        left_out,
        insertions: Vec::new(),
        functions: Vec::new(),
        constant: 0,
        modules: Vec::new(),
        inside: Vec::new(),
    };
    if is_root {
        annotator.insertions.push((first(&file, content.len()), LIBRARY));
    }
    annotator.items(&file.items);
    let Annotator { mut insertions, functions, constant, modules, .. } = annotator;
    insertions.sort_by_key(|(at, _)| *at);
    let mut annotated = mark.to_owned();
    let mut done = 0;
    for (at, inserted) in insertions {
        annotated.push_str(&content[done..at]);
        annotated.push_str(inserted);
        done = at;
    }
    annotated.push_str(&content[done..]);
    Ok(Annotated { text: annotated, functions, constant, modules })
}

/// Makes the root of another crate, such as a test, one of the library.
///
/// # Errors
/// When the file cannot be parsed.
pub(super) fn library_only(text: &str) -> Result<String> {
    let file: File = syn::parse_str(text).context("it cannot be parsed")?;
    let (before, after) = text.split_at(first(&file, text.len()));
    Ok(format!("{before}{LIBRARY}{after}"))
}

/// An annotated text with equally many spaces instead of annotations.
pub(super) fn blanked(annotated: &str) -> String {
    [TRACK, SKIP].iter().fold(without_library(annotated), |text, annotation| {
        text.replace(annotation, &" ".repeat(annotation.len()))
    })
}

/// An annotated text with equally long attributes that leave their item as it is.
pub(super) fn unchanged(annotated: &str) -> String {
    let unchanged = |text: &str| text.replace("headcount", UNCHANGED);
    [TRACK, SKIP].iter().fold(without_library(annotated), |text, annotation| {
        text.replace(annotation, &unchanged(annotation))
    })
}

fn without_library(annotated: &str) -> String {
    annotated.replace(LIBRARY, &" ".repeat(LIBRARY.len()))
}

/// Where the first item of a file begins.
fn first(file: &File, end: usize) -> usize {
    file.items.first().map_or(end, |item| start(item.span()))
}

struct Annotator<'a> {
    left_out: &'a BTreeSet<usize>,
    /// What is inserted before which byte.
    insertions: Vec<(usize, &'static str)>,
    functions: Vec<Function>,
    constant: usize,
    modules: Vec<Module>,
    inside: Vec<String>,
}

impl Annotator<'_> {
    fn items(&mut self, items: &[Item]) {
        for item in items {
            match item {
                Item::Fn(item) => self.free(item),
                Item::Impl(item) => self.block(item),
                Item::Mod(item) => self.module(item),
                Item::Macro(item) if item.ident.is_none() => {
                    self.modules_in(item.mac.tokens.clone());
                }
                _ => {}
            }
        }
    }

    fn free(&mut self, item: &ItemFn) {
        let ItemFn { attrs, vis, sig, .. } = item;
        if !is_public(vis) || is_test(attrs) {
            return;
        }
        if sig.constness.is_some() {
            self.constant += 1;
        } else if !self.left_out.contains(&line(sig)) {
            self.insertions.push((start(vis.span()), TRACK));
            let (name, line) = (sig.ident.to_string(), line(sig));
            self.functions.push(Function { name, line, lines: lines(item.span()), block: None });
        }
    }

    fn block(&mut self, item: &ItemImpl) {
        if item.trait_.is_some() || is_test(&item.attrs) {
            return;
        }
        let public = item.items.iter().filter_map(|member| match member {
            ImplItem::Fn(method) if is_public(&method.vis) => Some(method),
            _ => None,
        });
        let is_counted =
            |sig: &Signature| sig.constness.is_none() && !self.left_out.contains(&line(sig));
        let (counted, skipped): (Vec<_>, Vec<_>) =
            public.partition(|method| is_counted(&method.sig));
        self.constant += skipped.iter().filter(|method| method.sig.constness.is_some()).count();
        if counted.is_empty() {
            return;
        }
        let modifiers = item.unsafety.map_or(item.impl_token.span, |unsafety| unsafety.span);
        self.insertions.push((start(modifiers), TRACK));
        self.insertions.extend(skipped.iter().map(|method| (start(method.vis.span()), SKIP)));
        self.functions.extend(counted.into_iter().map(|method| {
            let ImplItemFn { sig, .. } = method;
            let lines_of_block = Some(lines(item.span()));
            Function {
                name: sig.ident.to_string(),
                line: line(sig),
                lines: lines(method.span()),
                block: lines_of_block,
            }
        }));
    }

    fn module(&mut self, item: &ItemMod) {
        if is_test(&item.attrs) {
            return;
        }
        let name = item.ident.to_string();
        if let Some((_, items)) = &item.content {
            self.inside.push(name);
            self.items(items);
            self.inside.pop();
        } else {
            let paths = item.attrs.iter().flat_map(paths).collect();
            self.modules.push(Module { name, paths, inside: self.inside.clone() });
        }
    }

    /// Every `mod name;` in what a macro is given, such as `cfg_if!`.
    fn modules_in(&mut self, tokens: TokenStream) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        for window in tokens.windows(3) {
            if let [TokenTree::Ident(word), TokenTree::Ident(name), TokenTree::Punct(end)] = window
                && word == "mod"
                && end.as_char() == ';'
            {
                let (name, inside) = (name.to_string(), self.inside.clone());
                self.modules.push(Module { name, paths: Vec::new(), inside });
            }
        }
        for token in tokens {
            if let TokenTree::Group(group) = token {
                self.modules_in(group.stream());
            }
        }
    }
}

fn start(span: Span) -> usize {
    span.byte_range().start
}

/// The line of a function's name.
fn line(signature: &Signature) -> usize {
    signature.ident.span().start().line
}

fn lines(span: Span) -> RangeInclusive<usize> {
    span.start().line..=span.end().line
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// Whether an item is there for the crate's own tests only.
fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let syn::Meta::List(list) = &attribute.meta else {
            return attribute.path().is_ident("test");
        };
        let condition = list.tokens.to_string();
        list.path.is_ident("cfg")
            && (condition == "test" || condition.replace(' ', "").starts_with("all(test,"))
    })
}

/// The texts behind `path =` in an attribute.
fn paths(attribute: &Attribute) -> Vec<String> {
    let tokens: Vec<_> = match &attribute.meta {
        syn::Meta::NameValue(meta) => syn::parse_quote!(#meta),
        syn::Meta::List(list) if list.path.is_ident("cfg_attr") => list.tokens.clone(),
        _ => TokenStream::new(),
    }
    .into_iter()
    .collect();
    let path = |window: &[TokenTree]| match window {
        [TokenTree::Ident(word), TokenTree::Punct(_), TokenTree::Literal(path)]
            if word == "path" =>
        {
            Some(syn::parse_str::<syn::LitStr>(&path.to_string()).ok()?.value())
        }
        _ => None,
    };
    tokens.windows(3).filter_map(path).collect()
}

#[cfg(test)]
mod tests;
