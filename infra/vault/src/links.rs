//! Links in letters, each of which allows one thing to one person. Their tokens are random, and stored as
//! hashes.

use super::VaultError;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::value::UserId;
use rand::{TryRngCore, rngs::OsRng};
use sha2::{Digest, Sha256};
use sqlx::{PgConnection, PgPool};
use std::time::Duration;
use uuid::Uuid;

/// The purpose of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    PasswordReset,
    /// Brings a person back who has left.
    ComeBack,
    /// Opens the file of an export.
    Export,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::PasswordReset => "password_reset",
            Self::ComeBack => "come_back",
            Self::Export => "export",
        }
    }

    fn ttl(self) -> Duration {
        match self {
            Self::PasswordReset => Duration::from_secs(30 * 60),
            Self::ComeBack => Duration::from_secs(30 * 24 * 3_600),
            Self::Export => Duration::from_secs(7 * 24 * 3_600),
        }
    }
}

/// A token: 256 random bits as text.
pub(super) fn fresh() -> Result<String, VaultError> {
    let mut token = [0; 32];
    OsRng.try_fill_bytes(&mut token).map_err(|error| VaultError::Unavailable(Box::new(error)))?;
    Ok(URL_SAFE_NO_PAD.encode(token))
}

/// Makes a link's token. A token that the person was given before for the same purpose is worth nothing any
/// more.
pub(super) async fn issue(
    connection: &mut PgConnection,
    purpose: Purpose,
    user: UserId,
) -> Result<String, VaultError> {
    let token = fresh()?;
    sqlx::query(
        "insert into vault.links (token_hash, purpose, user_id, expires_at)
         values ($1, $2, $3, clock_timestamp() + make_interval(secs => $4))
         on conflict (user_id, purpose) do update
         set token_hash = excluded.token_hash, expires_at = excluded.expires_at",
    )
    .bind(&Sha256::digest(&token)[..])
    .bind(purpose.name())
    .bind(user.0)
    .bind(purpose.ttl().as_secs_f64())
    .execute(connection)
    .await?;
    Ok(token)
}

/// Takes the link and returns the person to whom it was sent, if it was still good; it is not good any more.
pub(super) async fn take(
    connection: &mut PgConnection,
    purpose: Purpose,
    token: &str,
) -> Result<Option<UserId>, VaultError> {
    let user: Option<Uuid> = sqlx::query_scalar(
        "delete from vault.links where token_hash = $1 and purpose = $2 and expires_at > clock_timestamp()
         returning user_id",
    )
    .bind(&Sha256::digest(token)[..])
    .bind(purpose.name())
    .fetch_optional(connection)
    .await?;
    Ok(user.map(UserId))
}

/// The person to whom the link was sent, if it is still good; it stays good.
pub(super) async fn whose(
    connection: &mut PgConnection,
    purpose: Purpose,
    token: &str,
) -> Result<Option<UserId>, VaultError> {
    let user: Option<Uuid> = sqlx::query_scalar(
        "select user_id from vault.links
         where token_hash = $1 and purpose = $2 and expires_at > clock_timestamp()",
    )
    .bind(&Sha256::digest(token)[..])
    .bind(purpose.name())
    .fetch_optional(connection)
    .await?;
    Ok(user.map(UserId))
}

/// Deletes the person's link of this purpose: one that is on its way is worth nothing any more.
pub(super) async fn revoke(
    connection: &mut PgConnection,
    purpose: Purpose,
    user: UserId,
) -> Result<(), VaultError> {
    sqlx::query("delete from vault.links where user_id = $1 and purpose = $2")
        .bind(user.0)
        .bind(purpose.name())
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn sweep(pool: &PgPool) -> Result<(), VaultError> {
    sqlx::query("delete from vault.links where expires_at < clock_timestamp()").execute(pool).await?;
    Ok(())
}
