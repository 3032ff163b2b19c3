//! The ports of the projections: what they need from outside, which `event_log` implements.

use chrono::{DateTime, Utc};
use domain::Event;
use domain::event::DecodeError;
use futures::future::BoxFuture;
use std::sync::Arc;
use uuid::Uuid;

/// A position in the log: 1, 2, 3, … in commit order without gaps; 0 is before the first event.
pub type Position = i64;

/// An event as the log holds it.
#[derive(Clone, Debug)]
pub struct RecordedEvent {
    /// The event's position in the log.
    pub position: Position,
    /// The type of the aggregate to which the event happened.
    pub aggregate_type: String,
    /// The aggregate's id.
    pub aggregate_id: Uuid,
    /// The event's place in the aggregate's stream, from 1.
    pub sequence: i64,
    /// The event's type as the log stores it.
    pub event_type: String,
    /// The event itself, or the reason why this build can't read it.
    pub event: Result<Event, DecodeError>,
    /// The time when the event was stored; never before that of an earlier position.
    pub recorded_at: DateTime<Utc>,
    /// The correlation id, which ties log lines to the request that caused the event.
    pub correlation_id: Option<String>,
}

/// The log can't be read for now.
#[derive(Debug, thiserror::Error)]
#[error("the log can't be read")]
pub struct SourceError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// The log in position order.
pub trait EventSource: Send + Sync + 'static {
    /// Reads the events right after `after`, without a gap, at most `limit`; returns none at the head.
    fn read_after(
        &self,
        after: Position,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<Arc<RecordedEvent>>, SourceError>>;

    /// Drops every remembered event, none of which is given out any more: what was read does not fit the
    /// database, or may have been mended there.
    fn invalidate(&self);

    /// Returns when there may be events after `after`: when some were announced, or when so much time
    /// has passed that an announcement may have been lost.
    fn wait_beyond(&self, after: Position) -> BoxFuture<'_, ()>;
}

/// An announcer tells other processes how far a projection has come. Losing an announcement only delays
/// readers.
pub trait Announcer: Send + Sync + 'static {
    /// Announces a position, after the commit that moved the checkpoint to it.
    fn announce(&self, projection: &str, position: Position);
}
