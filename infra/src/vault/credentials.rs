//! The rows behind passwords. An hour's grace for pending ones covers any command still under way.

use super::VaultError;
use domain::value::UserId;
use sqlx::PgPool;

pub(super) async fn insert_pending(pool: &PgPool, user: UserId, hash: &str) -> Result<(), VaultError> {
    sqlx::query(include_str!("insert_pending.sql")).bind(user.0).bind(hash).execute(pool).await?;
    Ok(())
}

pub(super) async fn activate(pool: &PgPool, user: UserId) -> Result<(), VaultError> {
    sqlx::query("update vault.credentials set state = 'active' where user_id = $1 and state = 'pending'")
        .bind(user.0)
        .execute(pool)
        .await?;
    Ok(())
}

pub(super) async fn hash_of(pool: &PgPool, user: UserId) -> Result<Option<String>, VaultError> {
    Ok(sqlx::query_scalar(include_str!("hash_of.sql")).bind(user.0).fetch_optional(pool).await?)
}

pub(super) async fn sweep(pool: &PgPool) -> Result<(), VaultError> {
    sqlx::query(include_str!("sweep_registered.sql")).execute(pool).await?;
    sqlx::query(
        "delete from vault.credentials
         where state = 'pending' and created_at < clock_timestamp() - interval '1 hour'",
    )
    .execute(pool)
    .await?;
    Ok(())
}
