//! The log in position order, straight from Postgres.

use chrono::{DateTime, Utc};
use domain::Event;
use futures::future::BoxFuture;
use projections::ports::{EventSource, SourceError};
use projections::{Position, RecordedEvent};
use serde::Deserialize;
use serde_json::Value;
use sqlx::PgPool;
use std::sync::Arc;
use std::time::Duration;

const POLL: Duration = Duration::from_secs(1);

/// A reader of the log in position order. Cheap to clone.
#[derive(Clone)]
pub struct LogReader {
    pool: PgPool,
}

impl LogReader {
    /// Makes a reader that uses this pool.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// The newest position, 0 when there is none.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn head(&self) -> Result<Position, sqlx::Error> {
        let (head,) = sqlx::query_as("select head from log").fetch_one(&self.pool).await?;
        Ok(head)
    }

    /// The time when the event at a position was stored; none where there is no event.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn stored_at(&self, position: Position) -> Result<Option<DateTime<Utc>>, sqlx::Error> {
        sqlx::query_scalar("select recorded_at from events where position = $1")
            .bind(position)
            .fetch_optional(&self.pool)
            .await
    }

    /// True if the log has this very event, rather than another one at its position, or none: a log that was
    /// restored from a backup goes on with other events than those published before.
    ///
    /// # Errors
    /// The database's errors.
    pub(crate) async fn has(&self, event: &StoredEvent) -> Result<bool, sqlx::Error> {
        let (there,) = sqlx::query_as(
            "select exists (select from events where position = $1 and aggregate_id = $2 and sequence = $3
                and recorded_at = $4)",
        )
        .bind(event.position)
        .bind(&event.aggregate_id)
        .bind(event.sequence)
        .bind(event.recorded_at)
        .fetch_one(&self.pool)
        .await?;
        Ok(there)
    }

    /// The events right after `after`, at most `limit`.
    ///
    /// # Errors
    /// The database's errors.
    pub async fn read_after(
        &self,
        after: Position,
        limit: usize,
    ) -> Result<Vec<Arc<RecordedEvent>>, SourceError> {
        let rows: Vec<StoredEvent> = sqlx::query_as(
            "select position, aggregate_type, aggregate_id, sequence, event_type, event_version, payload,
                metadata ->> 'correlation_id' as correlation_id, recorded_at
             from events where position > $1 order by position limit $2",
        )
        .bind(after)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&self.pool)
        .await
        .map_err(|error| SourceError(Box::new(error)))?;
        Ok(rows.into_iter().map(|row| Arc::new(row.recorded())).collect())
    }
}

/// A source for `madang` commands that read the log from its beginning and don't follow it.
impl EventSource for LogReader {
    fn read_after(
        &self,
        after: Position,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<Arc<RecordedEvent>>, SourceError>> {
        Box::pin(self.read_after(after, limit))
    }

    fn invalidate(&self) {}

    fn wait_beyond(&self, _after: Position) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(POLL))
    }
}

/// The columns that are read of an event's row, and of its message in NATS: both carry the same.
#[derive(Debug, sqlx::FromRow, Deserialize)]
pub(crate) struct StoredEvent {
    pub(crate) position: Position,
    pub(crate) aggregate_type: String,
    pub(crate) aggregate_id: String,
    pub(crate) sequence: i64,
    pub(crate) event_type: String,
    pub(crate) event_version: String,
    pub(crate) payload: Value,
    #[serde(rename = "metadata", deserialize_with = "correlation_id")]
    pub(crate) correlation_id: Option<String>,
    pub(crate) recorded_at: DateTime<Utc>,
}

/// Reads the correlation id from the metadata, of which nothing else is read.
fn correlation_id<'de, D: serde::Deserializer<'de>>(metadata: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    struct Metadata {
        correlation_id: Option<String>,
    }
    Ok(Metadata::deserialize(metadata)?.correlation_id)
}

impl StoredEvent {
    pub(crate) fn recorded(self) -> RecordedEvent {
        let event = Event::decode(&self.aggregate_type, &self.event_type, &self.event_version, self.payload);
        RecordedEvent {
            position: self.position,
            // Ids that are no UUIDs belong to aggregates of other applications, which no projector here
            // knows.
            aggregate_id: self.aggregate_id.parse().unwrap_or_default(),
            aggregate_type: self.aggregate_type,
            sequence: self.sequence,
            event_type: self.event_type,
            event,
            recorded_at: self.recorded_at,
            correlation_id: self.correlation_id,
        }
    }
}
