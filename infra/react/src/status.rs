//! How the reactions stand, for operators.

use projections::Position;
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use sqlx::types::Json;

/// How a reaction stands.
#[derive(Clone, Debug, Serialize, sqlx::FromRow)]
pub struct ReactionStatus {
    /// Its name.
    pub name: String,
    /// The last event that was handled or parked.
    pub position: Position,
    /// Events that were not handled yet.
    pub lag: i64,
    /// Whether some process leads it now.
    pub is_led: bool,
    /// Why it stands still, if it does.
    pub stopped_because: Option<String>,
    /// How many events are parked.
    pub parked_count: i64,
    /// Events that could not be handled, the oldest first; at most 20.
    pub parked: Json<Vec<ParkedEvent>>,
}

/// An event that could not be handled.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ParkedEvent {
    /// Where it is.
    pub position: Position,
    /// What it is.
    pub event_type: String,
    /// What is wrong.
    pub error: String,
}

/// Asks the database, by one statement for all reactions together.
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
