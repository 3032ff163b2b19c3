//! The rows behind the queue.
//!
//! Taking a letter moves its next attempt on, in a transaction of its own: no row is locked while a mail server
//! takes its time, and a letter whose sender died becomes due again by itself.

use super::Channel;
use sqlx::PgPool;
use std::time::Duration;
use tracing::warn;
use uuid::Uuid;

/// A letter that was taken to be sent. Not for debug output: it is for its recipient.
#[derive(sqlx::FromRow)]
pub(super) struct Claimed {
    pub(super) id: Uuid,
    pub(super) recipient: String,
    pub(super) language: String,
    pub(super) subject: String,
    pub(super) body: String,
    /// This one included.
    pub(super) attempts: i32,
}

/// Takes letters that are due: for `claim` they are nobody else's.
pub(super) async fn claim(
    pool: &PgPool,
    channel: Channel,
    limit: usize,
    claim: Duration,
) -> Result<Vec<Claimed>, sqlx::Error> {
    sqlx::query_as(include_str!("queue/claim.sql"))
        .bind(channel.as_str())
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .bind(claim.as_secs_f64())
        .fetch_all(pool)
        .await
}

/// It is on its way, and nothing of it is kept.
pub(super) async fn forget(pool: &PgPool, letter: &Claimed) -> Result<(), sqlx::Error> {
    sqlx::query("delete from vault.outbox where id = $1").bind(letter.id).execute(pool).await?;
    Ok(())
}

/// It left for nowhere and can be read in the mailbox.
pub(super) async fn keep(pool: &PgPool, letter: &Claimed) -> Result<(), sqlx::Error> {
    sqlx::query("update vault.outbox set sent_at = clock_timestamp() where id = $1")
        .bind(letter.id)
        .execute(pool)
        .await?;
    Ok(())
}

/// It is due again after `pause`, unless someone else has taken it meanwhile.
pub(super) async fn retry(
    pool: &PgPool,
    letter: &Claimed,
    pause: Duration,
    why: Option<&str>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update vault.outbox
         set next_attempt_at = clock_timestamp() + make_interval(secs => $3), last_error = coalesce($4, last_error)
         where id = $1 and attempts = $2",
    )
    .bind(letter.id)
    .bind(letter.attempts)
    .bind(pause.as_secs_f64())
    .bind(why)
    .execute(pool)
    .await?;
    Ok(())
}

/// It will never be taken.
pub(super) async fn give_up(pool: &PgPool, letter: &Claimed, why: &str) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update vault.outbox
         set gave_up_at = clock_timestamp(), recipient = '', subject = '', body = '', last_error = $2
         where id = $1",
    )
    .bind(letter.id)
    .bind(why)
    .execute(pool)
    .await?;
    Ok(())
}

/// Gives up what came too late, and forgets what was done with a day ago. Meant to run every few minutes, in
/// any number of processes.
///
/// # Errors
/// The database's.
pub async fn sweep(pool: &PgPool) -> Result<(), sqlx::Error> {
    let late = sqlx::query(include_str!("queue/sweep_late.sql")).execute(pool).await?.rows_affected();
    if late > 0 {
        warn!(letters = late, "letters were given up: nothing could send them in time");
    }
    sqlx::query(
        "delete from vault.outbox where coalesce(sent_at, gave_up_at) < clock_timestamp() - interval '1 day'",
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Sets the gauge of letters that wait.
///
/// # Errors
/// The database's.
#[allow(clippy::cast_precision_loss)]
pub async fn gauge(pool: &PgPool) -> Result<(), sqlx::Error> {
    for channel in Channel::ALL {
        let waiting: i64 = sqlx::query_scalar(
            "select count(*) from vault.outbox where channel = $1 and sent_at is null and gave_up_at is null",
        )
        .bind(channel.as_str())
        .fetch_one(pool)
        .await?;
        metrics::gauge!("mail_waiting", "channel" => channel.as_str()).set(waiting as f64);
    }
    Ok(())
}
