//! Access tokens: short-lived JWTs signed with Ed25519, so that any process checks them by itself.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::Utc;
use domain::value::UserId;
use ed25519_dalek::SigningKey;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, errors::ErrorKind};
use moka::sync::Cache;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{fmt, time::Duration};

const ISSUER: &str = "madang";
/// The subject of operators' tokens, who are no members.
const OPERATOR: &str = "operator";
/// What comes before the seed in an Ed25519 private key as PKCS #8 has it (RFC 8410).
const PKCS8_PREFIX: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
/// Tokens that were verified lately: a verification costs more than most queries.
/// Some ten megabytes when full.
const REMEMBERED_MAX: u64 = 65_536;

/// Shown with each request as `Authorization: Bearer …`.
#[derive(Clone)]
pub struct AccessToken {
    /// The signed token itself: a secret.
    pub access_token: String,
    /// How long it is good for.
    pub expires_in_seconds: u64,
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken")
            .field("expires_in_seconds", &self.expires_in_seconds)
            .finish_non_exhaustive()
    }
}

/// Whom a token stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A member; whether they have left meanwhile is for the caller of this to ask.
    User(UserId),
    /// A program of those who run the service.
    Operator,
}

/// Why a token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It was good once.
    #[error("the access token has expired")]
    Expired,
    /// It is not one of ours, or was changed.
    #[error("the access token is not valid")]
    Invalid,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    iat: i64,
    exp: i64,
    role: Role,
}

#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Role {
    Member,
    Operator,
}

pub(super) struct Tokens {
    signing: EncodingKey,
    verifying: DecodingKey,
    header: Header,
    validation: Validation,
    ttl: Duration,
    /// By the token's hash: who, and until when (seconds since 1970).
    verified: Cache<[u8; 32], (Caller, i64)>,
}

impl Tokens {
    pub(super) fn new(seed: &[u8; 32], ttl: Duration) -> Self {
        let public = SigningKey::from_bytes(seed).verifying_key().to_bytes();
        let mut header = Header::new(Algorithm::EdDSA);
        // Names the key, for the day when there are two of them.
        header.kid = Some(URL_SAFE_NO_PAD.encode(&Sha256::digest(public)[..8]));
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.leeway = 0;
        validation.set_issuer(&[ISSUER]);
        validation.set_required_spec_claims(&["exp", "iss", "sub"]);
        Self {
            signing: EncodingKey::from_ed_der(&[&PKCS8_PREFIX[..], seed].concat()),
            verifying: DecodingKey::from_ed_components(&URL_SAFE_NO_PAD.encode(public))
                .expect("it was encoded right here"),
            header,
            validation,
            ttl,
            verified: Cache::new(REMEMBERED_MAX),
        }
    }

    pub(super) fn issue(&self, caller: Caller, ttl: Option<Duration>) -> AccessToken {
        let expires_in_seconds = ttl.unwrap_or(self.ttl).as_secs();
        let now = Utc::now().timestamp();
        let (sub, role) = match caller {
            Caller::User(user) => (user.to_string(), Role::Member),
            Caller::Operator => (OPERATOR.to_owned(), Role::Operator),
        };
        let exp = now.saturating_add_unsigned(expires_in_seconds);
        let claims = Claims { iss: ISSUER.to_owned(), sub, iat: now, exp, role };
        let access_token = jsonwebtoken::encode(&self.header, &claims, &self.signing)
            .expect("the key is a valid Ed25519 key and the claims are plain JSON");
        AccessToken { access_token, expires_in_seconds }
    }

    pub(super) fn verify(&self, token: &str) -> Result<Caller, TokenError> {
        let key: [u8; 32] = Sha256::digest(token).into();
        if let Some((caller, exp)) = self.verified.get(&key) {
            if exp >= Utc::now().timestamp() {
                return Ok(caller);
            }
            self.verified.invalidate(&key);
            return Err(TokenError::Expired);
        }
        let claims = jsonwebtoken::decode::<Claims>(token, &self.verifying, &self.validation)
            .map_err(|error| {
                if matches!(error.kind(), ErrorKind::ExpiredSignature) {
                    TokenError::Expired
                } else {
                    TokenError::Invalid
                }
            })?
            .claims;
        let caller = match claims.role {
            Role::Member => Caller::User(claims.sub.parse().map_err(|_| TokenError::Invalid)?),
            Role::Operator if claims.sub == OPERATOR => Caller::Operator,
            Role::Operator => return Err(TokenError::Invalid),
        };
        self.verified.insert(key, (caller, claims.exp));
        Ok(caller)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use uuid::Uuid;

    const HOUR: Duration = Duration::from_secs(3_600);

    fn ours() -> Tokens {
        Tokens::new(&[7; 32], HOUR)
    }

    fn mina() -> UserId {
        UserId(Uuid::from_u128(42))
    }

    fn part(value: &serde_json::Value) -> String {
        URL_SAFE_NO_PAD.encode(value.to_string())
    }

    fn claims(role: &str, sub: &str, seconds_left: i64) -> serde_json::Value {
        let now = Utc::now().timestamp();
        json!({ "iss": "madang", "sub": sub, "iat": now, "exp": now + seconds_left, "role": role })
    }

    fn signed(tokens: &Tokens, claims: &serde_json::Value) -> String {
        jsonwebtoken::encode(&tokens.header, claims, &tokens.signing).expect("can be signed")
    }

    #[test]
    fn a_token_stands_for_whom_it_was_issued_to_in_every_process() {
        let token = ours().issue(Caller::User(mina()), None);
        assert_eq!(token.expires_in_seconds, 3_600);
        let another_process = ours();
        for _ in 0..2 {
            assert_eq!(another_process.verify(&token.access_token), Ok(Caller::User(mina())));
        }
        let operator = ours().issue(Caller::Operator, Some(HOUR * 2));
        assert_eq!(ours().verify(&operator.access_token), Ok(Caller::Operator));
    }

    #[test]
    fn a_token_is_over_when_its_time_is_over() {
        let tokens = ours();
        assert_eq!(
            tokens.verify(&signed(&tokens, &claims("operator", OPERATOR, -2))),
            Err(TokenError::Expired)
        );
        let token = tokens.issue(Caller::User(mina()), None).access_token;
        let key: [u8; 32] = Sha256::digest(&token).into();
        tokens.verified.insert(key, (Caller::User(mina()), Utc::now().timestamp() - 1));
        assert_eq!(tokens.verify(&token), Err(TokenError::Expired), "remembered ones too");
    }

    #[test]
    fn another_key_or_a_changed_token_is_not_accepted() {
        let tokens = ours();
        let foreign = Tokens::new(&[8; 32], HOUR).issue(Caller::Operator, None).access_token;
        assert_eq!(tokens.verify(&foreign), Err(TokenError::Invalid));

        let good = tokens.issue(Caller::User(mina()), None).access_token;
        let [header, _, signature] = good.split('.').collect::<Vec<_>>()[..] else { panic!("three parts") };
        let forged = [header, &part(&claims("operator", OPERATOR, 60)), signature].join(".");
        assert_eq!(tokens.verify(&forged), Err(TokenError::Invalid));
        for bad in ["", "a.b.c", "a.b", &good[..good.len() - 4], "🙂.🙂.🙂"] {
            assert_eq!(tokens.verify(bad), Err(TokenError::Invalid), "{bad}");
        }
    }

    #[test]
    fn no_other_algorithm_is_accepted_and_none_is_none() {
        let tokens = ours();
        let payload = part(&claims("operator", OPERATOR, 60));
        let unsigned = [&part(&json!({ "alg": "none", "typ": "JWT" })), &payload, ""].join(".");
        assert_eq!(tokens.verify(&unsigned), Err(TokenError::Invalid));

        // The classic confusion: the public key used as an HMAC secret.
        let public = SigningKey::from_bytes(&[7; 32]).verifying_key().to_bytes();
        let confused = jsonwebtoken::encode(
            &Header::new(Algorithm::HS256),
            &claims("operator", OPERATOR, 60),
            &EncodingKey::from_secret(&public),
        )
        .expect("can be signed");
        assert_eq!(tokens.verify(&confused), Err(TokenError::Invalid));
    }

    #[test]
    fn claims_of_another_shape_are_not_accepted_even_when_signed() {
        let tokens = ours();
        for (role, sub) in [("operator", "42"), ("member", OPERATOR), ("king", OPERATOR)] {
            let token = signed(&tokens, &claims(role, sub, 60));
            assert_eq!(tokens.verify(&token), Err(TokenError::Invalid), "{role} {sub}");
        }
        let mut foreign = claims("operator", OPERATOR, 60);
        foreign["iss"] = json!("elsewhere");
        assert_eq!(tokens.verify(&signed(&tokens, &foreign)), Err(TokenError::Invalid));
    }

    #[test]
    fn a_token_changed_anywhere_is_not_accepted() {
        let tokens = ours();
        let good = tokens.issue(Caller::User(mina()), None).access_token;
        for at in 0..good.len() {
            // The last character has bits to spare, which must not make another token of the same bytes.
            let others =
                if at + 1 < good.len() { "A." } else { "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef0123456789-_=" };
            for other in others.split_inclusive(|_| true) {
                let mut changed = good.clone();
                changed.replace_range(at..=at, other);
                if changed != good {
                    assert_eq!(tokens.verify(&changed), Err(TokenError::Invalid), "{at}: {changed}");
                }
            }
            let cut = tokens.verify(&good[..at]);
            assert_eq!(cut, Err(TokenError::Invalid), "cut at {at}");
        }
    }
}
