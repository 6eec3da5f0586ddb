//! The path of a function, as far as its symbol tells.

use rustc_demangle::try_demangle;

/// A function's path without the arguments of its generic parts, so that every copy of a generic
/// function has the same. A closure, such as the body of an async function, is part of the
/// function around it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct FunctionPath(Vec<String>);

impl FunctionPath {
    /// The function in whose body the static stands that a symbol names.
    pub(super) fn around(static_symbol: &str) -> Option<Self> {
        let mut path = Self::of_symbol(static_symbol)?;
        path.0.pop();
        (!path.0.is_empty()).then_some(path)
    }

    /// Whether a symbol names this function.
    pub(super) fn is_of(&self, symbol: &str) -> bool {
        match Self::of_symbol(symbol) {
            Some(path) => *self == path,
            // `#[no_mangle]`; some systems put a `_` before every name.
            None => self.0.last().is_some_and(|name| symbol.trim_start_matches('_') == name),
        }
    }

    fn of_symbol(symbol: &str) -> Option<Self> {
        let demangled = try_demangle(symbol).ok()?;
        Some(Self::of_demangled(&format!("{demangled:#}")))
    }

    fn of_demangled(path: &str) -> Self {
        let mut parts = Self::default();
        parts.add(path);
        parts
    }

    fn add(&mut self, path: &str) {
        for (index, part) in split(path, "::").into_iter().enumerate() {
            let inner = part.strip_prefix('<').and_then(|part| part.strip_suffix('>'));
            match (inner, part.find('<')) {
                // `<Type>::method`, `<Type as Trait>::method`
                (Some(inner), _) if index == 0 => {
                    self.add(split(inner, " as ").pop().unwrap_or(inner));
                }
                // `module::<impl Type>::method`, `module::<impl Trait for Type>::method`
                (Some(inner), _) if inner.starts_with("impl ") => {
                    self.0.clear();
                    self.add(split(&inner["impl ".len()..], " for ")[0]);
                }
                // `function::<Argument>`
                (Some(_), _) => {}
                // `Type<Argument>`
                (None, Some(arguments)) => self.0.push(part[..arguments].to_owned()),
                (None, None) if part.starts_with('{') => {}
                (None, None) => self.0.push(part.to_owned()),
            }
        }
    }
}

/// Splits where the separator stands outside of all brackets.
fn split<'a>(text: &'a str, separator: &str) -> Vec<&'a str> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (at, character) in text.char_indices() {
        match character {
            '<' | '(' | '[' | '{' => depth += 1,
            '>' if text[..at].ends_with('-') => {}
            '>' | ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 && at >= start && text[at..].starts_with(separator) => {
                parts.push(&text[start..at]);
                start = at + separator.len();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(demangled: &str, parts: &str) {
        assert_eq!(FunctionPath::of_demangled(demangled).0.join("::"), parts);
    }

    #[test]
    fn generic_copies_and_both_manglings_agree() {
        check("counted::client::send", "counted::client::send");
        check("counted::gen::<u32, fn(&str) -> bool>", "counted::gen");
        check("counted::Stack<T>::push", "counted::Stack::push");
        check("<counted::Stack<alloc::vec::Vec<u8>>>::push::<i8>", "counted::Stack::push");
        check("<counted::Stack<_>>::push::RECORD", "counted::Stack::push::RECORD");
        check("<counted::Client as std::io::Read>::read", "std::io::Read::read");
        check("<middle::Mine<dyn Fn() -> u8> as counted::Sink<u8>>::put", "counted::Sink::put");
        check("counted::other::<impl counted::Client>::send", "counted::Client::send");
        check(
            "counted::other::<impl std::fmt::Debug for counted::Client>::fmt",
            "std::fmt::Debug::fmt",
        );
    }

    #[test]
    fn a_closure_is_part_of_its_function() {
        check("counted::pack_async::{closure#0}", "counted::pack_async");
        check("counted::pack_async::{{closure}}::RECORD", "counted::pack_async::RECORD");
    }

    #[test]
    fn the_function_around_a_record() {
        let record = "_ZN7counted6client4send6RECORD17h0123456789abcdefE";
        let around = FunctionPath::around(record).unwrap();
        assert!(around.is_of("_ZN7counted6client4send17hfedcba9876543210E"));
        assert!(around.is_of("send"));
        assert!(!around.is_of("_ZN7counted6client5other17hfedcba9876543210E"));
        assert!(!around.is_of("sender"));
        assert_eq!(FunctionPath::around("not_mangled"), None);
    }
}
