//! The closed vocabulary: every word that a report may contain.
//!
//! Each type holds a string that has been checked on the way in, by its `new`, by [`FromStr`] or by
//! serde. There is no free text among them, so nothing that identifies a person, a machine or a private
//! project fits into a report.
//!
//! The string is the word's own, or one that stays [in place](crate::text::InPlace), where the JSON of
//! a report is.
//!
//! [`FromStr`]: std::str::FromStr

use std::borrow::Borrow;
use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::SmolStr;

use crate::limits::MAX_SITE_PATH_BYTES;

/// A word that is not in the vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is not {expected}")]
pub struct VocabularyError {
    /// The word, cut to 80 characters.
    pub word: String,
    /// What would have been accepted.
    pub expected: &'static str,
}

macro_rules! word {
    ($(#[$doc:meta])* $name:ident, $expected:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name<T = SmolStr>(T);

        impl<T: AsRef<str>> $name<T> {
            /// A text as this word.
            ///
            /// # Errors
            /// When it is none.
            pub fn new(text: T) -> Result<Self, VocabularyError> {
                let check: fn(&str) -> bool = $check;
                if check(text.as_ref()) {
                    Ok(Self(text))
                } else {
                    let word = text.as_ref().chars().take(80).collect();
                    Err(VocabularyError { word, expected: $expected })
                }
            }

            /// The word itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                self.0.as_ref()
            }
        }

        impl FromStr for $name {
            type Err = VocabularyError;

            fn from_str(word: &str) -> Result<Self, VocabularyError> {
                Self::new(word.into())
            }
        }

        impl<T: AsRef<str>> Borrow<str> for $name<T> {
            fn borrow(&self) -> &str {
                self.as_str()
            }
        }

        impl<T: AsRef<str>> Serialize for $name<T> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de, T: AsRef<str> + Deserialize<'de>> Deserialize<'de> for $name<T> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::new(T::deserialize(deserializer)?).map_err(D::Error::custom)
            }
        }

        impl<T: AsRef<str>> fmt::Display for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

word!(
    /// The name of a package, by the rules of crates.io.
    CrateName,
    "a crate's name (letters, digits, `-`, `_`; at most 64)",
    |word| {
        word.len() <= 64
            && word.starts_with(|first: char| first.is_ascii_alphabetic())
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    }
);

word!(
    /// A released version, `major.minor.patch`. Pre-releases and build tags are free text, so they
    /// have no place in a report.
    PlainVersion,
    "a plain version (major.minor.patch)",
    |word| numbers(word) == Some(3)
);

word!(
    /// A compiler's version, `major.minor`.
    RustcVersion,
    "a compiler's version (major.minor)",
    |word| numbers(word) == Some(2)
);

word!(
    /// A system library's version: `major.minor.patch` with at most one lower-case letter behind
    /// it, as in OpenSSL's `1.1.1w`.
    SystemVersion,
    "a system library's version (such as 3.0.19 or 1.1.1w)",
    |word| numbers(word.strip_suffix(|last: char| last.is_ascii_lowercase()).unwrap_or(word))
        == Some(3)
);

word!(
    /// One of the targets that rustc itself names.
    Target,
    "a target of rustc's own list",
    |word| TARGETS.contains(word)
);

word!(
    /// The name of a cargo feature.
    FeatureName,
    "a cargo feature's name (at most 64 bytes)",
    |word| {
        const CHARACTERS: Characters = Characters::besides(b"_-+.");
        (1..=64).contains(&word.len()) && CHARACTERS.are_all_of(word)
    }
);

word!(
    /// The path of a site within its library, such as `client::Client::send`.
    SitePath,
    "a site's path (identifiers joined by `::`; at most 256 bytes)",
    |word| {
        const CHARACTERS: Characters = Characters::besides(b"_:#<> -.&,()[]");
        (1..=MAX_SITE_PATH_BYTES).contains(&word.len())
            && CHARACTERS.are_all_of(word)
            && !word.starts_with(' ')
            && !word.ends_with(' ')
    }
);

/// Characters of which a word may consist: letters and digits of all languages, and a few more.
struct Characters {
    ascii: [bool; 128],
}

impl Characters {
    /// Letters, digits, and these, which are ASCII.
    const fn besides(more: &[u8]) -> Self {
        let mut ascii = [false; 128];
        let mut byte = 0_u8;
        while byte.is_ascii() {
            ascii[byte as usize] = byte.is_ascii_alphanumeric();
            byte += 1;
        }
        let mut at = 0;
        while at < more.len() {
            ascii[more[at] as usize] = true;
            at += 1;
        }
        Self { ascii }
    }

    /// Whether a word consists of them. Most words are ASCII, and a report has hundreds.
    fn are_all_of(&self, word: &str) -> bool {
        let is_ascii_one = |byte: u8| self.ascii.get(usize::from(byte)).copied().unwrap_or(false);
        word.bytes().all(is_ascii_one)
            || word.chars().all(|c| u8::try_from(c).is_ok_and(is_ascii_one) || c.is_alphanumeric())
    }
}

/// rustc's own list: a collector looks a target up for every section.
static TARGETS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("targets.txt").lines().collect());

impl PlainVersion {
    /// The three numbers, for comparing versions in the order in which they were released.
    #[must_use]
    pub fn numbers(&self) -> [u32; 3] {
        let mut numbers = self.0.split('.').map(|number| number.parse().unwrap_or(u32::MAX));
        std::array::from_fn(|_| numbers.next().unwrap_or(0))
    }
}

impl RustcVersion {
    /// The `major.minor` of a full version such as `1.95.0` or `1.97.0-nightly`.
    ///
    /// # Errors
    /// When the text does not begin with two numbers.
    pub fn of_full(version: &str) -> Result<Self, VocabularyError> {
        version.split('.').take(2).collect::<Vec<_>>().join(".").parse()
    }
}

/// How many dot-separated decimal numbers `word` consists of, if it consists of nothing else.
fn numbers(word: &str) -> Option<usize> {
    word.split('.').try_fold(0, |count, number| {
        let is_number = (1..=9).contains(&number.len())
            && number.bytes().all(|byte| byte.is_ascii_digit())
            && (number == "0" || !number.starts_with('0'));
        is_number.then_some(count + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check<T: FromStr>(accepted: &[&str], refused: &[&str]) {
        for word in accepted {
            assert!(word.parse::<T>().is_ok(), "`{word}` was refused");
        }
        for word in refused {
            assert!(word.parse::<T>().is_err(), "`{word}` was accepted");
        }
    }

    #[test]
    fn words() {
        check::<CrateName>(&["libz-sys", "serde_json"], &["", "a b", "/home/me", "é", "1a"]);
        check::<PlainVersion>(
            &["0.1.0", "10.20.300"],
            &["", "1.0", "1.0.0-rc1", "1.0.0+x", "01.0.0", "1..0", "99999999999.0.0"],
        );
        check::<RustcVersion>(&["1.95"], &["1.95.0", "1", "1.95-nightly"]);
        check::<SystemVersion>(&["3.0.19", "1.1.1w"], &["3.0", "1.1.1wx", "3.0.19-me"]);
        check::<Target>(&["x86_64-unknown-linux-gnu"], &["x86_64-acme-secret", ""]);
        check::<FeatureName>(&["std", "dep-x", "zlib-ng"], &["", "a b", "a/b"]);
        check::<SitePath>(
            &["client::Client::send", "r#async::go", "<&N as From<(u8, [u16])>>::from", "größe"],
            &["", " a", "a;b", "a\nb", "a\"b", "/etc/passwd"],
        );
    }

    #[test]
    fn a_full_compiler_version_is_cut() {
        assert_eq!(RustcVersion::of_full("1.95.0").unwrap().as_str(), "1.95");
        assert_eq!(RustcVersion::of_full("1.97.0-nightly").unwrap().as_str(), "1.97");
        assert!(RustcVersion::of_full("unknown").is_err());
    }
}
