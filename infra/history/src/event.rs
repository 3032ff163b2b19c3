//! An event as it goes out to readers of the log.

use chrono::{DateTime, Utc};
use domain::upcast::{UPCASTERS, added};
use projections::Position;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sqlx::types::Json;
use std::borrow::Cow;
use uuid::Uuid;

/// An event as the log holds it, in today's version. Old versions get the fields that were added since; an
/// event type that this build does not know stays as it is.
#[derive(Clone, Debug, Serialize)]
pub struct LogEvent {
    /// The event's position in the log.
    pub position: Position,
    /// The time when the event was stored.
    pub recorded_at: DateTime<Utc>,
    /// The event's own id.
    pub event_id: Option<Uuid>,
    /// The event type's name: what happened.
    pub event_type: String,
    /// The version of the payload's shape, as given here.
    pub event_version: String,
    /// The type of the event's aggregate.
    pub aggregate_type: String,
    /// The id of the event's aggregate.
    pub aggregate_id: String,
    /// The event's sequence in the aggregate's history, from 1.
    pub sequence: i64,
    /// The actor: a person's id, or the alias of a person who acts anonymously; null where the service acted
    /// by itself.
    pub actor: Option<Uuid>,
    /// True if an operator acted in the actor's name.
    pub by_operator: bool,
    /// The event's payload: what happened, in full.
    pub payload: Box<RawValue>,
}

/// A row of the log, as a statement or the log's stream in NATS gives it.
#[derive(Deserialize, sqlx::FromRow)]
pub(super) struct Row {
    position: Position,
    recorded_at: DateTime<Utc>,
    event_type: String,
    event_version: String,
    aggregate_type: String,
    aggregate_id: String,
    sequence: i64,
    payload: Json<Box<RawValue>>,
    metadata: Json<Metadata>,
}

/// The part of an event's metadata that goes out.
#[derive(Deserialize)]
struct Metadata {
    event_id: Option<String>,
    actor: Option<String>,
    operator: Option<IgnoredAny>,
}

/// The columns of a [`Row`].
pub(super) const COLUMNS: &str = "position, recorded_at, event_type, event_version, aggregate_type, aggregate_id, \
    sequence, payload, metadata";

impl From<Row> for LogEvent {
    fn from(row: Row) -> Self {
        let (Json(payload), Json(metadata)) = (row.payload, row.metadata);
        let id = |text: Option<String>| text.and_then(|text| text.parse().ok());
        let (event_version, payload) = match today(&row.event_type, &row.event_version, payload.get()) {
            (version, Cow::Owned(text)) => {
                (version.to_owned(), RawValue::from_string(text).unwrap_or(payload))
            }
            (version, Cow::Borrowed(_)) => (version.to_owned(), payload),
        };
        Self {
            position: row.position,
            recorded_at: row.recorded_at,
            event_id: id(metadata.event_id),
            event_type: row.event_type,
            event_version,
            aggregate_type: row.aggregate_type,
            aggregate_id: row.aggregate_id,
            sequence: row.sequence,
            actor: id(metadata.actor),
            by_operator: metadata.operator.is_some(),
            payload,
        }
    }
}

/// Today's version of an event type, and a payload's JSON brought to that version.
pub(super) fn today<'a>(event_type: &str, version: &'a str, payload: &'a str) -> (&'a str, Cow<'a, str>) {
    let (current, fields) = added(UPCASTERS, event_type, version);
    let mut fields = fields.peekable();
    let (Some(_), Some(open)) = (fields.peek(), payload.trim_end().strip_suffix('}')) else {
        return (current, Cow::Borrowed(payload));
    };
    let mut text = String::with_capacity(payload.len() + 32);
    text.push_str(open);
    for field in fields {
        let comma = if text.trim_end().ends_with('{') { "" } else { "," };
        text.push_str(&format!("{comma}\"{}\":{}", field.name, (field.value)()));
    }
    text.push('}');
    (current, Cow::Owned(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::upcast::upcast;
    use serde_json::{Value, json};

    #[test]
    fn a_payload_is_brought_to_today_as_the_event_is() {
        let old = json!({ "type": "PostPublished", "text": "마당 {}", "tags": [] });
        for (event_type, version) in
            [("PostPublished", "1"), ("PostPublished", "2"), ("PostPublished", "3"), ("X", "7")]
        {
            let text = old.to_string();
            let (current, text) = today(event_type, version, &text);
            let read: Value = serde_json::from_str(&text).expect("JSON");
            assert_eq!((current.to_owned(), read), upcast(UPCASTERS, event_type, version, old.clone()));
        }
        assert_eq!(today("PostPublished", "2", "{}").1, r#"{"followers_only":false}"#);
    }
}
