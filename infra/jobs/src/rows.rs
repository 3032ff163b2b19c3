//! The rows behind the queue.
//!
//! A worker takes a job by moving its due time on, in a transaction of its own: no row is locked while a job
//! runs, and a job whose process died becomes due again by itself.

use crate::job::Kind;
use serde_json::Value;
use sqlx::PgPool;
use std::time::Duration;
use tracing::warn;
use uuid::Uuid;

/// The time for which a job is its worker's alone after the worker last renewed the lease.
pub(crate) const LEASE: Duration = Duration::from_secs(15);
/// The pause after which the worker of a job renews the lease.
pub(crate) const RENEW: Duration = Duration::from_secs(4);

/// A job that was taken.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct Claimed {
    pub(crate) kind: String,
    pub(crate) key: String,
    pub(crate) payload: Value,
    /// Number of tries, this one included.
    pub(crate) attempts: i32,
    /// The id of this claim of the job: log lines name the job by it, since the job's key may be a person's
    /// id.
    pub(crate) lease: Uuid,
}

/// Takes due jobs of these kinds, at most so many of each.
pub(crate) async fn claim(pool: &PgPool, wanted: &[(&Kind, usize)]) -> Result<Vec<Claimed>, sqlx::Error> {
    if wanted.is_empty() {
        return Ok(vec![]);
    }
    let free = |free: usize| i32::try_from(free).unwrap_or(i32::MAX);
    sqlx::query_as(include_str!("sql/claim.sql"))
        .bind(wanted.iter().map(|(kind, _)| kind.name).collect::<Vec<_>>())
        .bind(wanted.iter().map(|(_, room)| free(*room)).collect::<Vec<_>>())
        .bind(wanted.iter().map(|(kind, _)| kind.max_attempts).collect::<Vec<_>>())
        .bind(LEASE.as_secs_f64())
        .fetch_all(pool)
        .await
}

/// Renews the lease, so that the job is this worker's for a while longer; false when the job is not this
/// try's any more.
pub(crate) async fn renew(pool: &PgPool, job: &Claimed) -> Result<bool, sqlx::Error> {
    let renewed = sqlx::query(
        "update public.jobs set due_at = clock_timestamp() + make_interval(secs => $4)
         where kind = $1 and key = $2 and lease = $3",
    )
    .bind(&job.kind)
    .bind(&job.key)
    .bind(job.lease)
    .bind(LEASE.as_secs_f64())
    .execute(pool)
    .await?;
    Ok(renewed.rows_affected() == 1)
}

/// Deletes a job that is done, or makes it due once more if it was enqueued again meanwhile.
pub(crate) async fn done(pool: &PgPool, job: &Claimed) -> Result<(), sqlx::Error> {
    let done = "delete from public.jobs where kind = $1 and key = $2 and lease = $3 and again_at is null";
    let again = "update public.jobs set lease = null, due_at = again_at, again_at = null, attempts = 0
         where kind = $1 and key = $2 and lease = $3";
    for sql in [done, again] {
        let settled = sqlx::query(sql).bind(&job.kind).bind(&job.key).bind(job.lease).execute(pool).await?;
        if settled.rows_affected() > 0 {
            break;
        }
    }
    Ok(())
}

/// Makes the job due again after the pause.
pub(crate) async fn retry(
    pool: &PgPool,
    job: &Claimed,
    why: Option<&'static str>,
    pause: Duration,
    was_a_try: bool,
) -> Result<(), sqlx::Error> {
    sqlx::query(include_str!("sql/fail.sql"))
        .bind(&job.kind)
        .bind(&job.key)
        .bind(job.lease)
        .bind(why)
        .bind(pause.as_secs_f64())
        .bind(was_a_try)
        .execute(pool)
        .await?;
    Ok(())
}

/// Gives the job up: no worker takes it any more.
pub(crate) async fn give_up(pool: &PgPool, job: &Claimed, why: &'static str) -> Result<(), sqlx::Error> {
    sqlx::query(include_str!("sql/give_up.sql"))
        .bind(&job.kind)
        .bind(&job.key)
        .bind(job.lease)
        .bind(why)
        .execute(pool)
        .await?;
    Ok(())
}

/// Gives up the jobs that ended the processes that ran them too often, and deletes those that were given up a
/// month ago.
pub(crate) async fn sweep(pool: &PgPool, kinds: &[&Kind]) -> Result<(), sqlx::Error> {
    let deadly = sqlx::query(
        "update public.jobs as job
         set gave_up_at = clock_timestamp(), lease = null, again_at = null,
             last_error = coalesce(last_error, 'whoever ran the job did not come back')
         from unnest($1::text[], $2::int[]) as of (kind, max_attempts)
         where job.kind = of.kind and gave_up_at is null and due_at <= now() and attempts >= of.max_attempts",
    )
    .bind(kinds.iter().map(|kind| kind.name).collect::<Vec<_>>())
    .bind(kinds.iter().map(|kind| kind.max_attempts).collect::<Vec<_>>())
    .execute(pool)
    .await?;
    if deadly.rows_affected() > 0 {
        warn!(jobs = deadly.rows_affected(), "jobs were given up: nobody who ran them came back");
    }
    sqlx::query("delete from public.jobs where gave_up_at < now() - interval '30 days'")
        .execute(pool)
        .await?;
    Ok(())
}
