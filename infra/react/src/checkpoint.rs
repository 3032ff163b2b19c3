//! The rows behind reactions: checkpoints, and parked events.

use crate::reaction::{Begins, Reaction};
use projections::{Position, RecordedEvent};
use sqlx::{PgConnection, PgExecutor, PgPool};
use std::sync::Arc;

/// Stores the checkpoint of each reaction that was never seen before. To be done before commands are taken:
/// the reaction sees the events from then on.
///
/// # Errors
/// The database's.
pub async fn register(pool: &PgPool, reactions: &[Arc<dyn Reaction>]) -> Result<(), sqlx::Error> {
    for reaction in reactions {
        let begins_at_head = match reaction.begins() {
            Begins::AtHead => true,
            Begins::AtFirst => false,
        };
        sqlx::query(
            "insert into public.reactions (name, position)
             select $1, case when $2 then head else 0 end from public.log on conflict do nothing",
        )
        .bind(reaction.name())
        .bind(begins_at_head)
        .execute(pool)
        .await?;
    }
    Ok(())
}

/// The position of a reaction's checkpoint.
pub(crate) async fn position(executor: impl PgExecutor<'_>, name: &str) -> Result<Position, sqlx::Error> {
    let position = "select position from public.reactions where name = $1";
    sqlx::query_scalar(position).bind(name).fetch_one(executor).await
}

/// Moves a checkpoint from a position to an event. False when the checkpoint is not at this position, that
/// is, when another runner has moved it, and when the log does not have the event: an event that was read
/// before a backup was restored must not lead to anything.
pub(crate) async fn advance(
    connection: &mut PgConnection,
    name: &str,
    from: Position,
    to: &RecordedEvent,
) -> Result<bool, sqlx::Error> {
    let moved = sqlx::query(
        "update public.reactions set position = $3, stopped_because = null
         where name = $1 and position = $2 and exists (
             select from public.events e
             where e.position = $3 and e.sequence = $4 and e.recorded_at = $5)",
    )
    .bind(name)
    .bind(from)
    .bind(to.position)
    .bind(to.sequence)
    .bind(to.recorded_at)
    .execute(connection)
    .await?;
    Ok(moved.rows_affected() == 1)
}

/// Stores the reason why a reaction stands still, or none when it goes on.
pub(crate) async fn note_stop(
    executor: impl PgExecutor<'_>,
    name: &str,
    reason: Option<&str>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "update public.reactions set stopped_because = $2
         where name = $1 and stopped_because is distinct from $2",
    )
    .bind(name)
    .bind(reason)
    .execute(executor)
    .await?;
    Ok(())
}

/// Parks an event that can't be handled; the row of an event that is parked already gets the newest error.
pub(crate) async fn park(
    connection: &mut PgConnection,
    name: &str,
    event: &RecordedEvent,
    error: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into public.parked_reactions (reaction, position, event_type, error) values ($1, $2, $3, $4)
         on conflict (reaction, position) do update set error = excluded.error",
    )
    .bind(name)
    .bind(event.position)
    .bind(&event.event_type)
    .bind(error)
    .execute(connection)
    .await?;
    Ok(())
}

/// The positions of a reaction's parked events, the oldest first.
pub(crate) async fn parked(executor: impl PgExecutor<'_>, name: &str) -> Result<Vec<Position>, sqlx::Error> {
    let parked = "select position from public.parked_reactions where reaction = $1 order by position";
    sqlx::query_scalar(parked).bind(name).fetch_all(executor).await
}

/// Deletes the row of a parked event; false when another runner has done so.
pub(crate) async fn unpark(
    connection: &mut PgConnection,
    name: &str,
    position: Position,
) -> Result<bool, sqlx::Error> {
    let unpark = "delete from public.parked_reactions where reaction = $1 and position = $2";
    let done = sqlx::query(unpark).bind(name).bind(position).execute(connection).await?;
    Ok(done.rows_affected() == 1)
}
