//! The mailbox, for trying things out: where no mail server is named, letters do not leave, and are read
//! here.

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

/// The most letters that are shown; older ones are not.
const SHOWN: i64 = 100;

/// A letter in the mailbox. The type has no debug output: a letter is for its recipient.
#[derive(sqlx::FromRow)]
pub struct StoredLetter {
    /// The letter's id.
    pub id: Uuid,
    /// The letter's channel: `email` or `sms`.
    pub channel: String,
    /// The recipient: an e-mail address or a phone number.
    pub recipient: String,
    /// The letter's language: `ko` or `en`.
    pub language: String,
    /// The subject; empty for an SMS.
    pub subject: String,
    /// The letter's text.
    pub body: String,
    /// The time when the letter was put in the queue.
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
