//! The rows of letters: recipients and texts. The jobs say when a letter is sent.

use super::Channel;
use sqlx::PgPool;
use tracing::warn;
use uuid::Uuid;

/// A letter that is to be sent. The type has no debug output: a letter is for its recipient.
#[derive(sqlx::FromRow)]
pub(super) struct Waiting {
    pub(super) id: Uuid,
    pub(super) recipient: String,
    pub(super) language: String,
    pub(super) subject: String,
    pub(super) body: String,
    /// Number of attempts, this one included.
    pub(super) attempts: i32,
}

/// Takes the letter, to be sent now; none if it was sent, its recipient was forgotten, or its time is over.
pub(super) async fn take(pool: &PgPool, id: Uuid) -> Result<Option<Waiting>, sqlx::Error> {
    sqlx::query_as(include_str!("queue/take.sql")).bind(id).fetch_optional(pool).await
}

/// Deletes a letter that is on its way: nothing of it stays.
pub(super) async fn delete(pool: &PgPool, letter: &Waiting) -> Result<(), sqlx::Error> {
    sqlx::query("delete from vault.outbox where id = $1").bind(letter.id).execute(pool).await?;
    Ok(())
}

/// Keeps a letter that did not leave, so that it can be read in the mailbox.
pub(super) async fn keep(pool: &PgPool, letter: &Waiting) -> Result<(), sqlx::Error> {
    sqlx::query("update vault.outbox set sent_at = clock_timestamp() where id = $1")
        .bind(letter.id)
        .execute(pool)
        .await?;
    Ok(())
}

/// Notes why the letter did not leave this time.
pub(super) async fn note_failure(pool: &PgPool, letter: &Waiting, why: &str) -> Result<(), sqlx::Error> {
    sqlx::query("update vault.outbox set last_error = $2 where id = $1")
        .bind(letter.id)
        .bind(why)
        .execute(pool)
        .await?;
    Ok(())
}

/// Gives a letter up that no server will ever take, and empties its row.
pub(super) async fn give_up(pool: &PgPool, letter: &Waiting, why: &str) -> Result<(), sqlx::Error> {
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

/// Gives up the letters whose time is over, and deletes those that were sent or given up a day ago. Meant to
/// run every few minutes, in any number of processes.
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
