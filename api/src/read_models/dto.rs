//! How the whole stands, as JSON.

use chrono::{DateTime, Utc};
use event_log::status;
use serde::Serialize;
use utoipa::ToSchema;

/// How far everything has come.
#[derive(Debug, Serialize, ToSchema)]
pub struct Standing {
    /// The newest event's position.
    pub head: i64,
    /// Events stored within the last minute.
    pub last_minute: i64,
    /// Events stored within the last hour.
    pub last_hour: i64,
    /// Events that the relay has not published yet.
    pub relay_lag: i64,
    /// Why the relay stands still; null where it does not.
    pub relay_stopped_because: Option<String>,
    /// Events that the search of the server that answers lacks.
    pub search_lag: i64,
    /// Every projection.
    pub items: Vec<Projection>,
}

/// How a projection stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct Projection {
    /// Its name.
    #[schema(example = "posts")]
    pub name: String,
    /// The version of its projector that made it; null where it was never made.
    pub version: Option<i32>,
    /// The last event applied; null where it was never made.
    pub position: Option<i64>,
    /// Events not applied yet.
    pub lag: i64,
    /// How long ago the first of them was stored, in seconds.
    pub lag_seconds: f64,
    /// Whether some process keeps it up to date now.
    pub is_led: bool,
    /// Events that could not be applied and wait for a mend, the oldest first; at most 20.
    pub parked: Vec<ParkedEvent>,
    /// How many there are in all.
    pub parked_count: i64,
    /// How far a copy has come that is built beside it now; null where none is.
    pub rebuilding_at: Option<i64>,
    /// The last rebuild that was asked for here; null where none ever was.
    pub rebuild: Option<Rebuild>,
}

/// An event that could not be applied. The later ones of its aggregate wait with it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ParkedEvent {
    /// Where it is.
    pub position: i64,
    /// To which kind of aggregate it happened.
    pub aggregate_type: String,
    /// What it is.
    pub event_type: String,
    /// What is wrong.
    pub error: String,
}

/// A rebuild that was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct Rebuild {
    /// When.
    pub asked_at: DateTime<Utc>,
    /// When it ended; null while it waits or is underway.
    pub ended_at: Option<DateTime<Utc>>,
    /// Why it did not come about; null where it did.
    pub error: Option<String>,
}

impl Projection {
    /// Whether a rebuild that was asked for has not ended.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.rebuild.as_ref().is_some_and(|rebuild| rebuild.ended_at.is_none())
    }

    /// As it stands, with what is rebuilt of it.
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
    fn from(asked: &status::AskedRebuild) -> Self {
        Self { asked_at: asked.asked_at, ended_at: asked.ended_at, error: asked.error.clone() }
    }
}
