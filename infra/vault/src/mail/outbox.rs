//! The outbox: the way of letters into the queue.

use super::send::enqueue;
use super::{Language, Letter};
use jobs::Queue;
use sqlx::PgConnection;
use std::time::Duration;
use uuid::Uuid;

/// The outbox, which takes letters. Cheap to clone; clones poke the same workers.
#[derive(Clone, Debug, Default)]
pub struct Outbox {
    queue: Queue,
}

impl Outbox {
    /// Puts the letter in the queue, as part of the caller's transaction. The recipient is an e-mail address, or
    /// a phone number for what goes by SMS.
    ///
    /// # Errors
    /// The database's.
    pub async fn enqueue(
        &self,
        connection: &mut PgConnection,
        recipient: &str,
        language: Language,
        letter: &Letter,
    ) -> Result<(), sqlx::Error> {
        let (id, written) = (Uuid::now_v7(), letter.write(language));
        // Older releases take due letters by `next_attempt_at`: `infinity` keeps them from this one, which a
        // job sends.
        sqlx::query(
            "insert into vault.outbox (id, channel, recipient, language, subject, body, not_after, next_attempt_at)
             values ($1, $2, $3, $4, $5, $6, clock_timestamp() + make_interval(secs => $7), 'infinity')",
        )
        .bind(id)
        .bind(letter.channel().as_str())
        .bind(recipient)
        .bind(language.to_string())
        .bind(written.subject)
        .bind(written.body)
        .bind(letter.validity().as_ref().map(Duration::as_secs_f64))
        .execute(&mut *connection)
        .await?;
        enqueue(&self.queue, connection, letter.channel(), vec![id]).await
    }

    /// Wakes the workers of this process after the commit; those of other processes look once a second.
    pub fn poke(&self) {
        self.queue.poke();
    }

    /// The queue that takes the jobs that send letters, and any other job.
    #[must_use]
    pub fn queue(&self) -> &Queue {
        &self.queue
    }
}
