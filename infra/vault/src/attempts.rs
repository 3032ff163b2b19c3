//! Bounds on tries of actions that could serve to guess, to harvest or to annoy. The tries are counted in
//! Postgres, so that all nodes count together.

use super::VaultError;
use super::digest::RequestHasher;
use sqlx::PgPool;
use std::time::Duration;

/// The bound on tries of one kind, for each key.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// The kind's name.
    pub kind: &'static str,
    /// Number of tries that need no wait; then each further try doubles the wait, from a second up to
    /// `longest`.
    pub burst: i32,
    /// The longest wait between two tries.
    pub longest: Duration,
    /// The time without a try after which counting begins anew.
    pub reset_after: Duration,
}

/// The counts of tries. Cheap to clone.
#[derive(Clone)]
pub struct Attempts {
    pool: PgPool,
    hasher: RequestHasher,
}

impl Attempts {
    pub(super) fn new(pool: PgPool, hasher: RequestHasher) -> Self {
        Self { pool, hasher }
    }

    /// Counts a try; returns how long to wait if there were too many. Call this before the try is made, so
    /// that many tries at the same time do not slip through.
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

    /// Begins to count anew, because the try was no guess.
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

    /// Takes one try back that was no guess.
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
