//! The form that a command takes on its way to the appender.

use super::appender::{PendingCommand, PendingEvent};
use super::command::{Envelope, Loaded};
use super::executor::Stored;
use cqrs_es::DomainEvent;
use domain::{Claim, Decide};
use serde_json::value::{RawValue, to_raw_value};
use uuid::Uuid;

/// A command whose events were decided on `loaded`, ready to be stored.
pub(super) fn pend<A: Stored>(
    id: Uuid,
    command_id: Uuid,
    loaded: &Loaded<A>,
    events: &[<A as Decide>::Event],
    envelope: &Envelope,
) -> PendingCommand {
    let key = envelope.key.as_ref();
    PendingCommand {
        id: command_id.to_string(),
        aggregate_type: <A as Decide>::TYPE,
        aggregate_id: id.to_string(),
        expected: loaded.version,
        person: key.map(|_| person(envelope)),
        key: key.map(|key| key.key.clone()),
        request_hash: key.map(|key| key.request_hash),
        noted: loaded.position,
        claims: claims(id, &loaded.state, events),
        events: events
            .iter()
            .map(|event| PendingEvent {
                event_type: event.event_type(),
                event_version: event.event_version(),
                payload: to_raw_value(event).expect("events are plain data"),
                metadata: metadata(command_id, envelope),
            })
            .collect(),
    }
}

fn claims<A: Stored>(id: Uuid, before: &A, events: &[<A as Decide>::Event]) -> Vec<Claim> {
    let mut state = before.clone();
    let mut claims = vec![];
    for event in events {
        claims.extend(state.claims(id, event));
        state.evolve(event);
    }
    claims
}

/// An event's metadata. All values are strings: cqrs-es reads metadata into a map of strings.
#[derive(serde::Serialize)]
struct Metadata {
    event_id: Uuid,
    command_id: Uuid,
    correlation_id: Uuid,
    causation_id: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operator: Option<&'static str>,
}

fn metadata(command_id: Uuid, envelope: &Envelope) -> Box<RawValue> {
    let metadata = Metadata {
        event_id: Uuid::now_v7(),
        command_id,
        correlation_id: envelope.correlation_id,
        causation_id: command_id,
        actor: envelope.actor.map(|actor| actor.0),
        operator: envelope.operator.then_some("true"),
    };
    to_raw_value(&metadata).expect("plain strings")
}

/// The person whose idempotency keys the envelope's are. Keys without an actor are those of operators alone:
/// people who are not logged in give none.
pub(super) fn person(envelope: &Envelope) -> String {
    envelope.actor.map(|actor| actor.to_string()).unwrap_or_default()
}
