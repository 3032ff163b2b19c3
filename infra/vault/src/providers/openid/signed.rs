//! Signed tokens (JWS), and what an ID token must say to be believed. The library checks the signatures. It
//! reads claims by their types, and gives up at the first that has another, used or not; so they are read here.

use super::Claims;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use openidconnect::core::{CoreJsonWebKey, CoreJsonWebKeySet, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKey, JsonWebKeyUse};
use serde::Deserialize;
use serde::de::IgnoredAny;

/// The algorithms whose signatures only the service can make: with HMAC everyone who verifies a signature
/// could.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// The difference between two clocks that counts for nothing, in seconds.
const LEEWAY: i64 = 60;

/// The reason why a token is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// None of the known keys has made the signature.
    Signature,
    /// The token itself is wrong.
    Token(&'static str),
}

/// The content of a token whose signature is right.
pub(super) struct Signed<'k> {
    pub(super) claims: Claims,
    algorithm: CoreJwsSigningAlgorithm,
    key: &'k CoreJsonWebKey,
}

/// The sides between which an ID token passes, and their login.
pub(super) struct Between<'a> {
    pub(super) issuer: &'a str,
    pub(super) client: &'a str,
    pub(super) nonce: &'a str,
}

#[derive(Deserialize)]
struct Header {
    alg: CoreJwsSigningAlgorithm,
    kid: Option<String>,
    crit: Option<IgnoredAny>,
}

impl<'k> Signed<'k> {
    /// Reads a token that was signed with one of these keys.
    pub(super) fn read(token: &str, keys: &'k CoreJsonWebKeySet) -> Result<Self, Doubt> {
        let parts: Vec<&str> = token.split('.').collect();
        let [header, payload, signature] = parts[..] else {
            return Err(Doubt::Token("it has not three parts"));
        };
        let message = format!("{header}.{payload}");
        let header: Header = serde_json::from_slice(&decoded(header)?)
            .map_err(|_| Doubt::Token("its header can't be read, or names an unknown algorithm"))?;
        if !ALGORITHMS.contains(&header.alg) {
            return Err(Doubt::Token("others could have signed it"));
        }
        if header.crit.is_some() {
            return Err(Doubt::Token("it wants something to be understood that isn't"));
        }
        let signature = decoded(signature)?;
        let has_signed = |key: &&CoreJsonWebKey| {
            let named =
                header.kid.as_deref().is_none_or(|id| key.key_id().is_some_and(|key| key.as_str() == id));
            let may_sign = key.key_use().is_none_or(JsonWebKeyUse::allows_signature);
            // The library checks as well that the algorithm is one for the key.
            named && may_sign && key.verify_signature(&header.alg, message.as_bytes(), &signature).is_ok()
        };
        let key = keys.keys().iter().find(has_signed).ok_or(Doubt::Signature)?;
        let claims = Claims::parse(&decoded(payload)?).ok_or(Doubt::Token("its claims are no object"))?;
        Ok(Self { claims, algorithm: header.alg, key })
    }

    /// Checks that the token is of this login, and good at this time, in seconds since 1970.
    pub(super) fn check(&self, between: &Between<'_>, now: i64) -> Result<(), Doubt> {
        check(&self.claims, between, now).map_err(Doubt::Token)
    }

    /// True if the token was issued together with this access token, or does not say with which.
    pub(super) fn came_with(&self, access_token: &str) -> bool {
        let Some(expected) = self.claims.text("at_hash") else { return true };
        let hash = self.key.hash_bytes(access_token.as_bytes(), &self.algorithm);
        hash.is_ok_and(|hash| {
            URL_SAFE_NO_PAD.encode(&hash[..hash.len() / 2]) == expected.trim_end_matches('=')
        })
    }
}

/// Checks the claims of an ID token as OpenID Connect Core, 3.1.3.7, has it.
fn check(claims: &Claims, between: &Between<'_>, now: i64) -> Result<(), &'static str> {
    let audiences = claims.texts("aud");
    let authorized = claims.text("azp");
    let is_ours = authorized.as_deref() == Some(between.client);
    if claims.text("iss").as_deref() != Some(between.issuer) {
        return Err("it is of another issuer");
    }
    if !audiences.contains(&between.client) {
        return Err("it is for another client");
    }
    if !is_ours && (authorized.is_some() || audiences.len() > 1) {
        return Err("it was asked for by another client");
    }
    if claims.time("exp").is_none_or(|expires| expires.saturating_add(LEEWAY) <= now) {
        return Err("its time is over");
    }
    if claims.text("nonce").as_deref() != Some(between.nonce) {
        return Err("it is of another login");
    }
    Ok(())
}

fn decoded(part: &str) -> Result<Vec<u8>, Doubt> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| Doubt::Token("a part of it is not base64url"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const NOW: i64 = 1_796_000_000;

    fn checked(changes: &Value) -> Result<(), &'static str> {
        let mut claims = json!({
            "iss": "https://acme.example", "sub": "7", "aud": "us", "exp": NOW + 600, "nonce": "n"
        });
        for (name, value) in changes.as_object().expect("an object") {
            claims[name] = value.clone();
        }
        let between = Between { issuer: "https://acme.example", client: "us", nonce: "n" };
        check(&Claims::parse(claims.to_string().as_bytes()).expect("an object"), &between, NOW)
    }

    #[test]
    fn an_id_token_is_believed_whatever_it_says_beside_what_counts() {
        for changes in [
            json!({}),
            json!({ "exp": (NOW + 600).to_string() }),
            json!({ "exp": NOW - 20 }),
            json!({ "aud": ["us"], "azp": "us" }),
            json!({ "aud": ["us", "others"], "azp": "us" }),
            json!({ "iat": "now", "auth_time": "1796000000", "amr": "pwd", "address": "a street" }),
            json!({ "updated_at": "2026-12-01T00:00:00Z", "locale": {}, "phone_number_verified": "true" }),
        ] {
            assert_eq!(checked(&changes), Ok(()), "{changes}");
        }
    }

    #[test]
    fn an_id_token_of_another_login_is_not_believed() {
        for changes in [
            json!({ "iss": "https://acme.example/" }),
            json!({ "aud": "others" }),
            json!({ "aud": [] }),
            json!({ "aud": ["us", "others"] }),
            json!({ "azp": "others" }),
            json!({ "exp": NOW - 120 }),
            json!({ "exp": null }),
            json!({ "nonce": "m" }),
            json!({ "nonce": null }),
        ] {
            assert!(checked(&changes).is_err(), "{changes}");
        }
    }

    #[test]
    fn a_token_that_anyone_could_have_made_is_not_read() {
        let keys = CoreJsonWebKeySet::new(vec![CoreJsonWebKey::new_symmetric(b"known".to_vec())]);
        let part = |json: Value| URL_SAFE_NO_PAD.encode(json.to_string());
        for alg in ["none", "HS256", "XY999"] {
            let token = format!("{}.{}.AAAA", part(json!({ "alg": alg })), part(json!({ "sub": "7" })));
            let doubt = Signed::read(&token, &keys).err().expect("a doubt");
            assert!(matches!(doubt, Doubt::Token(_)), "{alg}: {doubt:?}");
        }
        let unsigned = format!("{}.{}.AAAA", part(json!({ "alg": "RS256" })), part(json!({})));
        assert_eq!(Signed::read(&unsigned, &keys).err(), Some(Doubt::Signature));
    }
}
