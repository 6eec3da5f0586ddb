//! The attributes of headcount. Their documentation is on the re-exports in `headcount`.

mod args;
mod expand;
mod externs;
mod facts;
mod fallback;
mod graph;
mod item;
mod json;
mod record;
mod validate;

use proc_macro::TokenStream;
use proc_macro2::TokenStream as TokenStream2;

/// Counts the use of a function, or of the functions of an `impl` or `trait` block.
///
/// | on | counts | named |
/// | --- | --- | --- |
/// | a free `fn` | it | `module::name` |
/// | an `impl` block | every `pub fn` | `module::Type::name` |
/// | an `impl Trait<A> for Type` block | every `fn` | `module::<Type as Trait<A>>::name` |
/// | a `trait` block | every `fn` with a default body | `module::Trait::name` |
/// | a lone method, with `name = "Type::name"` | it | `module::Type::name` |
///
/// `#[track_usage(linked)]` leaves the record only: whether the linker kept the item is known, whether
/// it was called is not. For tiny functions in hot loops, which still vectorise then. Its expansion
/// holds an `unsafe` block: on a method of a type that derives `serde::Deserialize`, clippy's
/// pedantic `unsafe_derive_deserialize` has to be allowed. A counted function holds none.
///
/// In a block, `#[track_usage(skip)]` on a method leaves it out, and `#[track_usage(marked)]` on
/// the block counts only methods that carry an attribute of headcount.
///
/// An attribute on a lone method cannot see its type, so it is refused without a `name`. (Where
/// neither `self` nor `Self` gives the method away, rustc does: ``unresolved import `self::name` ``.)
///
/// Other attribute macros may stand above or below, and the names stay the same. An `async fn` counts
/// when it is first polled; below `#[async_trait]`, which makes it a function that returns a boxed
/// future, when it is called.
///
/// The item stays as it was: signature, documentation, lints, panic locations and behaviour. What
/// cannot be counted (a `const fn`, a `struct`, a method without a body) is refused with an error
/// that says what to do instead.
#[proc_macro_attribute]
pub fn track_usage(arguments: TokenStream, item: TokenStream) -> TokenStream {
    attribute(arguments, item, validate::track_usage)
}

/// Counts the use of a deprecated function, and marks it `#[deprecated]`.
///
/// Takes `since` and `note` like the standard attribute, and `remove_in`, the version in which the
/// item will be gone. All are optional. It may stand wherever
/// [`track_usage`](macro@track_usage) may, blocks excepted.
#[proc_macro_attribute]
pub fn deprecated_tracked(arguments: TokenStream, item: TokenStream) -> TokenStream {
    attribute(arguments, item, validate::deprecated_tracked)
}

/// A place in a body. Part of `headcount::used!`.
#[doc(hidden)]
#[proc_macro]
pub fn used(arguments: TokenStream) -> TokenStream {
    match args::path(arguments.into()) {
        Ok(path) => expand::used(&path),
        Err(error) => error.into_compile_error(),
    }
    .into()
}

/// The facts that rustc's own arguments tell about a library. Part of `headcount::library!`.
#[doc(hidden)]
#[proc_macro]
pub fn library_facts(arguments: TokenStream) -> TokenStream {
    match args::Library::parse(arguments.into()) {
        Ok(library) => expand::library(&facts::of_this_crate(&library)),
        Err(error) => {
            let facts = facts::of_this_crate(&args::Library::default());
            let mut tokens = expand::library(&facts);
            tokens.extend(error.into_compile_error());
            tokens
        }
    }
    .into()
}

/// The graph of an application, as a record. Part of `headcount::application!`.
#[doc(hidden)]
#[proc_macro]
pub fn application_record(_: TokenStream) -> TokenStream {
    expand::application(graph::of_this_crate()).into()
}

fn attribute(
    arguments: TokenStream,
    item: TokenStream,
    validate: fn(TokenStream2, TokenStream2) -> syn::Result<item::Item>,
) -> TokenStream {
    let arguments = TokenStream2::from(arguments);
    if validate::is_settled(&arguments) {
        return item;
    }
    let item = TokenStream2::from(item);
    match validate(arguments, item.clone()) {
        Ok(tracked) => expand::item(tracked),
        Err(errors) => fallback::item(item, &errors),
    }
    .into()
}
