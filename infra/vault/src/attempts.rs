//! How often something may be tried that could be guessed, harvested or used to annoy: counted in Postgres,
//! so that all nodes count together.

use super::VaultError;
use super::digest::RequestHasher;
use sqlx::PgPool;
use std::time::Duration;

/// How often one kind of thing may be tried for one key.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// Its name.
    pub kind: &'static str,
    /// So many at once; then each further one doubles the wait, from a second up to `longest`.
    pub burst: i32,
    /// The longest wait between two tries.
    pub longest: Duration,
    /// After such a rest counting begins anew.
    pub reset_after: Duration,
}

/// Counts tries. Cheap to clone.
#[derive(Clone)]
pub struct Attempts {
    pool: PgPool,
    hasher: RequestHasher,
}

impl Attempts {
    pub(super) fn new(pool: PgPool, hasher: RequestHasher) -> Self {
        Self { pool, hasher }
    }

    /// Counts a try; how long to wait if there were too many. Counted before it is made, so that many at
    /// the same time do not slip through.
    ///
    /// # Errors
    /// The database's.
    pub async fn count(&self, policy: &Policy, key: &[&[u8]]) -> Result<Option<Duration>, VaultError> {
        let millis: i64 = sqlx::query_scalar(
            "select vault.attempt($1, $2, $3, make_interval(secs => $4), make_interval(secs => $5))",
        )
        .bind(policy.kind)
        .bind(&self.hasher.hash(key)[..])
        .bind(policy.burst)
        .bind(policy.longest.as_secs_f64())
        .bind(policy.reset_after.as_secs_f64())
        .fetch_one(&self.pool)
        .await?;
        Ok(u64::try_from(millis).ok().filter(|&millis| millis > 0).map(Duration::from_millis))
    }

    /// It was no guess: counting begins anew.
    ///
    /// # Errors
    /// The database's.
    pub async fn reset(&self, policy: &Policy, key: &[&[u8]]) -> Result<(), VaultError> {
        sqlx::query("delete from vault.attempts where kind = $1 and key = $2")
            .bind(policy.kind)
            .bind(&self.hasher.hash(key)[..])
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// This one try was no guess.
    ///
    /// # Errors
    /// The database's.
    pub async fn take_back(&self, policy: &Policy, key: &[&[u8]]) -> Result<(), VaultError> {
        sqlx::query("update vault.attempts set tries = greatest(0, tries - 1) where kind = $1 and key = $2")
            .bind(policy.kind)
            .bind(&self.hasher.hash(key)[..])
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    pub(super) async fn sweep(&self) -> Result<(), VaultError> {
        sqlx::query("delete from vault.attempts where last_at < clock_timestamp() - interval '1 day'")
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}
