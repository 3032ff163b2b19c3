//! The jobs that send letters.

use super::Channel;
use super::sender::Sender;
use jobs::queue::Enqueued;
use jobs::{Failure, Job, Queue};
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, PgPool};
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// The most letters under way at the same time, on each channel.
const AT_ONCE: usize = 8;
/// The time that letters under way have when the process stops; shorter than the time that the process has.
const GRACE: Duration = Duration::from_secs(10);
/// The most attempts: more than fit into a day, because a letter ends when it is late.
const MAX_ATTEMPTS: i32 = 1_000;

/// The job that sends a letter by a channel: `Via` is [`ByEmail`] or [`BySms`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct SendLetter<Via> {
    letter_id: Uuid,
    #[serde(skip)]
    via: PhantomData<Via>,
}

/// A channel as a type: each has a kind of job, and so workers, of its own.
pub trait Via: Send + Sync + 'static {
    /// The channel.
    const CHANNEL: Channel;
    /// The jobs' kind.
    const KIND: &'static str;
}

/// The channel of e-mail.
#[derive(Debug)]
pub struct ByEmail;

/// The channel of SMS.
#[derive(Debug)]
pub struct BySms;

impl Via for ByEmail {
    const CHANNEL: Channel = Channel::Email;
    const KIND: &'static str = "send_email";
}

impl Via for BySms {
    const CHANNEL: Channel = Channel::Sms;
    const KIND: &'static str = "send_sms";
}

impl<V: Via> Job for SendLetter<V> {
    const KIND: &'static str = V::KIND;
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

fn job<V: Via>(letter_id: Uuid) -> Enqueued {
    Enqueued::of(&SendLetter::<V> { letter_id, via: PhantomData })
}

/// Enqueues the jobs that send these letters on this channel, as part of the caller's transaction.
pub(super) async fn enqueue(
    queue: &Queue,
    connection: &mut PgConnection,
    channel: Channel,
    letters: Vec<Uuid>,
) -> Result<(), sqlx::Error> {
    let job = match channel {
        Channel::Email => job::<ByEmail>,
        Channel::Sms => job::<BySms>,
    };
    queue.enqueue_all(connection, letters.into_iter().map(job).collect()).await
}

/// Enqueues jobs for letters that have none, because an older release stored them, if nobody else sends them.
/// Meant to run every few minutes, in any number of processes.
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
