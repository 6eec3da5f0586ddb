//! Every refusal: an error that points at the token that is wrong, and says what to do.

use proc_macro2::TokenStream;
use quote::ToTokens;

use syn::{Attribute, Error, Result, Visibility};

use crate::args::{DeprecatedTracked, TrackUsage};
use crate::item::{Block, BlockKind, Function, Item, Kind, Member, Site};
use crate::json;

/// Decides what `#[track_usage]` counts in an item.
pub(crate) fn track_usage(arguments: TokenStream, item: TokenStream) -> Result<Item> {
    let arguments = TrackUsage::parse(arguments)?;
    if let Some(span) = arguments.skip {
        return Err(Error::new(
            span,
            "`skip` belongs on a method of a block that is tracked itself",
        ));
    }
    match Item::parse(item)? {
        Item::Function(function) => {
            if let Some(span) = arguments.marked {
                return Err(Error::new(span, "`marked` belongs on an `impl` or `trait` block"));
            }
            let name = arguments.name.map(|name| name.value());
            lone("track_usage", function, name, arguments.linked.is_some(), None)
        }
        Item::Block(block) => {
            if let Some(name) = arguments.name {
                return Err(Error::new(
                    name.span(),
                    "a block has no name of its own: its functions are named after the type",
                ));
            }
            tracked_block(block, arguments.marked.is_some(), arguments.linked.is_some())
        }
        other @ Item::Other(_) => Err(not_countable("track_usage", &other)),
    }
}

/// Decides what `#[deprecated_tracked]` counts.
pub(crate) fn deprecated_tracked(arguments: TokenStream, item: TokenStream) -> Result<Item> {
    let arguments = DeprecatedTracked::parse(arguments)?;
    match Item::parse(item)? {
        Item::Function(function) => {
            let name = arguments.name.as_ref().map(syn::LitStr::value);
            let is_linked = arguments.linked.is_some();
            lone("deprecated_tracked", function, name, is_linked, Some(&arguments))
        }
        Item::Block(block) => Err(Error::new_spanned(
            block.head,
            "rustc cannot deprecate a block: write `#[track_usage]` here and \
             `#[deprecated_tracked]` on its deprecated methods",
        )),
        other @ Item::Other(_) => Err(not_countable("deprecated_tracked", &other)),
    }
}

fn not_countable(attribute: &str, item: &Item) -> Error {
    let Item::Other(keyword) = item else { unreachable!("functions and blocks are countable") };
    Error::new_spanned(
        keyword,
        format!(
            "`#[{attribute}]` counts functions, not a `{keyword}`: put it on the functions or \
             `impl` blocks through which it is used"
        ),
    )
}

/// A function outside of a tracked block: free, or a method whose type the attribute cannot see.
fn lone(
    attribute: &str,
    mut function: Box<Function>,
    name: Option<String>,
    is_linked: bool,
    deprecated: Option<&DeprecatedTracked>,
) -> Result<Item> {
    countable(attribute, &function, "")?;
    if let Some(second) = function.attributes.iter().find(|attribute| is_ours(attribute)) {
        return Err(Error::new_spanned(
            second,
            "one attribute of headcount counts an item: remove one",
        ));
    }
    if name.is_none() && function.mentions_self() {
        let method = function.name();
        return Err(Error::new_spanned(
            &function.signature.ident,
            format!(
                "`#[{attribute}]` on a lone method cannot see its type: put `#[track_usage]` on the \
                 `impl` block, or give the site its name here: `name = \"Type::{method}\"`"
            ),
        ));
    }
    let is_method = function.signature.receiver().is_some()
        || name.as_ref().is_some_and(|name| name.contains("::"));
    function.site = Some(Site {
        kind: match (is_linked, is_method) {
            (true, _) => Kind::Linked,
            (false, true) => Kind::Method,
            (false, false) => Kind::Fn,
        },
        must_be_free: name.is_none(),
        name: name.unwrap_or_else(|| function.name()),
        deprecated: deprecated.map(deprecation).unwrap_or_default(),
    });
    if let Some(deprecated) = deprecated {
        function.attributes.push(standard_attribute(deprecated));
    }
    Ok(Item::Function(function))
}

fn tracked_block(mut block: Block, only_marked: bool, is_linked: bool) -> Result<Item> {
    let mut errors: Option<Error> = None;
    for member in &mut block.members {
        let Member::Function(function) = member else { continue };
        if let Err(error) =
            method(function, block.kind, block.name.as_deref(), only_marked, is_linked)
        {
            match &mut errors {
                Some(errors) => errors.combine(error),
                None => errors = Some(error),
            }
        }
    }
    errors.map_or(Ok(Item::Block(block)), Err)
}

/// What the attributes of headcount on a method of a tracked block say.
#[derive(Default)]
struct Marks {
    name: Option<String>,
    deprecated: Option<DeprecatedTracked>,
    skip: bool,
    marked: bool,
    linked: bool,
}

/// A function of a tracked block.
fn method(
    function: &mut Function,
    block: BlockKind,
    block_name: Option<&str>,
    only_marked: bool,
    is_linked: bool,
) -> Result<()> {
    if let Some(conditional) =
        function.attributes.iter().find(|attribute| is_conditional(attribute))
    {
        let why = "an attribute of headcount in a tracked block cannot be conditional: put the \
                   `cfg_attr` on the block";
        return Err(Error::new_spanned(conditional, why));
    }
    let marks = take_marks(function)?;
    if let Some(deprecated) = &marks.deprecated {
        function.attributes.push(standard_attribute(deprecated));
    }
    let is_offered = match block {
        BlockKind::Inherent => matches!(function.visibility, Visibility::Public(_)),
        BlockKind::TraitImpl => true,
        BlockKind::Trait => function.body.is_some(),
    };
    if marks.skip || !(marks.marked || (is_offered && !only_marked)) {
        return Ok(());
    }
    let hint = if marks.marked { "" } else { "; `#[track_usage(skip)]` leaves it out" };
    countable("track_usage", function, hint)?;
    let block_name = block_name.map(|block| format!("{block}::{}", function.name()));
    let Some(name) = marks.name.or(block_name) else {
        let why = "the type of this block has no name: write `#[track_usage(name = \"..\")]` here";
        return Err(Error::new_spanned(&function.signature.ident, why));
    };
    let deprecated = marks.deprecated.as_ref().map(deprecation).unwrap_or_default();
    let kind = if is_linked || marks.linked { Kind::Linked } else { Kind::Method };
    function.site = Some(Site { kind, name, deprecated, must_be_free: false });
    Ok(())
}

/// Reads headcount's own attributes on a method, and settles them.
fn take_marks(function: &mut Function) -> Result<Marks> {
    let mut marks = Marks::default();
    for attribute in function.attributes.iter_mut().filter(|attribute| is_ours(attribute)) {
        if marks.marked || marks.skip {
            let why = "one attribute of headcount counts an item: remove one";
            return Err(Error::new_spanned(attribute, why));
        }
        let arguments = match &attribute.meta {
            syn::Meta::List(list) => list.tokens.clone(),
            _ => TokenStream::new(),
        };
        if attribute.path().segments.last().is_some_and(|last| last.ident == "deprecated_tracked") {
            let deprecated = DeprecatedTracked::parse(arguments)?;
            marks.name = deprecated.name.as_ref().map(syn::LitStr::value);
            marks.linked = deprecated.linked.is_some();
            marks.deprecated = Some(deprecated);
            marks.marked = true;
        } else {
            let arguments = TrackUsage::parse(arguments)?;
            if let Some(span) = arguments.marked {
                return Err(Error::new(span, "`marked` belongs on the block"));
            }
            marks.name = arguments.name.map(|name| name.value());
            marks.linked = arguments.linked.is_some();
            marks.skip = arguments.skip.is_some();
            marks.marked = !marks.skip;
        }
        settle(attribute);
    }
    Ok(marks)
}

/// Tells an attribute inside a block that the block has seen to it.
///
/// It stays where it is, so that the author's `use` of it is not reported as unused.
pub(crate) fn settle(attribute: &mut Attribute) {
    let path = attribute.path();
    attribute.meta = syn::parse_quote!(#path(__settled));
}

/// Whether these are the arguments of a settled attribute.
pub(crate) fn is_settled(arguments: &TokenStream) -> bool {
    arguments.to_string() == "__settled"
}

/// Whether an attribute is one of headcount's, by its last segment.
pub(crate) fn is_ours(attribute: &Attribute) -> bool {
    attribute.path().segments.last().is_some_and(|last| is_our_name(&last.ident.to_string()))
}

fn is_our_name(name: &str) -> bool {
    matches!(name, "track_usage" | "deprecated_tracked")
}

/// `#[cfg_attr(.., track_usage)]`: an attribute macro on a block sees it unexpanded.
fn is_conditional(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg_attr")
        && matches!(&attribute.meta, syn::Meta::List(list)
            if list.tokens.clone().into_iter().any(|token| is_our_name(&token.to_string())))
}

/// Refuses functions in which nothing can be counted; `hint` ends the message.
fn countable(attribute: &str, function: &Function, hint: &str) -> Result<()> {
    let signature = &function.signature;
    let refuse = |tokens: &dyn ToTokens, why: &str| {
        let message = format!("`#[{attribute}]` cannot count a {why}{hint}");
        Err(Error::new_spanned(tokens, message))
    };
    if let Some(constness) = &signature.constness {
        return refuse(constness, "`const fn`: counting happens at run time");
    }
    if function.body.is_none() {
        return refuse(signature, "function without a body: put it on the bodies");
    }
    if let Some(naked) = function.attributes.iter().find(|attribute| is_naked(attribute)) {
        return refuse(naked, "naked function: its body is assembly alone");
    }
    Ok(())
}

/// `#[naked]` or `#[unsafe(naked)]`.
fn is_naked(attribute: &Attribute) -> bool {
    let inner = || match &attribute.meta {
        syn::Meta::List(list) if list.path.is_ident("unsafe") => list.tokens.to_string() == "naked",
        _ => false,
    };
    attribute.path().is_ident("naked") || inner()
}

/// What the record says about a deprecation.
fn deprecation(deprecated: &DeprecatedTracked) -> String {
    let fields = [
        ("since", &deprecated.since),
        ("note", &deprecated.note),
        ("remove_in", &deprecated.remove_in),
    ];
    let fields: Vec<_> = fields
        .iter()
        .filter_map(|(key, value)| {
            Some(format!("\"{key}\":{}", json::string(&value.as_ref()?.value())))
        })
        .collect();
    format!(",\"deprecated\":{{{}}}", fields.join(","))
}

/// The standard `#[deprecated]`.
fn standard_attribute(deprecated: &DeprecatedTracked) -> Attribute {
    let since = deprecated.since.iter().map(|since| quote::quote!(since = #since));
    let note = deprecated.note.iter().map(|note| quote::quote!(note = #note));
    let arguments: Vec<_> = since.chain(note).collect();
    if arguments.is_empty() {
        syn::parse_quote!(#[deprecated])
    } else {
        syn::parse_quote!(#[deprecated(#(#arguments),*)])
    }
}
