//! Sends what is due on one channel, beside the senders of other processes.

use super::queue::{self, Claimed};
use super::transport::{SendError, Transport, TransportError};
use super::{Channel, Outbox};
use service::backoff;
use service::settings::Settings;
use sqlx::PgPool;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

/// Letters under way at the same time.
const AT_ONCE: usize = 8;
/// Polling finds what other processes enqueued, and what is due again.
const POLL: Duration = Duration::from_secs(1);
const TIME_LIMIT: Duration = Duration::from_secs(30);
/// Longer than an attempt with its note afterwards, or two processes would send the same letter.
const CLAIM: Duration = Duration::from_secs(45);
/// How long letters under way may take when the process stops; shorter than what the process is given.
const GRACE: Duration = Duration::from_secs(10);
const PAUSE_MAX: Duration = Duration::from_secs(15 * 60);

/// One channel's sender.
pub struct Sender {
    work: Arc<Work>,
    outbox: Outbox,
    shutdown: CancellationToken,
}

struct Work {
    pool: PgPool,
    channel: Channel,
    transport: Transport,
    /// The last attempt failed, and that was told.
    is_troubled: AtomicBool,
    /// What is still under way is to be left to others.
    cut_off: CancellationToken,
}

/// A sender for each channel that the settings name a way out for; letters on others wait, and that is told.
///
/// # Errors
/// A way out that can't be used.
pub fn senders(
    settings: &Settings,
    pool: &PgPool,
    outbox: &Outbox,
    shutdown: &CancellationToken,
) -> Result<Vec<Sender>, TransportError> {
    let mut senders = Vec::new();
    for channel in Channel::ALL {
        match Transport::of(channel, settings)? {
            Some(transport) => senders.push(Sender {
                work: Arc::new(Work {
                    pool: pool.clone(),
                    channel,
                    transport,
                    is_troubled: AtomicBool::new(false),
                    cut_off: CancellationToken::new(),
                }),
                outbox: outbox.clone(),
                shutdown: shutdown.clone(),
            }),
            None => match channel {
                Channel::Email => warn!("SMTP_URL is not set: e-mail waits in the queue, a day at most"),
                Channel::Sms => warn!("SMS_URL is not set: SMS wait in the queue while their codes are good"),
            },
        }
    }
    Ok(senders)
}

impl Sender {
    /// Sends until shutdown, and then finishes what is under way.
    pub async fn run(self) {
        let Self { work, outbox, shutdown } = self;
        let mut pokes = outbox.pokes();
        let mut under_way = JoinSet::new();
        while !shutdown.is_cancelled() {
            pokes.mark_unchanged();
            for letter in work.claim(AT_ONCE - under_way.len()).await {
                under_way.spawn(work.clone().deliver(letter));
            }
            tokio::select! {
                Some(_) = under_way.join_next() => {}
                _ = pokes.changed() => {}
                () = tokio::time::sleep(POLL) => {}
                () = shutdown.cancelled() => {}
            }
        }
        let finished = async { while under_way.join_next().await.is_some() {} };
        if tokio::time::timeout(GRACE, finished).await.is_err() {
            work.cut_off.cancel();
        }
        under_way.join_all().await;
    }
}

impl Work {
    async fn claim(&self, limit: usize) -> Vec<Claimed> {
        if limit == 0 {
            return Vec::new();
        }
        let claimed = queue::claim(&self.pool, self.channel, limit, CLAIM).await;
        claimed.unwrap_or_else(|failure| {
            warn!(%failure, "the mail queue can't be read");
            Vec::new()
        })
    }

    async fn deliver(self: Arc<Self>, letter: Claimed) {
        let sent = tokio::select! {
            sent = tokio::time::timeout(TIME_LIMIT, self.transport.send(&letter)) => sent,
            () = self.cut_off.cancelled() => {
                return noted(queue::retry(&self.pool, &letter, Duration::ZERO, None).await);
            }
        };
        let sent = sent.unwrap_or_else(|_| Err(SendError::Failed("it took too long".to_owned())));
        let channel = self.channel.as_str();
        noted(match sent {
            Ok(()) => {
                metrics::counter!("mail_sent_total", "channel" => channel).increment(1);
                debug!(id = %letter.id, channel, "a letter was sent");
                if self.is_troubled.swap(false, Ordering::Relaxed) {
                    info!(channel, "letters can be sent again");
                }
                match self.transport {
                    Transport::Smtp(_) | Transport::Sms(_) => queue::forget(&self.pool, &letter).await,
                    Transport::Mailbox => queue::keep(&self.pool, &letter).await,
                }
            }
            Err(SendError::Refused(why)) => {
                metrics::counter!("mail_failed_total", "channel" => channel).increment(1);
                warn!(id = %letter.id, channel, why, "a letter was given up");
                queue::give_up(&self.pool, &letter, &why).await
            }
            Err(SendError::Failed(why)) => {
                metrics::counter!("mail_failed_total", "channel" => channel).increment(1);
                debug!(id = %letter.id, channel, why, attempts = letter.attempts, "a letter was not sent");
                if !self.is_troubled.swap(true, Ordering::Relaxed) {
                    warn!(channel, why, "letters can't be sent; they are tried again");
                }
                let pause = pause(letter.attempts, rand::random_range(0.0..0.25));
                queue::retry(&self.pool, &letter, pause, Some(&why)).await
            }
        });
    }
}

/// What was not noted is tried again when the claim is over.
fn noted(result: Result<(), sqlx::Error>) {
    if let Err(failure) = result {
        warn!(%failure, "the mail queue took no note of a letter; it may be sent twice");
    }
}

/// Doubles with each attempt, up to a quarter of an hour; longer by `jitter`, so that letters which failed
/// together do not come back together.
fn pause(attempts: i32, jitter: f64) -> Duration {
    backoff::pause(attempts, PAUSE_MAX).mul_f64(1.0 + jitter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_become_rarer_up_to_a_quarter_of_an_hour() {
        let pauses: Vec<_> = (1..=12).map(|attempts| pause(attempts, 0.0).as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
        assert_eq!(pause(i32::MAX, 0.25), PAUSE_MAX.mul_f64(1.25));
        assert_eq!(pause(1, 0.25), Duration::from_millis(1_250));
    }

    #[test]
    fn a_claim_outlasts_an_attempt_and_a_stop_waits_for_less_than_the_process_may_take() {
        assert!(CLAIM > TIME_LIMIT + Duration::from_secs(5), "the pool's wait for a connection");
        assert!(GRACE < Duration::from_secs(20));
    }
}
