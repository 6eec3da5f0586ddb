//! Who may register: tokens, each for one library.
//!
//! A token is 256 random bits. Slow, salted hashes exist because people choose passwords that can
//! be guessed; nobody guesses one of 2^256 equally likely tokens, however fast the hash. So the
//! store keeps plain SHA-256: a thief of the store cannot turn it back, and checking a request
//! costs microseconds, which a slow hash would offer to anyone as a way to keep the collector busy.

use std::fmt::{self, Write};

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use headcount_report::CrateName;
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

/// Lets a request that carries a token for `library` pass.
///
/// Every digest is compared, each in constant time, so how long it takes tells nothing.
pub(crate) fn authorise(
    headers: &HeaderMap,
    library: &CrateName,
    tokens: &[TokenRow],
) -> Result<(), Error> {
    let digest = digest(presented(headers).ok_or(Error::NoToken)?);
    let (mut is_token, mut is_ours) = (Choice::from(0), Choice::from(0));
    for TokenRow { token, .. } in tokens {
        let is_equal = token.digest.ct_eq(&digest);
        is_token |= is_equal;
        is_ours |= is_equal & Choice::from(u8::from(token.library == *library));
    }
    match (bool::from(is_token), bool::from(is_ours)) {
        (_, true) => Ok(()),
        (true, false) => Err(Error::OtherLibrary(library.to_string())),
        (false, false) => Err(Error::NoToken),
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
