//! The relay carries the log to NATS: every event once, in order.
//!
//! One relay is active, by a lease; should two be for a moment, the stream's expected sequence lets only
//! one of them publish. Position, stream sequence and the stream's creation time are noted in Postgres
//! after each batch. On any mismatch, error or timeout the relay reads the stream's end and goes on from
//! there; what NATS does not hold, projectors read from Postgres.

mod pokes;
mod publish;

use crate::event_store::{LogReader, StoredEvent};
use crate::nats::{Nats, NatsError};
use async_nats::jetstream::stream::Stream;
use chrono::{DateTime, Utc};
use pokes::Pokes;
use projections::{Position, lease};
use sqlx::{PgConnection, PgPool};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};
use uuid::Uuid;

const LEASE: &str = "relay";
const RENEW: Duration = Duration::from_secs(1);
/// The number of events in a batch from which on the relay counts as busy, and the shortest time between the
/// beginnings of two busy batches.
const BUSY: usize = 4;
const PACE: Duration = Duration::from_millis(5);
const STAND_BY: Duration = Duration::from_millis(500);
/// The pause between two polls of the log: polling is the fallback for a lost poke.
const POLL: Duration = Duration::from_millis(500);

/// The reason why the relay begins again from the stream's end.
#[derive(Debug, thiserror::Error)]
enum RelayError {
    #[error("the log can't be read")]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Nats(#[from] NatsError),
    #[error("a message was not stored: {0}")]
    Publish(String),
    #[error("the log does not have at position {0} what was published")]
    Changed(Position),
    #[error(
        "the stream ends with an event at position {stream} that the log, which ends at {log}, does not \
         have: the database was restored from a backup. Run `madang renew-log-id` with all servers \
         stopped, then start them again"
    )]
    OtherFuture { stream: Position, log: Position },
}

/// The relay's mark: the last position published, and the stream's message that carries its event.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Mark {
    position: Position,
    /// The time when that event was stored; none before the first. It tells the event from another one that
    /// has the same position after a backup was restored.
    stored_at: Option<DateTime<Utc>>,
    stream_sequence: u64,
    stream_created: DateTime<Utc>,
}

/// The relay of the log to NATS, for as long as the process lives.
pub struct Relay {
    /// A pool of one connection, whose session stands for the lease's holder.
    pool: PgPool,
    reader: LogReader,
    nats: Nats,
    holder: Uuid,
    /// The newest position that this process has stored.
    head: watch::Receiver<Position>,
    shutdown: CancellationToken,
}

impl Relay {
    /// Makes a relay. `pool` must hold one connection only and be the relay's own.
    #[must_use]
    pub fn new(
        pool: PgPool,
        nats: Nats,
        holder: Uuid,
        head: watch::Receiver<Position>,
        shutdown: CancellationToken,
    ) -> Self {
        Self { reader: LogReader::new(pool.clone()), pool, nats, holder, head, shutdown }
    }

    /// Leads or stands by until shutdown.
    pub async fn run(mut self) {
        let shutdown = self.shutdown.clone();
        let mut pause = Duration::from_millis(50);
        while !shutdown.is_cancelled() {
            let begun = Instant::now();
            let Err(failure) = self.lead().await else { continue };
            self.note_stop(&failure).await;
            if begun.elapsed() > Duration::from_secs(5) {
                pause = Duration::from_millis(50);
            }
            let _ = tokio::time::timeout(pause, shutdown.cancelled()).await;
            pause = (pause * 2).min(Duration::from_secs(2));
        }
        if let Ok(mut connection) = self.pool.acquire().await {
            let _ = lease::release(&mut connection, LEASE, self.holder).await;
        }
    }

    async fn lead(&mut self) -> Result<(), RelayError> {
        if !self.hold(&mut *self.pool.acquire().await?).await? {
            let _ = tokio::time::timeout(STAND_BY, self.shutdown.cancelled()).await;
            return Ok(());
        }
        let stream = self.nats.stream().await?;
        let Some(mut mark) = self.resume(&stream).await? else { return Ok(()) };
        // One connection for as long as this relay leads: a pool pings each connection that comes back.
        let mut connection = self.pool.acquire().await?;
        info!(position = mark.position, stream_sequence = mark.stream_sequence, "the relay leads");
        let mut pokes = Pokes::new(self.nats.client().subscribe(self.nats.poke_subject()).await.ok());
        let mut renewed = Instant::now();
        while !self.shutdown.is_cancelled() {
            if renewed.elapsed() > RENEW {
                if !self.hold(&mut connection).await? {
                    return Ok(());
                }
                renewed = Instant::now();
            }
            let begun = Instant::now();
            self.head.mark_unchanged();
            pokes.clear();
            let published = publish::batch(&mut connection, &self.nats, &mut mark).await?;
            if published > 0 && !self.note(&mut connection, &mark).await? {
                return Ok(());
            }
            if (BUSY..publish::BATCH).contains(&published) {
                let rest = PACE.saturating_sub(begun.elapsed());
                let _ = tokio::time::timeout(rest, self.shutdown.cancelled()).await;
            } else if published < publish::BATCH {
                tokio::select! {
                    _ = self.head.changed() => {}
                    () = pokes.next() => {}
                    () = tokio::time::sleep(POLL) => {}
                    () = self.shutdown.cancelled() => {}
                }
            }
        }
        Ok(())
    }

    async fn hold(&self, connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
        lease::hold(connection, LEASE, self.holder).await
    }

    /// The mark from which to go on: at the noted position if the stream agrees, else at the stream's end.
    /// None when another relay leads by now.
    async fn resume(&self, stream: &Stream) -> Result<Option<Mark>, RelayError> {
        let info = stream.get_info().await.map_err(|error| NatsError::JetStream(error.to_string()))?;
        let created = info.created.unix_timestamp_nanos();
        let created = DateTime::from_timestamp_nanos(i64::try_from(created).unwrap_or(i64::MAX));
        let head = self.reader.head().await?;
        let last = info.state.last_sequence;
        let end = stream_end(stream, last).await?;
        // A log that was restored may be longer than the stream again by now, with other events.
        if let Some(event) = &end
            && !self.reader.has(event).await?
        {
            return Err(RelayError::OtherFuture { stream: event.position, log: head });
        }
        let (noted, noted_sequence, noted_created): (Position, i64, Option<DateTime<Utc>>) =
            sqlx::query_as("select position, stream_sequence, stream_created from relay")
                .fetch_one(&self.pool)
                .await?;
        let agrees = noted_sequence == i64::try_from(last).unwrap_or(i64::MAX)
            && noted_created.is_some_and(|noted| (noted - created).num_milliseconds() == 0);
        let resumed = match end {
            _ if agrees && noted <= head => noted,
            Some(event) => event.position,
            // The stream is new or purged, or its last message is gone: readers read the missing events from
            // Postgres.
            None => head,
        };
        let resumed = Mark {
            position: resumed,
            stored_at: self.reader.stored_at(resumed).await?,
            stream_sequence: last,
            stream_created: created,
        };
        Ok(self.note(&mut *self.pool.acquire().await?, &resumed).await?.then_some(resumed))
    }

    /// Notes the mark in Postgres; false when another relay leads by now. A relay that was frozen meanwhile
    /// must not set the noted mark back.
    async fn note(&self, connection: &mut PgConnection, mark: &Mark) -> Result<bool, sqlx::Error> {
        let noted = sqlx::query(
            "update relay set position = $1, stream_sequence = $2, stream_created = $3,
                stopped_because = null
             where exists (select 1 from leases where name = $4 and holder = $5)",
        )
        .bind(mark.position)
        .bind(i64::try_from(mark.stream_sequence).unwrap_or(i64::MAX))
        .bind(mark.stream_created)
        .bind(LEASE)
        .bind(self.holder)
        .execute(connection)
        .await?;
        Ok(noted.rows_affected() > 0)
    }

    async fn note_stop(&self, failure: &RelayError) {
        match failure {
            RelayError::OtherFuture { .. } => error!(%failure, "the relay stands still"),
            RelayError::Database(_)
            | RelayError::Nats(_)
            | RelayError::Publish(_)
            | RelayError::Changed(_) => {
                warn!(%failure, "the relay begins again from the stream's end");
            }
        }
        // The note is best effort: when it is the database that is away, the log line has to do.
        let _ = sqlx::query(
            "update relay set stopped_because = $1
             where exists (select 1 from leases where name = $2 and holder = $3)",
        )
        .bind(failure.to_string())
        .bind(LEASE)
        .bind(self.holder)
        .execute(&self.pool)
        .await;
    }
}

/// The event that the stream's last message carries; none if there is no such message.
async fn stream_end(stream: &Stream, last: u64) -> Result<Option<StoredEvent>, NatsError> {
    use async_nats::jetstream::stream::RawMessageErrorKind;
    if last == 0 {
        return Ok(None);
    }
    match stream.get_raw_message(last).await {
        Ok(message) => Ok(serde_json::from_slice(&message.payload).ok()),
        Err(error) if error.kind() == RawMessageErrorKind::NoMessageFound => Ok(None),
        Err(error) => Err(NatsError::JetStream(error.to_string())),
    }
}
