//! An item as far as it has to be understood: signatures are parsed, bodies stay tokens.
//!
//! rustc explains a broken body better than this crate could.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{
    Attribute, Error, GenericArgument, Generics, Ident, PathArguments, Result, Signature, Token,
    Type, Visibility,
};

/// What an attribute stands on.
pub(crate) enum Item {
    Function(Box<Function>),
    Block(Block),
    /// Anything else, with the keyword that says what.
    Other(TokenTree),
}

/// A function, free or in a block.
pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) default: Option<Ident>,
    pub(crate) signature: Signature,
    /// `None` for a function that ends in `;`.
    pub(crate) body: Option<Group>,
    /// Filled in when it has been decided that the function is counted.
    pub(crate) site: Option<Site>,
}

/// A site in a function's body.
pub(crate) struct Site {
    pub(crate) kind: Kind,
    /// Within the module.
    pub(crate) name: String,
    /// What follows in the record: nothing, or `,"deprecated":{..}`.
    pub(crate) deprecated: String,
    /// Nothing but its place tells that the function is free: let rustc check that.
    pub(crate) must_be_free: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Fn,
    Method,
    /// The record only.
    Linked,
}

/// An `impl` or `trait` block.
pub(crate) struct Block {
    /// Everything before the braces.
    pub(crate) head: TokenStream,
    pub(crate) kind: BlockKind,
    /// What its functions' names begin with; `None` when the type has no name.
    pub(crate) name: Option<String>,
    /// The braces.
    pub(crate) braces: Group,
    pub(crate) members: Vec<Member>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum BlockKind {
    Inherent,
    TraitImpl,
    Trait,
}

pub(crate) enum Member {
    Function(Box<Function>),
    Other(TokenStream),
}

impl Item {
    pub(crate) fn parse(item: TokenStream) -> Result<Self> {
        let tokens: Vec<_> = item.clone().into_iter().collect();
        match keyword(&tokens) {
            Some(TokenTree::Ident(word)) if word == "fn" => {
                Function::parse.parse2(item).map(|function| Self::Function(Box::new(function)))
            }
            Some(TokenTree::Ident(word)) if word == "impl" || word == "trait" => {
                Block::parse(tokens).map(Self::Block)
            }
            Some(other) => Ok(Self::Other(other)),
            None => Err(Error::new_spanned(item, "expected a function, an `impl` or a `trait`")),
        }
    }
}

/// The token that tells what kind of item this is: `fn`, `impl`, `trait`, `struct`, ..
fn keyword(tokens: &[TokenTree]) -> Option<TokenTree> {
    let mut tokens = tokens.iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            // An attribute.
            TokenTree::Punct(punct) if punct.as_char() == '#' => {
                tokens.next();
            }
            // A fragment of a `macro_rules`: a visibility, an attribute.
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => {}
            TokenTree::Ident(word) => match word.to_string().as_str() {
                "pub" => {
                    tokens.next_if(|next| matches!(next, TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis));
                }
                "default" | "async" | "unsafe" | "safe" | "auto" => {}
                // Both may begin a function or something else.
                "const" | "extern" => {
                    tokens.next_if(|next| matches!(next, TokenTree::Literal(_)));
                    let begins_function = |next: &&TokenTree| {
                        matches!(next, TokenTree::Ident(word)
                            if ["fn", "async", "unsafe", "safe", "extern"].iter().any(|known| word == known))
                    };
                    if !tokens.peek().is_some_and(begins_function) {
                        return Some(token.clone());
                    }
                }
                _ => return Some(token.clone()),
            },
            _ => return Some(token.clone()),
        }
    }
    None
}

impl Function {
    fn parse(input: ParseStream) -> Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        let default = match input.fork().call(Ident::parse_any) {
            Ok(word) if word == "default" => Some(input.call(Ident::parse_any)?),
            _ => None,
        };
        let signature = input.parse()?;
        let body = if input.peek(Token![;]) {
            input.parse::<Token![;]>()?;
            None
        } else {
            let body: Group = input.parse()?;
            if body.delimiter() != Delimiter::Brace {
                return Err(Error::new(body.span(), "expected a body in braces"));
            }
            Some(body)
        };
        Ok(Self { attributes, visibility, default, signature, body, site: None })
    }

    /// The name without `r#`.
    pub(crate) fn name(&self) -> String {
        self.signature.ident.unraw().to_string()
    }

    /// Whether `self` or `Self` occurs anywhere, so that this must be a method.
    pub(crate) fn mentions_self(&self) -> bool {
        let signature = self.signature.to_token_stream();
        let body = self.body.as_ref().map(Group::stream).unwrap_or_default();
        mentions_self(signature, true) || mentions_self(body, false)
    }
}

/// `Self` anywhere; `self` where it is a receiver and not the beginning of a path.
fn mentions_self(tokens: TokenStream, in_signature: bool) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == "Self" || (in_signature && word == "self"),
        TokenTree::Group(group) => mentions_self(group.stream(), in_signature),
        _ => false,
    })
}

impl Block {
    fn parse(mut tokens: Vec<TokenTree>) -> Result<Self> {
        let braces = match tokens.pop() {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => group,
            last => return Err(Error::new_spanned(last, "expected a block in braces")),
        };
        let head = TokenStream::from_iter(tokens);
        let (kind, name) = Self::parse_head.parse2(head.clone())?;
        let members = Self::parse_members.parse2(braces.stream())?;
        Ok(Self { head, kind, name, braces, members })
    }

    fn parse_head(input: ParseStream) -> Result<(BlockKind, Option<String>)> {
        input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        while !input.peek(Token![impl]) && !input.peek(Token![trait]) {
            input.call(Ident::parse_any)?; // `unsafe`, `default`, `auto`
        }
        let parsed = if input.parse::<Option<Token![trait]>>()?.is_some() {
            (BlockKind::Trait, Some(input.parse::<Ident>()?.unraw().to_string()))
        } else {
            input.parse::<Token![impl]>()?;
            let generics = input.parse::<Generics>()?;
            let parameters: Vec<Ident> = generics
                .type_params()
                .map(|parameter| parameter.ident.clone())
                .chain(generics.const_params().map(|parameter| parameter.ident.clone()))
                .collect();
            input.parse::<Option<Token![!]>>()?;
            let first = type_name(&input.parse()?, &parameters);
            if input.parse::<Option<Token![for]>>()?.is_some() {
                let second = type_name(&input.parse()?, &parameters);
                let name =
                    first.zip(second).map(|(first, second)| format!("<{second} as {first}>"));
                (BlockKind::TraitImpl, name)
            } else {
                (BlockKind::Inherent, first)
            }
        };
        input.parse::<TokenStream>()?; // bounds and `where`
        Ok(parsed)
    }

    fn parse_members(input: ParseStream) -> Result<Vec<Member>> {
        let mut members = Vec::new();
        while !input.is_empty() {
            let rest: Vec<_> = input.fork().parse::<TokenStream>()?.into_iter().collect();
            let is_function =
                matches!(keyword(&rest), Some(TokenTree::Ident(word)) if word == "fn");
            members.push(if is_function {
                Member::Function(Box::new(Function::parse(input)?))
            } else {
                Member::Other(other_member(input)?)
            });
        }
        Ok(members)
    }
}

/// A constant, a type, a macro: up to its `;`, or to the braces of a macro.
fn other_member(input: ParseStream) -> Result<TokenStream> {
    let mut tokens = TokenStream::new();
    let mut is_macro = false;
    while !input.is_empty() {
        let token: TokenTree = input.parse()?;
        let is_end = match &token {
            TokenTree::Punct(punct) => {
                // `#!` begins an inner attribute, not a macro's arguments.
                is_macro |= punct.as_char() == '!' && !tokens.is_empty();
                punct.as_char() == ';'
            }
            TokenTree::Group(group) => is_macro && group.delimiter() == Delimiter::Brace,
            _ => false,
        };
        tokens.append(token);
        if is_end {
            break;
        }
    }
    Ok(tokens)
}

/// What a type is called in a site's path: `Client` of `api::Client<'a, T>` where `T` is a parameter
/// of the block, `Client<Http>` where it is not, so that two blocks never share a name.
///
/// `None` for an array, a function pointer and the like.
fn type_name(ty: &Type, parameters: &[Ident]) -> Option<String> {
    match ty {
        Type::Path(path) if path.qself.is_none() => {
            let last = path.path.segments.last()?;
            let arguments = argument_names(&last.arguments, parameters)?;
            Some(format!("{}{arguments}", last.ident.unraw()))
        }
        Type::Reference(reference) => {
            let mutable = if reference.mutability.is_some() { "mut " } else { "" };
            Some(format!("&{mutable}{}", type_name(&reference.elem, parameters)?))
        }
        Type::Tuple(tuple) => {
            let elements = tuple.elems.iter().map(|element| type_name(element, parameters));
            Some(format!("({})", elements.collect::<Option<Vec<_>>>()?.join(", ")))
        }
        Type::Slice(slice) => Some(format!("[{}]", type_name(&slice.elem, parameters)?)),
        Type::Paren(paren) => type_name(&paren.elem, parameters),
        Type::Group(group) => type_name(&group.elem, parameters),
        _ => None,
    }
}

/// `<A, B>`; nothing where all are lifetimes or parameters of the block.
fn argument_names(arguments: &PathArguments, parameters: &[Ident]) -> Option<String> {
    let arguments = match arguments {
        PathArguments::None => return Some(String::new()),
        PathArguments::AngleBracketed(arguments) => &arguments.args,
        PathArguments::Parenthesized(_) => return None,
    };
    let is_parameter = |argument: &GenericArgument| match argument {
        GenericArgument::Lifetime(_) => true,
        GenericArgument::Type(ty) => parameters.iter().any(|parameter| is_just(ty, parameter)),
        GenericArgument::Const(value) => {
            parameters.iter().any(|parameter| is_just(value, parameter))
        }
        _ => false,
    };
    if arguments.iter().all(is_parameter) {
        return Some(String::new());
    }
    let name = |argument: &GenericArgument| match argument {
        GenericArgument::Type(ty) => type_name(ty, parameters),
        GenericArgument::Const(syn::Expr::Lit(literal)) => match &literal.lit {
            syn::Lit::Int(number) => Some(number.base10_digits().to_owned()),
            syn::Lit::Bool(value) => Some(value.value.to_string()),
            _ => None,
        },
        _ => None,
    };
    let named =
        arguments.iter().filter(|argument| !matches!(argument, GenericArgument::Lifetime(_)));
    Some(format!("<{}>", named.map(name).collect::<Option<Vec<_>>>()?.join(", ")))
}

/// Whether these tokens are one identifier.
fn is_just(tokens: &impl ToTokens, ident: &Ident) -> bool {
    *ident == tokens.to_token_stream().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(block: &str, name: Option<&str>) {
        let Ok(Item::Block(block)) = Item::parse(block.parse().unwrap()) else {
            panic!("no block")
        };
        assert_eq!(block.name.as_deref(), name);
    }

    #[test]
    fn names_of_blocks() {
        check("impl Client {}", Some("Client"));
        check(
            "impl<'a, T: ?Sized, const N: usize> api::Client<'a, T, N> where T: X {}",
            Some("Client"),
        );
        check("impl Client<Http> {}", Some("Client<Http>"));
        check("impl<T> Client<Vec<T>, 3> {}", Some("Client<Vec, 3>"));
        check("unsafe impl<T> Send for Client<T> {}", Some("<Client as Send>"));
        check("impl From<u32> for N {}", Some("<N as From<u32>>"));
        check("impl From<u64> for N {}", Some("<N as From<u64>>"));
        check("impl Add for &N {}", Some("<&N as Add>"));
        check("impl Add<&mut N> for (N, [u8]) {}", Some("<(N, [u8]) as Add<&mut N>>"));
        check("impl Sum for [u8; 2] {}", None);
        check("pub unsafe trait r#async: Send {}", Some("async"));
    }
}
