//! The relay's step: one batch of the log's events is published onto the stream.

use super::{Mark, RelayError};
use crate::nats::{Nats, header};
use async_nats::HeaderMap;
use async_nats::jetstream::message::PublishMessage;
use chrono::{DateTime, Utc};
use futures::future::try_join_all;
use projections::Position;
use serde_json::value::RawValue;
use sqlx::PgConnection;
use sqlx::types::Json;
use std::collections::VecDeque;
use std::future::IntoFuture;

/// Number of messages in flight at once.
pub(super) const BATCH: usize = 1_000;

/// A message's body: the event's row, the payload untouched.
#[derive(Debug, serde::Serialize, sqlx::FromRow)]
struct Row {
    position: Position,
    aggregate_type: String,
    aggregate_id: String,
    sequence: i64,
    event_type: String,
    event_version: String,
    payload: Json<Box<RawValue>>,
    metadata: Json<serde_json::Value>,
    recorded_at: DateTime<Utc>,
}

/// Publishes the events after the mark, at most [`BATCH`], and moves the mark. Returns the number of events.
pub(super) async fn batch(
    connection: &mut PgConnection,
    nats: &Nats,
    mark: &mut Mark,
) -> Result<usize, RelayError> {
    // The last event published comes along: if another one is at its position by now, all that follow differ
    // too.
    let mut rows: VecDeque<Row> = sqlx::query_as(
        "select position, aggregate_type, aggregate_id, sequence, event_type, event_version, payload,
            metadata, recorded_at
         from events where position >= $1 order by position limit $2",
    )
    .bind(mark.position)
    .bind(i64::try_from(BATCH + 1).unwrap_or(i64::MAX))
    .fetch_all(connection)
    .await?
    .into();
    if let Some(stored_at) = mark.stored_at {
        let published = rows.pop_front();
        if published.is_none_or(|row| (row.position, row.recorded_at) != (mark.position, stored_at)) {
            return Err(RelayError::Changed(mark.position));
        }
    }
    let Some((last, stored_at)) = rows.back().map(|row| (row.position, row.recorded_at)) else {
        return Ok(0);
    };
    let mut acknowledgements = Vec::with_capacity(rows.len());
    for (row, expected) in rows.iter().zip(mark.stream_sequence..) {
        let message = message(row)?.expected_last_sequence(expected);
        let subject = nats.event_subject(&row.aggregate_type, &row.event_type);
        let sent = nats.jetstream().send_publish(subject, message).await;
        acknowledgements.push(sent.map_err(failure)?.into_future());
    }
    let acknowledged = try_join_all(acknowledgements).await.map_err(failure)?;
    mark.stream_sequence = acknowledged.last().map_or(mark.stream_sequence, |ack| ack.sequence);
    (mark.position, mark.stored_at) = (last, Some(stored_at));
    metrics::counter!("madang_relay_events_total").increment(u64::try_from(rows.len()).unwrap_or(0));
    Ok(rows.len())
}

fn message(row: &Row) -> Result<PublishMessage, RelayError> {
    let mut headers = HeaderMap::new();
    headers.insert(header::POSITION, row.position.to_string());
    headers.insert(header::AGGREGATE_ID, row.aggregate_id.as_str());
    headers.insert(header::SEQUENCE, row.sequence.to_string());
    if let Some(correlation_id) = row.metadata["correlation_id"].as_str() {
        headers.insert(header::CORRELATION_ID, correlation_id);
    }
    let body = serde_json::to_vec(row).map_err(failure)?;
    Ok(PublishMessage::build().headers(headers).payload(body.into()))
}

fn failure(error: impl std::fmt::Display) -> RelayError {
    RelayError::Publish(error.to_string())
}
