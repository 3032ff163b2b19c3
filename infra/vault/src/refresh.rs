//! Refresh tokens: each token is good once, and makes the next one.
//!
//! The first token of a family is random. Each further one is the HMAC of the token before, so that two tabs
//! that refresh at the same time are given the same next token, though only hashes are stored. A seal tells
//! our own old tokens from invented ones: only a real token that is shown again can end its family.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use rand::{TryRngCore, rngs::OsRng};
use sha2::{Digest, Sha256};
use uuid::Uuid;

const SECRET: usize = 32;
const SEAL: usize = 16;
const LENGTH: usize = 16 + 4 + SECRET + SEAL;

/// One refresh token. The type has no debug output: all of a token is secret.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct RefreshToken {
    pub(super) session: Uuid,
    /// Number of tokens that came before this one in its family.
    pub(super) generation: i32,
    secret: [u8; SECRET],
}

#[derive(Clone)]
pub(super) struct RefreshTokens(Hmac<Sha256>);

impl RefreshTokens {
    pub(super) fn new(key: [u8; 32]) -> Self {
        Self(Hmac::new_from_slice(&key).expect("HMAC takes keys of any length"))
    }

    /// The first token of a session's family.
    pub(super) fn first(&self, session: Uuid) -> RefreshToken {
        let mut secret = [0; SECRET];
        OsRng.try_fill_bytes(&mut secret).expect("the system has randomness");
        RefreshToken { session, generation: 0, secret }
    }

    /// The token that follows this one, always the same.
    pub(super) fn next(&self, token: &RefreshToken) -> RefreshToken {
        let generation = token.generation.saturating_add(1);
        RefreshToken { session: token.session, generation, secret: self.mac(b"next", token) }
    }

    /// The token's text as a client is given it.
    pub(super) fn text(&self, token: &RefreshToken) -> String {
        let mut bytes = Vec::with_capacity(LENGTH);
        bytes.extend_from_slice(token.session.as_bytes());
        bytes.extend_from_slice(&token.generation.to_be_bytes());
        bytes.extend_from_slice(&token.secret);
        bytes.extend_from_slice(&self.mac(b"seal", token)[..SEAL]);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads the text of a token that we gave out, whenever that was.
    pub(super) fn parse(&self, text: &str) -> Option<RefreshToken> {
        if text.len() > 2 * LENGTH {
            return None;
        }
        let bytes: [u8; LENGTH] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let (session, rest) = bytes.split_at(16);
        let (generation, rest) = rest.split_at(4);
        let (secret, seal) = rest.split_at(SECRET);
        let token = RefreshToken {
            session: Uuid::from_slice(session).ok()?,
            generation: i32::from_be_bytes(generation.try_into().ok()?),
            secret: secret.try_into().ok()?,
        };
        self.keyed(b"seal", &token).verify_truncated_left(seal).is_ok().then_some(token)
    }

    fn keyed(&self, purpose: &[u8], token: &RefreshToken) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(purpose);
        mac.update(token.session.as_bytes());
        mac.update(&token.generation.to_be_bytes());
        mac.update(&token.secret);
        mac
    }

    fn mac(&self, purpose: &[u8], token: &RefreshToken) -> [u8; 32] {
        self.keyed(purpose, token).finalize().into_bytes().into()
    }
}

impl RefreshToken {
    /// The token's hash as the table stores it: nobody can show the hash in the token's place.
    pub(super) fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.secret).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_goes_on_in_one_way_only_and_each_family_in_its_own() {
        let tokens = RefreshTokens::new([1; 32]);
        let (one, other) = (tokens.first(Uuid::from_u128(1)), tokens.first(Uuid::from_u128(1)));
        assert!(one.secret != other.secret);
        let second = tokens.next(&one);
        assert!(second == tokens.next(&one) && second != one && second.generation == 1);
        assert!(tokens.next(&other).secret != second.secret);
        assert!(RefreshTokens::new([2; 32]).next(&one).secret != second.secret, "nobody else can go on");
    }

    #[test]
    fn only_what_was_given_out_is_read() {
        let tokens = RefreshTokens::new([1; 32]);
        let token = tokens.next(&tokens.first(Uuid::from_u128(1)));
        let text = tokens.text(&token);
        assert!(tokens.parse(&text) == Some(token.clone()));
        assert!(RefreshTokens::new([2; 32]).parse(&text).is_none());
        for at in 0..text.len() {
            let mut changed = text.clone();
            changed.replace_range(at..=at, if &text[at..=at] == "A" { "B" } else { "A" });
            assert!(tokens.parse(&changed).is_none(), "{at}");
            assert!(tokens.parse(&text[..at]).is_none(), "cut at {at}");
        }
        assert!(tokens.parse(&"A".repeat(1_000_000)).is_none());
        let elsewhere = RefreshToken { session: Uuid::from_u128(2), ..token };
        assert!(tokens.text(&elsewhere)[30..] != text[30..]);
    }
}
