//! Who may register, each a library, and who may see what is not published: tokens.
//!
//! A token is 256 random bits. Slow, salted hashes exist because people choose passwords that can
//! be guessed; nobody guesses one of 2^256 equally likely tokens, however fast the hash. So the
//! store keeps plain SHA-256: a thief of the store cannot turn it back, and checking a request
//! costs microseconds, which a slow hash would offer to anyone as a way to keep the collector busy.

use std::fmt::{self, Write};
use std::str::FromStr;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use headcount_report::vocabulary::VocabularyError;
use headcount_report::{CrateName, serde_as_text};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use crate::error::Error;
use crate::store::TokenRow;

/// By this, tools that look for leaked secrets can tell a token.
const PREFIX: &str = "headcount_";

/// A new token. Shown once, never kept.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// Makes a token of 256 bits from the system's random source.
    ///
    /// # Errors
    /// When the system has no random bits.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut random = [0; 32];
        getrandom::fill(&mut random)?;
        let text = random.iter().fold(PREFIX.to_owned(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        Ok(Self(text))
    }

    /// What the store keeps in its place.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        digest(&self.0)
    }
}

/// Shows the token itself: for the one time that its owner reads it.
impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a token is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// To register versions of this library.
    Library(CrateName),
    /// To see what is not published.
    Operator,
}

/// No library can have this name.
const OPERATOR: &str = "*";

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Library(library) => library.fmt(f),
            Self::Operator => f.pad(OPERATOR),
        }
    }
}

impl FromStr for Scope {
    type Err = VocabularyError;

    fn from_str(text: &str) -> Result<Self, VocabularyError> {
        if text == OPERATOR { Ok(Self::Operator) } else { text.parse().map(Self::Library) }
    }
}

serde_as_text!(Scope);

/// Lets a request that carries a token for `library` pass.
pub(crate) fn authorise(
    headers: &HeaderMap,
    library: &CrateName,
    tokens: &[TokenRow],
) -> Result<(), Error> {
    match presented(headers).map(|token| find(token, tokens, &Scope::Library(library.clone()))) {
        Some(Found::Scope) => Ok(()),
        Some(Found::OtherScope) => Err(Error::OtherLibrary(library.to_string())),
        Some(Found::Nothing) | None => Err(Error::NoToken),
    }
}

/// Lets a request that carries the operator's token pass.
pub(crate) fn authorise_operator(headers: &HeaderMap, tokens: &[TokenRow]) -> Result<(), Error> {
    match presented(headers).map(|token| find(token, tokens, &Scope::Operator)) {
        Some(Found::Scope) => Ok(()),
        Some(Found::OtherScope | Found::Nothing) | None => Err(Error::NotOperator),
    }
}

/// What a token turns out to be.
enum Found {
    Scope,
    OtherScope,
    Nothing,
}

/// Looks for a token.
///
/// Every digest is compared, each in constant time, so how long it takes tells nothing.
fn find(token: &str, tokens: &[TokenRow], scope: &Scope) -> Found {
    let digest = digest(token);
    let (mut is_token, mut is_ours) = (Choice::from(0), Choice::from(0));
    for TokenRow { token, .. } in tokens {
        let is_equal = token.digest.ct_eq(&digest);
        is_token |= is_equal;
        is_ours |= is_equal & Choice::from(u8::from(token.scope == *scope));
    }
    match (bool::from(is_token), bool::from(is_ours)) {
        (_, true) => Found::Scope,
        (true, false) => Found::OtherScope,
        (false, false) => Found::Nothing,
    }
}

/// The token of a request's `Authorization: Bearer TOKEN`.
fn presented(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}
