//! The sender, which sends letters on their channel, beside the senders of other processes.

use super::Channel;
use super::queue::{self, Waiting};
use super::transport::{SendError, Transport, TransportError};
use jobs::Failure;
use service::settings::Settings;
use sqlx::PgPool;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tracing::{debug, info, warn};
use uuid::Uuid;

const TIME_LIMIT: Duration = Duration::from_secs(30);

/// The sender of one channel's letters.
pub struct Sender {
    pool: PgPool,
    channel: Channel,
    transport: Transport,
    /// True if the last attempt failed, and a log line told so.
    is_troubled: AtomicBool,
}

impl Sender {
    /// The channel's sender, if the settings name a transport for it; otherwise its letters wait, and a log
    /// line tells so.
    ///
    /// # Errors
    /// The settings name a transport that can't be used.
    pub fn of(settings: &Settings, pool: PgPool, channel: Channel) -> Result<Option<Self>, TransportError> {
        let Some(transport) = Transport::of(channel, settings)? else {
            match channel {
                Channel::Email => warn!("SMTP_URL is not set: e-mail waits in the queue, a day at most"),
                Channel::Sms => warn!("SMS_URL is not set: SMS wait in the queue while their codes are good"),
            }
            return Ok(None);
        };
        Ok(Some(Self { pool, channel, transport, is_troubled: AtomicBool::new(false) }))
    }

    /// Sends the letter, if it is still to be sent.
    pub(super) async fn deliver(&self, id: Uuid) -> Result<(), Failure> {
        let Some(letter) = queue::take(&self.pool, id).await? else { return Ok(()) };
        let sent = tokio::time::timeout(TIME_LIMIT, self.transport.send(&letter)).await;
        let sent = sent.unwrap_or_else(|_| Err(SendError::Failed("it took too long".to_owned())));
        match sent {
            Ok(()) => Ok(self.sent(&letter).await?),
            Err(SendError::Refused(why)) => {
                let channel = self.count_failure();
                warn!(%id, channel, why, "a letter was given up");
                Ok(queue::give_up(&self.pool, &letter, &why).await?)
            }
            Err(SendError::Failed(why)) => {
                let channel = self.count_failure();
                debug!(%id, channel, why, attempts = letter.attempts, "a letter was not sent");
                if !self.is_troubled.swap(true, Ordering::Relaxed) {
                    warn!(channel, why, "letters can't be sent; they are tried again");
                }
                queue::note_failure(&self.pool, &letter, &why).await?;
                Err(Failure::retry("the letter was not sent; the vault's outbox says why").logged())
            }
        }
    }

    async fn sent(&self, letter: &Waiting) -> Result<(), sqlx::Error> {
        let channel = self.channel.as_str();
        metrics::counter!("mail_sent_total", "channel" => channel).increment(1);
        debug!(id = %letter.id, channel, "a letter was sent");
        if self.is_troubled.swap(false, Ordering::Relaxed) {
            info!(channel, "letters can be sent again");
        }
        match self.transport {
            Transport::Smtp(_) | Transport::Sms(_) => queue::delete(&self.pool, letter).await,
            Transport::Mailbox => queue::keep(&self.pool, letter).await,
        }
    }

    fn count_failure(&self) -> &'static str {
        let channel = self.channel.as_str();
        metrics::counter!("mail_failed_total", "channel" => channel).increment(1);
        channel
    }
}
