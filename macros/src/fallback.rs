//! Misuse costs its own messages and no others: the item is emitted as it was.

use proc_macro2::TokenStream;

use crate::expand;
use crate::item::{Item, Member};
use crate::validate::{is_ours, settle};

/// The errors, and behind them the item as it was.
///
/// The attributes of headcount inside a block are settled: outside of a tracked block they would be
/// errors of their own.
pub(crate) fn item(item: TokenStream, errors: &syn::Error) -> TokenStream {
    let mut tokens = errors.to_compile_error();
    tokens.extend(match Item::parse(item.clone()) {
        Ok(Item::Block(mut block)) => {
            for member in &mut block.members {
                if let Member::Function(function) = member {
                    function
                        .attributes
                        .iter_mut()
                        .filter(|attribute| is_ours(attribute))
                        .for_each(settle);
                }
            }
            expand::item(Item::Block(block))
        }
        _ => item,
    });
    tokens
}
