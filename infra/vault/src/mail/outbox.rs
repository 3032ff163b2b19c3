//! The way into the queue.

use super::{Language, Letter};
use sqlx::PgExecutor;
use std::time::Duration;
use tokio::sync::watch;
use uuid::Uuid;

/// Takes letters. Cheap to clone; clones poke the same senders.
#[derive(Clone, Debug, Default)]
pub struct Outbox {
    pokes: watch::Sender<()>,
}

impl Outbox {
    /// Puts the letter in the queue, as part of the caller's transaction. The recipient is an e-mail address, or
    /// a phone number for what goes by SMS.
    ///
    /// # Errors
    /// The database's.
    pub async fn enqueue<'e>(
        &self,
        executor: impl PgExecutor<'e>,
        recipient: &str,
        language: Language,
        letter: &Letter,
    ) -> Result<(), sqlx::Error> {
        let written = letter.write(language);
        sqlx::query(
            "insert into vault.outbox (id, channel, recipient, language, subject, body, not_after)
             values ($1, $2, $3, $4, $5, $6, clock_timestamp() + make_interval(secs => $7))",
        )
        .bind(Uuid::now_v7())
        .bind(letter.channel().as_str())
        .bind(recipient)
        .bind(language.to_string())
        .bind(written.subject)
        .bind(written.body)
        .bind(letter.validity().as_ref().map(Duration::as_secs_f64))
        .execute(executor)
        .await?;
        Ok(())
    }

    /// Wakes the sender of this process after the commit; others look once a second.
    pub fn poke(&self) {
        self.pokes.send_replace(());
    }

    pub(super) fn pokes(&self) -> watch::Receiver<()> {
        self.pokes.subscribe()
    }
}
