//! All events between two positions, as fast as Postgres gives them: this module parses its binary COPY.
//!
//! The format is that of <https://www.postgresql.org/docs/current/sql-copy.html>, "Binary Format": a header, then for
//! each row a count of fields and each field with its length, all numbers big-endian.

use chrono::{DateTime, Utc};
use futures::{Stream, TryStreamExt};
use projections::Position;
use sqlx::PgPool;
use sqlx::postgres::PgPoolCopyExt;
use std::str::from_utf8;

/// The time from the Unix epoch to Postgres's own, in microseconds.
const EPOCH: i64 = 946_684_800_000_000;
/// The length of the header in bytes: signature, flags, and the length of an extension that nobody uses.
const HEADER: usize = 19;
const SIGNATURE: &[u8; 11] = b"PGCOPY\n\xff\r\n\0";
/// The mark of the end, in place of a row's count of fields.
const END: [u8; 2] = [0xff, 0xff];
/// The fields of a [`Row`], in its order.
const COLUMNS: &str = "position, recorded_at, metadata ->> 'event_id', event_type, event_version, \
    aggregate_type, aggregate_id, sequence, metadata ->> 'actor', metadata ? 'operator', payload";
const FIELDS: usize = 11;

/// An event's columns, borrowed from what Postgres sent.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// The event's position in the log.
    pub position: Position,
    /// The time when the event was stored, in microseconds since 1970.
    pub recorded_at: i64,
    /// The event's own id.
    pub event_id: Option<&'a str>,
    /// The event type's name.
    pub event_type: &'a str,
    /// The event's version as stored.
    pub event_version: &'a str,
    /// The type of the event's aggregate.
    pub aggregate_type: &'a str,
    /// The id of the event's aggregate.
    pub aggregate_id: &'a str,
    /// The event's sequence in the aggregate's history.
    pub sequence: i64,
    /// The id or alias of the actor.
    pub actor: Option<&'a str>,
    /// True if an operator acted in the actor's name.
    pub by_operator: bool,
    /// The payload's JSON, as stored.
    pub payload: &'a str,
}

/// The reason why rows can't be read.
#[derive(Debug, thiserror::Error)]
pub enum RowsError {
    /// The database failed.
    #[error("the log can't be read")]
    Database(#[from] sqlx::Error),
    /// The bytes that Postgres sent are not of the format.
    #[error("Postgres sent rows that can't be read")]
    Format,
}

impl Row<'_> {
    /// The time when the event was stored.
    #[must_use]
    pub fn time(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.recorded_at).unwrap_or_default()
    }
}

/// A chunk of whole rows.
#[derive(Debug)]
pub struct Chunk(Vec<u8>);

impl Chunk {
    /// Calls `take` with each row, in position order.
    ///
    /// # Errors
    /// [`RowsError::Format`], or the errors of `take`.
    pub fn each<E: From<RowsError>>(&self, mut take: impl FnMut(Row<'_>) -> Result<(), E>) -> Result<(), E> {
        let mut rest = self.0.as_slice();
        while !rest.is_empty() {
            let (row, after) = row(rest).ok_or(RowsError::Format)?;
            take(row)?;
            rest = after;
        }
        Ok(())
    }
}

/// The events of `first..=last`, in chunks of about `bytes`.
///
/// # Errors
/// The database's errors.
pub async fn rows(
    pool: &PgPool,
    first: Position,
    last: Position,
    bytes: usize,
) -> Result<impl Stream<Item = Result<Chunk, RowsError>> + Send + use<>, RowsError> {
    let sql = format!(
        "copy (select {COLUMNS} from events where position between {first} and {last} order by position)
         to stdout (format binary)"
    );
    let sent = pool.copy_out_raw(&sql).await?;
    let begun = (sent, Pending::default());
    Ok(futures::stream::try_unfold(begun, move |(mut sent, mut pending)| async move {
        while pending.rows.len() < bytes {
            let Some(message) = sent.try_next().await? else { break };
            pending.take(&message)?;
        }
        let chunk = std::mem::replace(&mut pending.rows, Vec::with_capacity(bytes + bytes / 8));
        Ok((!chunk.is_empty()).then_some((Chunk(chunk), (sent, pending))))
    }))
}

/// The rows that were sent and not given out yet.
#[derive(Default)]
struct Pending {
    rows: Vec<u8>,
    is_begun: bool,
}

impl Pending {
    /// Takes in a message. Postgres sends the header with the first row, each row as a message of its own,
    /// and an end.
    fn take(&mut self, message: &[u8]) -> Result<(), RowsError> {
        let mut message = message;
        if !self.is_begun {
            if !message.starts_with(SIGNATURE) || message.len() < HEADER {
                return Err(RowsError::Format);
            }
            message = &message[HEADER..];
            self.is_begun = true;
        }
        if message != END {
            self.rows.extend_from_slice(message);
        }
        Ok(())
    }
}

fn row(bytes: &[u8]) -> Option<(Row<'_>, &[u8])> {
    let (count, mut rest) = bytes.split_first_chunk::<2>()?;
    if usize::from(u16::from_be_bytes(*count)) != FIELDS {
        return None;
    }
    let mut fields = [None; FIELDS];
    for field in &mut fields {
        let (length, after) = rest.split_first_chunk::<4>()?;
        rest = after;
        // A length of -1 means null.
        if let Ok(length) = usize::try_from(i32::from_be_bytes(*length)) {
            let (value, after) = rest.split_at_checked(length)?;
            (*field, rest) = (Some(value), after);
        }
    }
    let number = |field: Option<&[u8]>| Some(i64::from_be_bytes(field?.try_into().ok()?));
    let [position, time, event_id, event_type, version, aggregate, id, sequence, actor, operator, payload] =
        fields;
    // The first byte of a jsonb value is the version of its form; the rest is text.
    let (1, payload) = payload?.split_first().map(|(version, text)| (*version, text))? else { return None };
    let row = Row {
        position: number(position)?,
        recorded_at: number(time)?.checked_add(EPOCH)?,
        event_id: event_id.and_then(|text| from_utf8(text).ok()),
        event_type: from_utf8(event_type?).ok()?,
        event_version: from_utf8(version?).ok()?,
        aggregate_type: from_utf8(aggregate?).ok()?,
        aggregate_id: from_utf8(id?).ok()?,
        sequence: number(sequence)?,
        actor: actor.and_then(|text| from_utf8(text).ok()),
        by_operator: operator? == [1],
        payload: from_utf8(payload).ok()?,
    };
    Some((row, rest))
}
