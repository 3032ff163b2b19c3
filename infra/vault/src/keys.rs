//! The keys that all processes of one database share.

use super::VaultError;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use ed25519_dalek::SigningKey;
use rand::{TryRngCore, rngs::OsRng};
use sha2::{Digest, Sha256};
use sqlx::PgPool;

/// The advisory lock that a process holds while it makes keys, so that two processes do not make two.
const MAKING_KEYS: i64 = 0x6d61_6461_6e67;

pub(super) struct Keys {
    /// The HMAC key of request hashes.
    pub(super) request_hash: [u8; 32],
    /// The HMAC key of refresh tokens.
    pub(super) refresh: [u8; 32],
}

impl Keys {
    pub(super) async fn of(pool: &PgPool) -> Result<Self, VaultError> {
        Ok(Self {
            request_hash: secret(pool, "request_hash_key").await?,
            refresh: secret(pool, "refresh_token_key").await?,
        })
    }
}

/// A key that signs access tokens, or did so before.
#[derive(Clone)]
pub(super) struct TokenKey {
    pub(super) kid: String,
    pub(super) seed: [u8; 32],
    pub(super) active_from: DateTime<Utc>,
}

/// The time when a new key begins to sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// A new key is made only if the newest one is a month old. It signs in two minutes, when every node and
    /// reader of the key set knows it.
    IfDue,
    /// A new key is made, however old the newest one is. It signs in two minutes.
    Now,
    /// A new key signs at once, and all older keys are gone: every access token given out so far, operators'
    /// included, is worth nothing. For the day when a key got out.
    Emergency,
}

/// Every key that verifies, the oldest first.
pub(super) async fn token_keys(pool: &PgPool) -> Result<Vec<TokenKey>, VaultError> {
    let rows: Vec<(String, Vec<u8>, DateTime<Utc>)> =
        sqlx::query_as("select kid, seed, active_from from vault.signing_keys order by active_from, kid")
            .fetch_all(pool)
            .await?;
    rows.into_iter()
        .map(|(kid, seed, active_from)| {
            let seed = seed.try_into().map_err(|_| unusable("a signing key"))?;
            Ok(TokenKey { kid, seed, active_from })
        })
        .collect()
}

/// Makes the first key, or the next one; true if one was made. Deletes the keys that were replaced long
/// before any token of theirs could still be good.
pub(super) async fn rotate(pool: &PgPool, rotation: Rotation) -> Result<bool, VaultError> {
    let mut tx = pool.begin().await?;
    sqlx::query("select pg_advisory_xact_lock($1)").bind(MAKING_KEYS).execute(&mut *tx).await?;
    let (first, due): (bool, bool) = sqlx::query_as(
        "select count(*) = 0, count(*) filter (where created_at > clock_timestamp() - interval '30 days') = 0
         from vault.signing_keys",
    )
    .fetch_one(&mut *tx)
    .await?;
    if rotation == Rotation::IfDue && !due {
        return Ok(false);
    }
    if rotation == Rotation::Emergency {
        sqlx::query("delete from vault.signing_keys").execute(&mut *tx).await?;
    }
    let seed = random()?;
    let at_once = first || rotation == Rotation::Emergency;
    sqlx::query(
        "insert into vault.signing_keys (kid, seed, active_from)
         values ($1, $2, clock_timestamp() + make_interval(mins => $3))",
    )
    .bind(kid(&seed))
    .bind(&seed[..])
    .bind(if at_once { 0 } else { 2 })
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "delete from vault.signing_keys old where exists (
            select 1 from vault.signing_keys new
            where new.active_from > old.active_from
                and new.active_from < clock_timestamp() - interval '31 days'
         )",
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(true)
}

/// The key's id, which follows from the key.
pub(super) fn kid(seed: &[u8; 32]) -> String {
    let public = SigningKey::from_bytes(seed).verifying_key().to_bytes();
    URL_SAFE_NO_PAD.encode(&Sha256::digest(public)[..8])
}

/// Reads a secret, which is made when there is none. Two processes that start at once agree, because only one
/// insert wins and both read afterwards.
async fn secret(pool: &PgPool, name: &str) -> Result<[u8; 32], VaultError> {
    const READ: &str = "select value from vault.secrets where name = $1";
    let mut found: Option<Vec<u8>> = sqlx::query_scalar(READ).bind(name).fetch_optional(pool).await?;
    if found.is_none() {
        sqlx::query("insert into vault.secrets (name, value) values ($1, $2) on conflict (name) do nothing")
            .bind(name)
            .bind(&random()?[..])
            .execute(pool)
            .await?;
        found = sqlx::query_scalar(READ).bind(name).fetch_optional(pool).await?;
    }
    found.and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| unusable(name))
}

fn random() -> Result<[u8; 32], VaultError> {
    let mut fresh = [0; 32];
    OsRng.try_fill_bytes(&mut fresh).map_err(|error| VaultError::Unavailable(Box::new(error)))?;
    Ok(fresh)
}

fn unusable(name: &str) -> VaultError {
    VaultError::Unavailable(format!("{name} does not have 32 bytes").into())
}
