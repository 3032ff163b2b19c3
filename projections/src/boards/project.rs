//! The writes of boards. Boards are few, and they seldom change: each event is a statement of its own.

use crate::{RecordedEvent, Tx};
use domain::Event;
use domain::board::BoardEvent;
use sqlx::types::Json;
use std::sync::Arc;

/// The built-in board is there before it is opened.
const OPEN: &str = "
    insert into boards (board_id, slug, name, description, anonymous, hours, closed, version)
    values ($1, $2, $3, $4, $5, $6, false, $7)
    on conflict (board_id) do update
    set slug = excluded.slug, name = excluded.name, description = excluded.description,
        anonymous = excluded.anonymous, hours = excluded.hours, closed = excluded.closed,
        version = excluded.version";

const CHANGE: &str = "
    update boards set name = $2, description = $3, hours = $4, closed = $5, version = $6 where board_id = $1";

/// Applies a batch.
pub(super) async fn apply(tx: &mut Tx<'_>, events: &[Arc<RecordedEvent>]) -> Result<(), sqlx::Error> {
    for recorded in events {
        let Ok(Event::Board(event)) = &recorded.event else { continue };
        let query = match event {
            BoardEvent::BoardOpened { slug, name, description, anonymous, hours } => sqlx::query(OPEN)
                .bind(recorded.aggregate_id)
                .bind(slug)
                .bind(name)
                .bind(description)
                .bind(anonymous)
                .bind(hours.as_ref().map(Json))
                .bind(recorded.sequence),
            BoardEvent::BoardChanged { name, description, hours, closed } => sqlx::query(CHANGE)
                .bind(recorded.aggregate_id)
                .bind(name)
                .bind(description)
                .bind(hours.as_ref().map(Json))
                .bind(closed)
                .bind(recorded.sequence),
        };
        query.execute(&mut **tx).await?;
    }
    Ok(())
}
