//! The keys that all processes of one database share.

use super::VaultError;
use rand::{TryRngCore, rngs::OsRng};
use sqlx::PgPool;

pub(super) struct Keys {
    /// The private half of the Ed25519 key that signs tokens.
    pub(super) token_seed: [u8; 32],
    /// The HMAC key of request hashes.
    pub(super) request_hash: [u8; 32],
}

impl Keys {
    pub(super) async fn of(pool: &PgPool) -> Result<Self, VaultError> {
        Ok(Self {
            token_seed: secret(pool, "token_signing_key").await?,
            request_hash: secret(pool, "request_hash_key").await?,
        })
    }
}

/// Reads a secret; makes it when there is none. Two processes that start at once agree, because only one
/// insert wins and both read afterwards.
async fn secret(pool: &PgPool, name: &str) -> Result<[u8; 32], VaultError> {
    const READ: &str = "select value from vault.secrets where name = $1";
    let mut found: Option<Vec<u8>> = sqlx::query_scalar(READ).bind(name).fetch_optional(pool).await?;
    if found.is_none() {
        let mut fresh = [0; 32];
        OsRng.try_fill_bytes(&mut fresh).map_err(|error| VaultError::Unavailable(Box::new(error)))?;
        sqlx::query("insert into vault.secrets (name, value) values ($1, $2) on conflict (name) do nothing")
            .bind(name)
            .bind(&fresh[..])
            .execute(pool)
            .await?;
        found = sqlx::query_scalar(READ).bind(name).fetch_optional(pool).await?;
    }
    let unusable = || VaultError::Unavailable(format!("the secret {name} does not have 32 bytes").into());
    found.and_then(|bytes| bytes.try_into().ok()).ok_or_else(unusable)
}
