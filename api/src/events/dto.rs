//! Events and histories on the wire.

use chrono::{DateTime, Utc};
use domain::schema::EventSchema;
use history::{LogEvent, Step};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
pub struct Event {
    /// Its place in the log: 1, 2, 3, … in the order in which things happened.
    position: i64,
    /// When it was stored.
    recorded_at: DateTime<Utc>,
    /// Its own id.
    event_id: Option<Uuid>,
    /// What happened.
    #[schema(example = "PostPublished")]
    event_type: String,
    /// The version of the payload's shape; see `GET /v1/events/schemas`. Old events are given in today's.
    #[schema(example = "3")]
    event_version: String,
    /// To which kind of aggregate.
    #[schema(example = "post")]
    aggregate_type: String,
    /// To which one.
    aggregate_id: String,
    /// Its place in the aggregate's history, from 1.
    sequence: i64,
    /// Who did it: a person, or what someone is known by who acts anonymously; null where the service did it by itself.
    actor: Option<Uuid>,
    /// Whether an operator did it in the actor's name.
    by_operator: bool,
    /// What happened, in full.
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
    /// May be fewer than asked for, or none, even when more follow.
    pub items: Vec<Event>,
    /// Give it as `cursor` to get the next page; null at the end.
    pub next_cursor: Option<String>,
    /// Everything up to here was looked at: give it as `after` later to get what came since.
    pub up_to: i64,
}

/// One version of one event.
#[derive(Debug, Serialize, ToSchema)]
pub struct Schema {
    /// Of which kind of aggregate.
    #[schema(example = "post")]
    aggregate_type: &'static str,
    /// What happens.
    #[schema(example = "PostPublished")]
    event_type: &'static str,
    /// The shape's version.
    #[schema(example = "3")]
    version: &'static str,
    /// New events are of this version, and old ones are given in it.
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

/// One thing's history.
#[derive(Debug, Serialize, ToSchema)]
pub struct History {
    /// Which kind of thing.
    #[schema(example = "post")]
    pub aggregate_type: String,
    /// Which one.
    pub aggregate_id: Uuid,
    /// The version that it has at the end, or where `at` says; 0 before its first event.
    pub version: i64,
    /// What it is at that version.
    #[schema(value_type = Object)]
    pub state: Value,
    /// What led there, the oldest first.
    pub items: Vec<HistoryStep>,
    /// Give it as `cursor` to get the next page; null at the end.
    pub next_cursor: Option<String>,
}

/// A step of a history.
#[derive(Debug, Serialize, ToSchema)]
pub struct HistoryStep {
    /// What happened.
    #[serde(flatten)]
    event: Event,
    /// What it changed, as JSON Patch (RFC 6902) of the state before.
    #[schema(value_type = Vec<Object>)]
    changes: Value,
}

impl From<Step> for HistoryStep {
    fn from(step: Step) -> Self {
        let changes = serde_json::to_value(&step.changes).unwrap_or_default();
        Self { event: step.event.into(), changes }
    }
}
