//! What stands in the parentheses of an attribute or macro.

use proc_macro2::{Span, TokenStream};
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Error, Ident, LitStr, Result, Token};

/// The arguments of `#[track_usage]`.
#[derive(Default)]
pub(crate) struct TrackUsage {
    pub(crate) name: Option<LitStr>,
    pub(crate) skip: Option<Span>,
    pub(crate) marked: Option<Span>,
    pub(crate) linked: Option<Span>,
}

/// The arguments of `#[deprecated_tracked]`.
#[derive(Default)]
pub(crate) struct DeprecatedTracked {
    pub(crate) name: Option<LitStr>,
    pub(crate) since: Option<LitStr>,
    pub(crate) note: Option<LitStr>,
    pub(crate) remove_in: Option<LitStr>,
    pub(crate) linked: Option<Span>,
}

/// The arguments of `library!`.
#[derive(Default)]
pub(crate) struct Library {
    pub(crate) collector: Option<LitStr>,
    /// Packages; `None` stands for all.
    pub(crate) dependencies: Option<Vec<String>>,
}

impl TrackUsage {
    pub(crate) fn parse(arguments: TokenStream) -> Result<Self> {
        let mut parsed = Self::default();
        each(arguments, |key, input| match key.to_string().as_str() {
            "name" => once(&mut parsed.name, key, name(input)?),
            "skip" => once(&mut parsed.skip, key, key.span()),
            "marked" => once(&mut parsed.marked, key, key.span()),
            "linked" => once(&mut parsed.linked, key, key.span()),
            _ => unknown(key, "`name = \"..\"`, `linked`, `skip` or `marked`"),
        })?;
        Ok(parsed)
    }
}

impl DeprecatedTracked {
    pub(crate) fn parse(arguments: TokenStream) -> Result<Self> {
        let mut parsed = Self::default();
        each(arguments, |key, input| match key.to_string().as_str() {
            "name" => once(&mut parsed.name, key, name(input)?),
            "since" => once(&mut parsed.since, key, text(input)?),
            "note" => once(&mut parsed.note, key, text(input)?),
            "remove_in" => once(&mut parsed.remove_in, key, text(input)?),
            "linked" => once(&mut parsed.linked, key, key.span()),
            _ => unknown(key, "`since`, `note`, `remove_in`, `name` or `linked`"),
        })?;
        Ok(parsed)
    }
}

impl Library {
    pub(crate) fn parse(arguments: TokenStream) -> Result<Self> {
        let mut parsed = Self::default();
        each(arguments, |key, input| match key.to_string().as_str() {
            "collector" => once(&mut parsed.collector, key, collector(input)?),
            "dependencies" => once(&mut parsed.dependencies, key, packages(input)?),
            _ => unknown(key, "`collector = \"https://..\"` or `dependencies = [\"..\"]`"),
        })?;
        Ok(parsed)
    }
}

/// Reads `key`, `key = ..`, separated by commas.
fn each(
    arguments: TokenStream,
    mut read: impl FnMut(&Ident, ParseStream) -> Result<()>,
) -> Result<()> {
    let parser = |input: ParseStream| {
        while !input.is_empty() {
            read(&input.parse()?, input)?;
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    };
    parser.parse2(arguments)
}

fn once<T>(slot: &mut Option<T>, key: &Ident, value: T) -> Result<()> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(Error::new_spanned(key, format!("`{key}` is given twice"))),
    }
}

fn unknown(key: &Ident, expected: &str) -> Result<()> {
    Err(Error::new_spanned(key, format!("unknown argument `{key}`: expected {expected}")))
}

fn text(input: ParseStream) -> Result<LitStr> {
    input.parse::<Token![=]>()?;
    input.parse()
}

/// The path of a `used!`.
pub(crate) fn path(arguments: TokenStream) -> Result<LitStr> {
    checked_path.parse2(arguments)
}

/// A site's name.
fn name(input: ParseStream) -> Result<LitStr> {
    input.parse::<Token![=]>()?;
    checked_path(input)
}

/// Identifiers joined by `::`.
fn checked_path(input: ParseStream) -> Result<LitStr> {
    let literal: LitStr = input.parse()?;
    let is_identifier = |segment: &str| {
        !segment.is_empty()
            && !segment.starts_with(|first: char| first.is_ascii_digit())
            && segment.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    if literal.value().split("::").all(is_identifier) {
        Ok(literal)
    } else {
        Err(Error::new(
            literal.span(),
            "a site's name is made of identifiers joined by `::`, such as \"Client::send\"",
        ))
    }
}

fn collector(input: ParseStream) -> Result<LitStr> {
    let literal = text(input)?;
    let value = literal.value();
    let is_url = |rest: &str| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_graphic());
    let host_begins =
        |host: &str| value.strip_prefix("http://").is_some_and(|rest| rest.starts_with(host));
    let is_loopback = ["127.", "localhost", "[::1]"].into_iter().any(host_begins);
    if is_url(value.strip_prefix("https://").unwrap_or_default()) || (is_loopback && is_url(&value))
    {
        Ok(literal)
    } else {
        Err(Error::new(
            literal.span(),
            "a collector's address begins with `https://` (or `http://` on the loopback interface)",
        ))
    }
}

fn packages(input: ParseStream) -> Result<Vec<String>> {
    input.parse::<Token![=]>()?;
    let content;
    syn::bracketed!(content in input);
    let names = Punctuated::<LitStr, Token![,]>::parse_terminated(&content)?;
    names
        .iter()
        .map(|name| {
            let value = name.value();
            if value.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
            {
                Ok(value)
            } else {
                Err(Error::new(name.span(), "a dependency is named as in Cargo.toml"))
            }
        })
        .collect()
}
