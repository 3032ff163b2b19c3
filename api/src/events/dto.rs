//! Events and histories on the wire.

use chrono::{DateTime, Utc};
use domain::schema::EventSchema;
use history::{LogEvent, Step};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

/// An event: something that happened.
#[derive(Debug, Serialize, ToSchema)]
pub struct Event {
    /// The event's position in the log: 1, 2, 3, … in the order in which things happened.
    position: i64,
    /// The time when the event was stored.
    recorded_at: DateTime<Utc>,
    /// The event's own id.
    event_id: Option<Uuid>,
    /// The event's type: what happened.
    #[schema(example = "PostPublished")]
    event_type: String,
    /// The version of the payload's shape; see `GET /v1/events/schemas`. Old events are given in today's.
    #[schema(example = "3")]
    event_version: String,
    /// The type of the aggregate to which it happened.
    #[schema(example = "post")]
    aggregate_type: String,
    /// The aggregate's id.
    aggregate_id: String,
    /// The event's place in the aggregate's history, from 1.
    sequence: i64,
    /// The actor: a person, or the alias of one who acts anonymously; null where the service acted by itself.
    actor: Option<Uuid>,
    /// True if an operator acted in the actor's name.
    by_operator: bool,
    /// The payload: what happened, in full.
    #[schema(value_type = Object)]
    payload: Box<RawValue>,
}

impl From<LogEvent> for Event {
    fn from(event: LogEvent) -> Self {
        let LogEvent { position, recorded_at, event_id, event_type, event_version, .. } = event;
        let LogEvent { aggregate_type, aggregate_id, sequence, actor, by_operator, payload, .. } = event;
        Self {
            position,
            recorded_at,
            event_id,
            event_type,
            event_version,
            aggregate_type,
            aggregate_id,
            sequence,
            actor,
            by_operator,
            payload,
        }
    }
}

/// A page of the log.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventPage {
    /// The page's events; there may be fewer than asked for, or none, even when more follow.
    pub items: Vec<Event>,
    /// The cursor of the next page, to be given as `cursor`; null at the end.
    pub next_cursor: Option<String>,
    /// The position up to which everything was looked at: give it as `after` later to get what came since.
    pub up_to: i64,
}

/// The schema of one version of one event.
#[derive(Debug, Serialize, ToSchema)]
pub struct Schema {
    /// The type of the aggregate.
    #[schema(example = "post")]
    aggregate_type: &'static str,
    /// The event's type: what happens.
    #[schema(example = "PostPublished")]
    event_type: &'static str,
    /// The shape's version.
    #[schema(example = "3")]
    version: &'static str,
    /// True if new events are of this version; old ones are given in it.
    is_current: bool,
    /// The payload's JSON Schema (draft 2020-12). By `x-class` a text is `personal`, and is masked when its person is
    /// forgotten, or `public`.
    #[schema(value_type = Object)]
    schema: &'static Value,
}

impl From<&'static EventSchema> for Schema {
    fn from(of: &'static EventSchema) -> Self {
        let EventSchema { aggregate_type, event_type, version, is_current, schema, .. } = of;
        Self { aggregate_type, event_type, version, is_current: *is_current, schema }
    }
}

/// The history of one aggregate.
#[derive(Debug, Serialize, ToSchema)]
pub struct History {
    /// The type of the aggregate.
    #[schema(example = "post")]
    pub aggregate_type: String,
    /// The aggregate's id.
    pub aggregate_id: Uuid,
    /// The version that the aggregate has at the end, or where `at` says; 0 before its first event.
    pub version: i64,
    /// The aggregate's state at that version.
    #[schema(value_type = Object)]
    pub state: Value,
    /// The steps that led there, the oldest first.
    pub items: Vec<HistoryStep>,
    /// The cursor of the next page, to be given as `cursor`; null at the end.
    pub next_cursor: Option<String>,
}

/// A step of a history.
#[derive(Debug, Serialize, ToSchema)]
pub struct HistoryStep {
    /// The step's event.
    #[serde(flatten)]
    event: Event,
    /// The changes that the event made, as JSON Patch (RFC 6902) of the state before.
    #[schema(value_type = Vec<Object>)]
    changes: Value,
}

impl From<Step> for HistoryStep {
    fn from(step: Step) -> Self {
        let changes = serde_json::to_value(&step.changes).unwrap_or_default();
        Self { event: step.event.into(), changes }
    }
}
