//! What projections need from outside; `event_log` implements it.

use chrono::{DateTime, Utc};
use domain::Event;
use domain::event::DecodeError;
use futures::future::BoxFuture;
use std::sync::Arc;
use uuid::Uuid;

/// A place in the log: 1, 2, 3, … in commit order without gaps; 0 is before the first event.
pub type Position = i64;

/// An event as the log holds it.
#[derive(Clone, Debug)]
pub struct RecordedEvent {
    /// Its place in the log.
    pub position: Position,
    /// Which kind of aggregate it happened to.
    pub aggregate_type: String,
    /// Which one.
    pub aggregate_id: Uuid,
    /// Its place in the aggregate's stream, from 1.
    pub sequence: i64,
    /// As stored.
    pub event_type: String,
    /// What happened, or why this build can't read it.
    pub event: Result<Event, DecodeError>,
    /// When it was stored; never before that of an earlier position.
    pub recorded_at: DateTime<Utc>,
    /// Ties log lines to the request that caused the event.
    pub correlation_id: Option<String>,
}

/// The log could not be read for now.
#[derive(Debug, thiserror::Error)]
#[error("the log can't be read")]
pub struct SourceError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// The log in position order.
pub trait EventSource: Send + Sync + 'static {
    /// The events right after `after`, without a gap, at most `limit`; empty at the head.
    fn read_after(
        &self,
        after: Position,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<Arc<RecordedEvent>>, SourceError>>;

    /// What was read does not fit the database, or may have been mended there: nothing that is remembered is
    /// given out any more.
    fn invalidate(&self);

    /// Returns when there may be events after `after`: when some were announced, or when so much time
    /// has passed that an announcement may have been lost.
    fn wait_beyond(&self, after: Position) -> BoxFuture<'_, ()>;
}

/// Tells other processes how far a projection has come. Losing an announcement only delays readers.
pub trait Announcer: Send + Sync + 'static {
    /// Called after the commit that moved the checkpoint to the position.
    fn announce(&self, projection: &str, position: Position);
}
