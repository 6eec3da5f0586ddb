//! Every `quote!`. Generated code names nothing but `crate::__headcount` and what that re-exports.

use proc_macro2::{Delimiter, Group, Literal, Punct, TokenStream, TokenTree};
use quote::{quote, quote_spanned, ToTokens, TokenStreamExt};

use crate::facts;
use crate::item::{Block, Function, Item, Kind, Member, Site};
use crate::{json, record};

/// The item, with a site at the start of each counted body.
pub(crate) fn item(item: Item) -> TokenStream {
    match item {
        Item::Function(item) => function(*item),
        Item::Block(item) => block(item),
        Item::Other(_) => unreachable!("other items are refused"),
    }
}

fn block(block: Block) -> TokenStream {
    let Block { head, braces, members, .. } = block;
    let members = members.into_iter().map(|member| match member {
        Member::Function(item) => function(*item),
        Member::Other(tokens) => tokens,
    });
    let mut tokens = head;
    tokens.append(within(&braces, members.collect()));
    tokens
}

fn function(function: Function) -> TokenStream {
    let Function { attributes, visibility, default, signature, body, site } = function;
    let mut tokens = quote!(#(#attributes)* #visibility #default #signature);
    match (body, site) {
        (Some(body), Some(site)) => {
            let (mut stream, rest) = split_inner_attributes(body.stream());
            stream.extend(statement(&site, &signature.ident));
            stream.extend(rest);
            tokens.append(within(&body, stream));
        }
        (Some(body), None) => tokens.append(body),
        (None, _) => quote!(;).to_tokens(&mut tokens),
    }
    tokens
}

/// The statement that makes a site.
fn statement(site: &Site, function: &syn::Ident) -> TokenStream {
    let Site { kind, name, deprecated, must_be_free } = site;
    let (form, kind) = match kind {
        Kind::Fn => (quote!(counted), "fn"),
        Kind::Method => (quote!(counted), "method"),
        Kind::Linked => (quote!(linked), "linked"),
    };
    let (head, tail) = around_path(kind, deprecated);
    let free = must_be_free.then(|| quote_spanned!(function.span()=> , free self::#function));
    quote!(crate::__headcount::enter! { #form #head, item #name, #tail #free })
}

/// The expression of a `used!`.
pub(crate) fn used(path: &syn::LitStr) -> TokenStream {
    let (head, tail) = around_path("used", "");
    quote!(crate::__headcount::site! { counted #head, path #path, #tail })
}

/// The text of a site's record, before and behind the path.
fn around_path(kind: &str, deprecated: &str) -> (String, String) {
    let (name, version) = facts::identity();
    let (name, version) = (json::string(&name), json::string(&version));
    let head = format!("{{\"library\":{name},\"version\":{version},\"path\":\"");
    let tail = format!("\",\"kind\":\"{kind}\"{deprecated}}}");
    (head, tail)
}

/// `#![..]` has to stay the first thing in a body.
fn split_inner_attributes(body: TokenStream) -> (TokenStream, TokenStream) {
    let is = |token: Option<&TokenTree>, c| matches!(token, Some(TokenTree::Punct(punct)) if Punct::as_char(punct) == c);
    let mut rest: Vec<_> = body.into_iter().collect();
    let mut length = 0;
    while is(rest.get(length), '#') && is(rest.get(length + 1), '!') {
        length += 3;
    }
    let attributes = rest.drain(..length.min(rest.len())).collect();
    (attributes, rest.into_iter().collect())
}

/// The braces of `group` around other tokens.
fn within(group: &Group, tokens: TokenStream) -> Group {
    let mut braces = Group::new(Delimiter::Brace, tokens);
    braces.set_span(group.span());
    braces
}

/// The constants that `library!` builds its record from.
pub(crate) fn library(facts: &str) -> TokenStream {
    quote!(const FACTS: &str = #facts;)
}

/// The record of an application's graph, as a byte string.
pub(crate) fn application(graph: syn::Result<String>) -> TokenStream {
    match graph {
        Ok(text) => Literal::byte_string(&record::of_graph(&text)).to_token_stream(),
        Err(error) => error.to_compile_error(),
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;

    use crate::{fallback, validate};

    /// What `#[track_usage(arguments)]` makes of an item, pretty-printed.
    fn tracked(arguments: &str, item: &str) -> String {
        let item: TokenStream = item.parse().unwrap();
        let tokens = match validate::track_usage(arguments.parse().unwrap(), item.clone()) {
            Ok(tracked) => super::item(tracked),
            Err(errors) => fallback::item(item, &errors),
        };
        prettyplease::unparse(&syn::parse2(tokens).unwrap())
    }

    #[test]
    fn a_free_function() {
        insta::assert_snapshot!(tracked(
            "",
            "/// Sends.
            #[must_use]
            pub(crate) async unsafe fn send<T: Into<String>>(to: T) -> Result<(), ()>
            where T: Send {
                #![allow(unused)]
                let it = to.into()?;
                Ok(())
            }",
        ));
    }

    #[test]
    fn an_impl_block() {
        insta::assert_snapshot!(tracked(
            "",
            r#"impl<'a, T> api::Client<'a, T> {
                pub const SIZE: usize = { 1 };
                pub fn send(&self) { self.private() }
                fn private(&self) {}
                #[deprecated_tracked(since = "1.0.0", note = "say \"send\"")]
                pub fn post(&self) {}
                #[headcount::track_usage(skip)]
                pub const fn size() -> usize { 1 }
                generate! { a b }
                #[track_usage(name = "Client::inner")]
                fn named(&self) {}
            }"#,
        ));
    }

    #[test]
    fn a_trait() {
        insta::assert_snapshot!(tracked(
            "",
            "pub unsafe trait Codec: Sized where Self: Send {
                type Output;
                fn name(&self) -> String;
                fn describe(&self) -> String { self.name() }
            }",
        ));
    }

    #[test]
    fn a_mistake_leaves_the_item() {
        insta::assert_snapshot!(tracked("", "pub const fn size() -> usize { 1 }"));
        insta::assert_snapshot!(tracked(
            "",
            "impl Client {
                pub const fn size() -> usize { 1 }
                #[track_usage(skip)]
                pub fn send(&self) {}
            }",
        ));
    }
}
