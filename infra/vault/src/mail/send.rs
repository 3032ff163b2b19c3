//! The jobs that send letters.

use super::Channel;
use super::sender::Sender;
use jobs::queue::Enqueued;
use jobs::{Failure, Job, Queue};
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, PgPool};
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// Letters under way at the same time, on each channel.
const AT_ONCE: usize = 8;
/// How long letters under way may take when the process stops; shorter than what the process is given.
const GRACE: Duration = Duration::from_secs(10);
/// More than fit into a day: what ends a letter is that it is late.
const MAX_ATTEMPTS: i32 = 1_000;

/// A letter is to be sent by e-mail.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendEmail {
    letter_id: Uuid,
}

/// A letter is to be sent by SMS.
#[derive(Debug, Serialize, Deserialize)]
pub struct SendSms {
    letter_id: Uuid,
}

impl Job for SendEmail {
    const KIND: &'static str = "send_email";
    const AT_ONCE: usize = AT_ONCE;
    const MAX_ATTEMPTS: i32 = MAX_ATTEMPTS;
    const GRACE: Duration = GRACE;
    type Context = Sender;

    fn key(&self) -> String {
        self.letter_id.to_string()
    }

    async fn run(self, sender: Arc<Sender>) -> Result<(), Failure> {
        sender.deliver(self.letter_id).await
    }
}

impl Job for SendSms {
    const KIND: &'static str = "send_sms";
    const AT_ONCE: usize = AT_ONCE;
    const MAX_ATTEMPTS: i32 = MAX_ATTEMPTS;
    const GRACE: Duration = GRACE;
    type Context = Sender;

    fn key(&self) -> String {
        self.letter_id.to_string()
    }

    async fn run(self, sender: Arc<Sender>) -> Result<(), Failure> {
        sender.deliver(self.letter_id).await
    }
}

/// Has letters of this channel sent, as part of the caller's transaction.
pub(super) async fn enqueue(
    queue: &Queue,
    connection: &mut PgConnection,
    channel: Channel,
    letters: Vec<Uuid>,
) -> Result<(), sqlx::Error> {
    let job = |letter_id| match channel {
        Channel::Email => Enqueued::of(&SendEmail { letter_id }),
        Channel::Sms => Enqueued::of(&SendSms { letter_id }),
    };
    queue.enqueue_all(connection, letters.into_iter().map(job).collect()).await
}

/// Has letters sent that have no job, as of an older release, if nobody else does. Meant to run every few minutes, in any
/// number of processes.
///
/// # Errors
/// The database's.
pub async fn adopt(pool: &PgPool, queue: &Queue) -> Result<(), sqlx::Error> {
    for channel in Channel::ALL {
        let mut tx = pool.begin().await?;
        let left = sqlx::query_scalar(
            "update vault.outbox set next_attempt_at = 'infinity'
             where channel = $1 and sent_at is null and gave_up_at is null
                 and next_attempt_at < clock_timestamp() - interval '2 minutes'
             returning id",
        )
        .bind(channel.as_str())
        .fetch_all(&mut *tx)
        .await?;
        enqueue(queue, &mut tx, channel, left).await?;
        tx.commit().await?;
    }
    queue.poke();
    Ok(())
}
