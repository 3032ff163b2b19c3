//! Letters that nothing left of: where no mail server is named, whoever tries things out reads them here.

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

/// Older ones are not shown.
const SHOWN: i64 = 100;

/// A letter in the mailbox. Not for debug output: it is for its recipient.
#[derive(sqlx::FromRow)]
pub struct StoredLetter {
    /// Its own.
    pub id: Uuid,
    /// `email` or `sms`.
    pub channel: String,
    /// An address or a phone number.
    pub recipient: String,
    /// `ko` or `en`.
    pub language: String,
    /// Empty for an SMS.
    pub subject: String,
    /// Its text.
    pub body: String,
    /// When it was put in the queue.
    pub created_at: DateTime<Utc>,
}

/// The newest letters, newest first; those to one recipient if one is named.
///
/// # Errors
/// The database's.
pub async fn stored_letters(
    pool: &PgPool,
    recipient: Option<&str>,
) -> Result<Vec<StoredLetter>, sqlx::Error> {
    sqlx::query_as(
        "select id, channel, recipient, language, subject, body, created_at
         from vault.outbox
         where sent_at is not null and ($1::text is null or recipient = $1)
         order by id desc
         limit $2",
    )
    .bind(recipient)
    .bind(SHOWN)
    .fetch_all(pool)
    .await
}
