//! Access tokens: short-lived JWTs signed with Ed25519, so that any process checks them by itself, and other
//! services can check them by the key set.

use super::keys::TokenKey;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use domain::value::UserId;
use ed25519_dalek::SigningKey;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, errors::ErrorKind};
use moka::sync::Cache;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::{fmt, time::Duration};
use uuid::Uuid;

const ISSUER: &str = "madang";
const AUDIENCE: &str = "madang";
/// The subject of operators' tokens: operators are no members.
const OPERATOR: &str = "operator";
/// The bytes before the seed in an Ed25519 private key as PKCS #8 has it (RFC 8410).
const PKCS8_PREFIX: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
/// The most verified tokens that are remembered: a verification costs more than most queries. Some ten
/// megabytes when full.
const REMEMBERED_MAX: u64 = 65_536;
/// The most ended sessions that are remembered, whose tokens could still be good; a hundred megabytes when
/// full.
const ENDED_MAX: u64 = 1_000_000;
/// The time in seconds by which a token may come from the future: our clock may have been set back. A token
/// from further in the future is none of ours.
const CLOCK_SET_BACK: i64 = 7 * 24 * 3_600;
/// The time for which ended sessions are remembered longer than their tokens are good, because clocks differ.
const CLOCKS_DIFFER: Duration = Duration::from_secs(60);

/// The access token that a client shows with each request as `Authorization: Bearer …`.
#[derive(Clone)]
pub struct AccessToken {
    /// The signed token itself: a secret.
    pub access_token: String,
    /// The time for which the token is good, in seconds.
    pub expires_in_seconds: u64,
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken")
            .field("expires_in_seconds", &self.expires_in_seconds)
            .finish_non_exhaustive()
    }
}

/// The caller that a token stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A member. The code that receives this value must check whether the member has left meanwhile.
    User {
        /// The member.
        user: UserId,
        /// The member's session to which the token belongs.
        session: Uuid,
    },
    /// A program of those who run the service.
    Operator,
}

/// The reason why a token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The token was good once.
    #[error("the access token has expired")]
    Expired,
    /// The token's session was ended: by logging out, at another device, or for safety.
    #[error("the session of the access token has ended")]
    SessionEnded,
    /// The token is not one of ours, or was changed.
    #[error("the access token is not valid")]
    Invalid,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    role: Role,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sid: Option<Uuid>,
}

#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Role {
    Member,
    Operator,
}

pub(super) struct Tokens {
    ring: RwLock<Arc<Ring>>,
    validation: Validation,
    ttl: Duration,
    /// The verified tokens, by the token's hash.
    verified: Cache<[u8; 32], Verified>,
    ended: Cache<Uuid, ()>,
}

/// The result of a token's verification.
#[derive(Clone)]
struct Verified {
    caller: Caller,
    /// The end of the token's validity, in seconds since 1970.
    exp: i64,
    /// The key that signed the token; the token counts only as long as the key is there.
    kid: String,
}

/// The ring of all keys at one time.
struct Ring {
    /// The signing keys, each with the time from which it signs, the latest first.
    signing: Vec<(DateTime<Utc>, Header, EncodingKey)>,
    verifying: HashMap<String, DecodingKey>,
    /// The public halves of the keys, as other services read them (RFC 7517, RFC 8037).
    public: Arc<Value>,
}

impl Ring {
    fn of(keys: &[TokenKey]) -> Self {
        let (mut signing, mut verifying, mut public) = (vec![], HashMap::new(), vec![]);
        for TokenKey { kid, seed, active_from } in keys.iter().rev() {
            let x = URL_SAFE_NO_PAD.encode(SigningKey::from_bytes(seed).verifying_key().to_bytes());
            let mut header = Header::new(Algorithm::EdDSA);
            header.kid = Some(kid.clone());
            signing.push((
                *active_from,
                header,
                EncodingKey::from_ed_der(&[&PKCS8_PREFIX[..], seed].concat()),
            ));
            public.push(
                json!({ "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": kid, "x": x }),
            );
            let key = DecodingKey::from_ed_components(&x).expect("it was encoded right here");
            verifying.insert(kid.clone(), key);
        }
        Self { signing, verifying, public: Arc::new(json!({ "keys": public })) }
    }

    /// The newest key that is active, or the oldest if this process's clock is behind them all.
    fn signer(&self) -> &(DateTime<Utc>, Header, EncodingKey) {
        let now = Utc::now();
        let active = self.signing.iter().find(|(active_from, ..)| *active_from <= now);
        active.or(self.signing.last()).expect("a vault that was opened has a key")
    }
}

impl Tokens {
    /// Tokens signed with `keys`, which are at least one, the oldest first.
    pub(super) fn new(keys: &[TokenKey], ttl: Duration) -> Self {
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.leeway = 0;
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        Self {
            ring: RwLock::new(Arc::new(Ring::of(keys))),
            validation,
            ttl,
            verified: Cache::new(REMEMBERED_MAX),
            ended: Cache::builder()
                .max_capacity(ENDED_MAX)
                .time_to_live(ttl.saturating_add(CLOCKS_DIFFER))
                .build(),
        }
    }

    fn ring(&self) -> Arc<Ring> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces the keys by the current ones; a token of a key that is gone is worth nothing.
    pub(super) fn set_keys(&self, keys: &[TokenKey]) {
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Ring::of(keys));
    }

    /// The public halves of all keys, as a JSON Web Key Set.
    pub(super) fn key_set(&self) -> Arc<Value> {
        self.ring().public.clone()
    }

    /// The time for which an access token is good.
    pub(super) fn ttl(&self) -> Duration {
        self.ttl
    }

    /// Ends the session in this process: its tokens are worth nothing here from now on.
    pub(super) fn end(&self, session: Uuid) {
        self.ended.insert(session, ());
    }

    pub(super) fn issue(&self, caller: Caller, ttl: Option<Duration>) -> AccessToken {
        let expires_in_seconds = ttl.unwrap_or(self.ttl).as_secs();
        let now = Utc::now().timestamp();
        let (sub, role, sid) = match caller {
            Caller::User { user, session } => (user.to_string(), Role::Member, Some(session)),
            Caller::Operator => (OPERATOR.to_owned(), Role::Operator, None),
        };
        let exp = now.saturating_add_unsigned(expires_in_seconds);
        // The minute lets a node whose clock is a little behind take the token at once.
        let nbf = now - 60;
        let (iss, aud) = (ISSUER.to_owned(), AUDIENCE.to_owned());
        let claims = Claims { iss, aud, sub, iat: now, nbf, exp, role, sid };
        let ring = self.ring();
        let (_, header, key) = ring.signer();
        let access_token = jsonwebtoken::encode(header, &claims, key)
            .expect("the key is a valid Ed25519 key and the claims are plain JSON");
        AccessToken { access_token, expires_in_seconds }
    }

    pub(super) fn verify(&self, token: &str) -> Result<Caller, TokenError> {
        let caller = self.whose(token)?;
        match caller {
            Caller::User { session, .. } if self.ended.contains_key(&session) => {
                Err(TokenError::SessionEnded)
            }
            Caller::User { .. } | Caller::Operator => Ok(caller),
        }
    }

    fn whose(&self, token: &str) -> Result<Caller, TokenError> {
        let key: [u8; 32] = Sha256::digest(token).into();
        if let Some(Verified { caller, exp, kid }) = self.verified.get(&key) {
            if exp < Utc::now().timestamp() {
                self.verified.invalidate(&key);
                return Err(TokenError::Expired);
            }
            if !self.ring().verifying.contains_key(&kid) {
                return Err(TokenError::Invalid);
            }
            return Ok(caller);
        }
        let (claims, kid) = self.claims(token)?;
        if claims.nbf > Utc::now().timestamp() + CLOCK_SET_BACK {
            return Err(TokenError::Invalid);
        }
        let caller = match (claims.role, claims.sid) {
            (Role::Member, Some(session)) => {
                Caller::User { user: claims.sub.parse().map_err(|_| TokenError::Invalid)?, session }
            }
            (Role::Operator, None) if claims.sub == OPERATOR => Caller::Operator,
            (Role::Member | Role::Operator, _) => return Err(TokenError::Invalid),
        };
        self.verified.insert(key, Verified { caller, exp: claims.exp, kid });
        Ok(caller)
    }

    /// The token's claims, and the id of the key that signed them.
    fn claims(&self, token: &str) -> Result<(Claims, String), TokenError> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| TokenError::Invalid)?;
        let ring = self.ring();
        let kid = header.kid.ok_or(TokenError::Invalid)?;
        let key = ring.verifying.get(&kid).ok_or(TokenError::Invalid)?;
        let decoded = jsonwebtoken::decode::<Claims>(token, key, &self.validation);
        decoded.map(|token| (token.claims, kid)).map_err(|error| {
            let expired = matches!(error.kind(), ErrorKind::ExpiredSignature);
            if expired { TokenError::Expired } else { TokenError::Invalid }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::keys::kid;
    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);
    const SESSION: Uuid = Uuid::from_u128(43);

    fn key(seed: u8) -> TokenKey {
        TokenKey { kid: kid(&[seed; 32]), seed: [seed; 32], active_from: DateTime::UNIX_EPOCH }
    }

    fn tokens(seed: u8) -> Tokens {
        Tokens::new(&[key(seed)], HOUR)
    }

    fn ours() -> Tokens {
        tokens(7)
    }

    fn mina() -> Caller {
        Caller::User { user: UserId(Uuid::from_u128(42)), session: SESSION }
    }

    fn part(value: &Value) -> String {
        URL_SAFE_NO_PAD.encode(value.to_string())
    }

    fn claims(role: &str, sub: &str, seconds_left: i64) -> Value {
        let now = Utc::now().timestamp();
        let exp = now + seconds_left;
        json!({ "iss": "madang", "aud": "madang", "sub": sub, "iat": now, "nbf": now, "exp": exp, "role": role })
    }

    fn signed(tokens: &Tokens, claims: &Value) -> String {
        let ring = tokens.ring();
        let (_, header, key) = ring.signer();
        jsonwebtoken::encode(header, claims, key).expect("can be signed")
    }

    #[test]
    fn a_token_stands_for_whom_it_was_issued_to_in_every_process() {
        let token = ours().issue(mina(), None);
        assert_eq!(token.expires_in_seconds, 3_600);
        let another_process = ours();
        for _ in 0..2 {
            assert_eq!(another_process.verify(&token.access_token), Ok(mina()));
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
        let token = tokens.issue(mina(), None).access_token;
        let key: [u8; 32] = Sha256::digest(&token).into();
        let kid = super::super::keys::kid(&[7; 32]);
        tokens.verified.insert(key, Verified { caller: mina(), exp: Utc::now().timestamp() - 1, kid });
        assert_eq!(tokens.verify(&token), Err(TokenError::Expired), "remembered ones too");
    }

    #[test]
    fn another_key_or_a_changed_token_is_not_accepted() {
        let tokens = ours();
        let foreign = super::tests::tokens(8).issue(Caller::Operator, None).access_token;
        assert_eq!(tokens.verify(&foreign), Err(TokenError::Invalid));

        let good = tokens.issue(mina(), None).access_token;
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

        // The classic confusion is tried: the public key used as an HMAC secret.
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
        let later = Utc::now().timestamp() + CLOCK_SET_BACK + 60;
        for (name, value) in [
            ("iss", json!("elsewhere")),
            ("aud", json!("elsewhere")),
            ("aud", Value::Null),
            ("nbf", json!(later)),
            ("nbf", Value::Null),
            ("exp", Value::Null),
            ("sid", json!(SESSION)),
        ] {
            let mut foreign = claims("operator", OPERATOR, 60);
            assert_eq!(tokens.verify(&signed(&tokens, &foreign)), Ok(Caller::Operator));
            foreign[name] = value;
            if foreign[name].is_null() {
                foreign.as_object_mut().expect("an object").remove(name);
            }
            assert_eq!(tokens.verify(&signed(&tokens, &foreign)), Err(TokenError::Invalid), "{name}");
        }
    }

    #[test]
    fn a_token_is_worth_nothing_once_its_session_has_ended() {
        let tokens = ours();
        let token = tokens.issue(mina(), None).access_token;
        assert_eq!(tokens.verify(&token), Ok(mina()));
        tokens.end(SESSION);
        assert_eq!(tokens.verify(&token), Err(TokenError::SessionEnded));
        let another = Caller::User { user: UserId(Uuid::from_u128(42)), session: Uuid::from_u128(44) };
        assert_eq!(tokens.verify(&tokens.issue(another, None).access_token), Ok(another));
    }

    #[test]
    fn a_new_key_signs_when_its_time_has_come_and_the_old_one_verifies_until_it_is_gone() {
        let tokens = ours();
        let old = tokens.issue(mina(), None).access_token;
        let soon = TokenKey { active_from: Utc::now() + HOUR, ..key(8) };
        tokens.set_keys(&[key(7), soon]);
        assert_eq!(tokens.key_set()["keys"].as_array().map(Vec::len), Some(2));
        assert_eq!(ours().verify(&tokens.issue(mina(), None).access_token), Ok(mina()), "not yet");
        let now = TokenKey { active_from: Utc::now() - HOUR, ..key(8) };
        tokens.set_keys(&[key(7), now.clone()]);
        let new = tokens.issue(mina(), None).access_token;
        assert_eq!(ours().verify(&new), Err(TokenError::Invalid));
        assert_eq!([tokens.verify(&new), tokens.verify(&old)], [Ok(mina()); 2]);
        tokens.set_keys(&[now]);
        assert_eq!([tokens.verify(&new), tokens.verify(&old)], [Ok(mina()), Err(TokenError::Invalid)]);
    }

    #[test]
    fn a_token_changed_anywhere_is_not_accepted() {
        let tokens = ours();
        let good = tokens.issue(mina(), None).access_token;
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
