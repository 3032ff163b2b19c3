//! The state of the log, the relay and all projections, as JSON.

use chrono::{DateTime, Utc};
use event_log::status;
use serde::Serialize;
use utoipa::ToSchema;

/// The progress of the log, the relay, search and all projections.
#[derive(Debug, Serialize, ToSchema)]
pub struct Standing {
    /// The newest event's position.
    pub head: i64,
    /// The number of events stored within the last minute.
    pub last_minute: i64,
    /// The number of events stored within the last hour.
    pub last_hour: i64,
    /// The number of events that the relay has not published yet.
    pub relay_lag: i64,
    /// The reason why the relay stands still; null where it does not.
    pub relay_stopped_because: Option<String>,
    /// The number of events that the search of the answering server lacks.
    pub search_lag: i64,
    /// The projections, all of them.
    pub items: Vec<Projection>,
}

/// The state of a projection.
#[derive(Debug, Serialize, ToSchema)]
pub struct Projection {
    /// The projection's name.
    #[schema(example = "posts")]
    pub name: String,
    /// The version of the projector that made the read model; null if it was never made.
    pub version: Option<i32>,
    /// The position of the last event applied; null if the read model was never made.
    pub position: Option<i64>,
    /// The number of events not applied yet.
    pub lag: i64,
    /// The age of the first event not applied, in seconds.
    pub lag_seconds: f64,
    /// True if some process keeps the projection up to date now.
    pub is_led: bool,
    /// The events that could not be applied and wait for a mend, the oldest first; at most 20.
    pub parked: Vec<ParkedEvent>,
    /// The number of parked events in all.
    pub parked_count: i64,
    /// The position of a copy that is built beside the projection now; null where none is.
    pub rebuilding_at: Option<i64>,
    /// The last rebuild that was asked for here; null where none ever was.
    pub rebuild: Option<Rebuild>,
}

/// An event that could not be applied. Later events of its aggregate wait with it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ParkedEvent {
    /// The event's position in the log.
    pub position: i64,
    /// The type of the event's aggregate.
    pub aggregate_type: String,
    /// The event's type.
    pub event_type: String,
    /// The error that applying the event gave.
    pub error: String,
}

/// A rebuild that was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct Rebuild {
    /// The time of the request.
    pub asked_at: DateTime<Utc>,
    /// The time at which the rebuild ended; null while it waits or is underway.
    pub ended_at: Option<DateTime<Utc>>,
    /// The reason why the rebuild failed; null if it did not.
    pub error: Option<String>,
}

impl Projection {
    /// Returns true if a rebuild was asked for and has not ended.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.rebuild.as_ref().is_some_and(|rebuild| rebuild.ended_at.is_none())
    }

    /// Makes the JSON of a projection, with its rebuilds.
    #[must_use]
    pub fn of(status: status::ProjectionStatus, rebuilds: &status::Rebuilds) -> Self {
        Self {
            rebuilding_at: rebuilds.underway.get(&status.name).copied(),
            rebuild: rebuilds.asked.get(&status.name).map(Rebuild::from),
            name: status.name,
            version: status.version,
            position: status.position,
            lag: status.lag,
            lag_seconds: status.lag_seconds,
            is_led: status.is_led,
            parked: status.parked.into_iter().map(ParkedEvent::from).collect(),
            parked_count: status.parked_count,
        }
    }
}

impl From<status::ParkedEvent> for ParkedEvent {
    fn from(event: status::ParkedEvent) -> Self {
        let status::ParkedEvent { position, aggregate_type, event_type, error } = event;
        Self { position, aggregate_type, event_type, error }
    }
}

impl From<&status::AskedRebuild> for Rebuild {
    fn from(rebuild: &status::AskedRebuild) -> Self {
        Self { asked_at: rebuild.asked_at, ended_at: rebuild.ended_at, error: rebuild.error.clone() }
    }
}
