//! Handles of people who were forgotten: nobody can take such a handle, and pose as its former owner, for a
//! year. Only hashes are stored.

use super::VaultError;
use super::digest::RequestHasher;
use domain::user::HANDLE;
use domain::value::UserId;
use sqlx::PgPool;

/// Handles that nobody can have for now. Cheap to clone.
#[derive(Clone)]
pub struct Handles {
    pool: PgPool,
    hasher: RequestHasher,
}

impl Handles {
    pub(super) fn new(pool: PgPool, hasher: RequestHasher) -> Self {
        Self { pool, hasher }
    }

    /// Takes the person's handle from them, and keeps others from taking it for a year.
    ///
    /// # Errors
    /// The database's.
    pub async fn retire(&self, user: UserId) -> Result<(), VaultError> {
        let mut tx = self.pool.begin().await?;
        let taken: Vec<String> = sqlx::query_scalar(
            "delete from claims where kind = $1 and aggregate_type = 'user' and aggregate_id = $2
             returning value",
        )
        .bind(HANDLE)
        .bind(user.to_string())
        .fetch_all(&mut *tx)
        .await?;
        for handle_key in taken {
            sqlx::query(
                "insert into vault.retired_handles (handle_hash, until)
                 values ($1, clock_timestamp() + interval '1 year')
                 on conflict (handle_hash) do update set until = excluded.until",
            )
            .bind(self.hash(&handle_key))
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// True if the handle belonged to a person who was forgotten less than a year ago.
    ///
    /// # Errors
    /// The database's.
    pub async fn is_retired(&self, handle_key: &str) -> Result<bool, VaultError> {
        let retired = sqlx::query_scalar(
            "select exists (
                select 1 from vault.retired_handles where handle_hash = $1 and until > clock_timestamp()
             )",
        )
        .bind(self.hash(handle_key))
        .fetch_one(&self.pool)
        .await?;
        Ok(retired)
    }

    pub(super) async fn sweep(&self) -> Result<(), VaultError> {
        sqlx::query("delete from vault.retired_handles where until < clock_timestamp()")
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    fn hash(&self, handle_key: &str) -> Vec<u8> {
        self.hasher.hash(&[b"handle", handle_key.as_bytes()]).to_vec()
    }
}
