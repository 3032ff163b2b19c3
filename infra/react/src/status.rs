//! The status of reactions, for operators.

use projections::Position;
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use sqlx::types::Json;

/// The status of a reaction.
#[derive(Clone, Debug, Serialize, sqlx::FromRow)]
pub struct ReactionStatus {
    /// The reaction's name.
    pub name: String,
    /// The last event that was handled or parked.
    pub position: Position,
    /// Number of events that were not handled yet.
    pub lag: i64,
    /// True if some process leads the reaction now.
    pub is_led: bool,
    /// The reason why the reaction stands still, if it does.
    pub stopped_because: Option<String>,
    /// Number of parked events.
    pub parked_count: i64,
    /// The events that could not be handled, the oldest first; at most 20.
    pub parked: Json<Vec<ParkedEvent>>,
}

/// An event that could not be handled.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ParkedEvent {
    /// The event's position.
    pub position: Position,
    /// The event's type.
    pub event_type: String,
    /// The reason why the event could not be handled.
    pub error: String,
}

/// Reads the status of all reactions, by one statement.
///
/// # Errors
/// The database's.
pub async fn status(pool: &PgPool) -> Result<Vec<ReactionStatus>, sqlx::Error> {
    sqlx::query_as(include_str!("status.sql")).fetch_all(pool).await
}

/// Sets the gauges of lags, stops and parked events.
#[allow(clippy::cast_precision_loss)]
pub fn gauge(reactions: &[ReactionStatus]) {
    for ReactionStatus { name, lag, stopped_because, parked_count, .. } in reactions {
        let name = || name.clone();
        metrics::gauge!("madang_reaction_lag", "reaction" => name()).set(*lag as f64);
        metrics::gauge!("madang_reaction_parked", "reaction" => name()).set(*parked_count as f64);
        metrics::gauge!("madang_reaction_stopped", "reaction" => name())
            .set(f64::from(stopped_because.is_some()));
    }
}
