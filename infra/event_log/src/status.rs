//! The status of the log, the relay and every projection, for operators.

use chrono::{DateTime, Utc};
use projections::Position;
use projections::schema::Schema;
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use sqlx::types::Json;
use std::collections::HashMap;

/// The status that `madang status` shows.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// The log's newest position.
    pub head: Position,
    /// The relay's status: the last position on the stream, and how many events are missing there.
    pub relay: RelayStatus,
    /// The status of each projection.
    pub projections: Vec<ProjectionStatus>,
}

/// The relay's status.
#[derive(Clone, Debug, Serialize)]
pub struct RelayStatus {
    /// The last position published.
    pub position: Position,
    /// The number of events not published yet.
    pub lag: i64,
    /// The reason why the relay stands still, if it does.
    pub stopped_because: Option<String>,
}

/// A projection's status.
#[derive(Clone, Debug, Serialize)]
pub struct ProjectionStatus {
    /// The projection's name.
    pub name: String,
    /// The version of the projector that made the read model; none when it was never made.
    pub version: Option<i32>,
    /// The last position applied; none when the read model was never made.
    pub position: Option<Position>,
    /// The number of events not applied yet.
    pub lag: i64,
    /// The time in seconds since the first event not applied yet was stored; 0 where there is none.
    pub lag_seconds: f64,
    /// True if a runner has the projection's lease now.
    pub is_led: bool,
    /// The events that could not be applied, oldest first, at most 20.
    pub parked: Vec<ParkedEvent>,
    /// The number of parked events in all.
    pub parked_count: i64,
}

/// The rebuilds: the copies that are built beside the living read models, and the rebuilds asked for over
/// HTTP.
#[derive(Clone, Debug, Default)]
pub struct Rebuilds {
    /// The position to which a projection's copy has come, by projection.
    pub underway: HashMap<String, Position>,
    /// The last rebuild that was asked for over HTTP, by projection.
    pub asked: HashMap<String, AskedRebuild>,
}

/// A rebuild that was asked for over HTTP.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct AskedRebuild {
    /// The projection to rebuild.
    pub projection: String,
    /// The time when the rebuild was asked for.
    pub asked_at: DateTime<Utc>,
    /// The time when the rebuild ended; none while it waits or is underway.
    pub ended_at: Option<DateTime<Utc>>,
    /// The reason why the rebuild failed, if it did.
    pub error: Option<String>,
}

/// An event that could not be applied and waits for a mend.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ParkedEvent {
    /// The event's position.
    pub position: Position,
    /// The type of the event's aggregate.
    pub aggregate_type: String,
    /// The event's type.
    pub event_type: String,
    /// The error that applying the event gave.
    pub error: String,
}

impl Status {
    /// Sets the gauges of positions, lags and parked events.
    #[allow(clippy::cast_precision_loss)]
    pub fn gauge(&self) {
        metrics::gauge!("madang_log_position").set(self.head as f64);
        metrics::gauge!("madang_relay_position").set(self.relay.position as f64);
        metrics::gauge!("madang_relay_lag").set(self.relay.lag as f64);
        metrics::gauge!("madang_relay_stopped").set(f64::from(self.relay.stopped_because.is_some()));
        for projection in &self.projections {
            let name = || projection.name.clone();
            metrics::gauge!("madang_projection_position", "projection" => name())
                .set(projection.position.unwrap_or(0) as f64);
            metrics::gauge!("madang_projection_lag", "projection" => name()).set(projection.lag as f64);
            metrics::gauge!("madang_projection_parked", "projection" => name())
                .set(projection.parked_count as f64);
        }
    }
}

/// Reads the status from the database, by two statements for all projections together.
///
/// # Errors
/// The database's errors.
pub async fn status(pool: &PgPool, projections: &[&str]) -> Result<Status, sqlx::Error> {
    let log: Log = sqlx::query_as(
        "select log.head, relay.position, relay.stopped_because,
                 coalesce((select extract(epoch from clock_timestamp() - recorded_at)::float8
                     from events where events.position = 1), 0) as age_seconds,
                 array(select name from unnest($1::text[]) as name
                       where to_regclass(name || '.checkpoint') is not null) as made,
                 array(select name from leases where expires_at > now()) as led
             from log, relay",
    )
    .bind(projections)
    .fetch_one(pool)
    .await?;
    let Log { head, position, stopped_because, age_seconds, made, led } = log;
    let relay = RelayStatus { position, lag: (head - position).max(0), stopped_because };
    let mut rows: HashMap<String, Row> = HashMap::new();
    if !made.is_empty() {
        let of_each = made.iter().map(|name| format!(include_str!("status.sql"), name = name));
        let all = of_each.collect::<Vec<_>>().join(" union all ");
        let all: Vec<Row> = sqlx::query_as(&all).fetch_all(pool).await?;
        rows.extend(all.into_iter().map(|row| (row.name.clone(), row)));
    }
    let of = |name: &&str| {
        let is_led = led.contains(&format!("projection {name}"));
        ProjectionStatus::of(name, (head, age_seconds), is_led, rows.remove(*name))
    };
    Ok(Status { head, relay, projections: projections.iter().map(of).collect() })
}

/// The row that is read of the log's tables.
#[derive(sqlx::FromRow)]
struct Log {
    head: Position,
    /// The relay's position.
    position: Position,
    stopped_because: Option<String>,
    /// The age of the first event in seconds; 0 where there is none.
    age_seconds: f64,
    /// The projections that were ever made.
    made: Vec<String>,
    /// The names of the leases that somebody holds.
    led: Vec<String>,
}

/// The row that is read of a projection's own tables.
#[derive(sqlx::FromRow)]
struct Row {
    name: String,
    version: i32,
    position: Position,
    /// The time in seconds that the first event not applied yet has waited.
    waited_seconds: f64,
    parked_count: i64,
    parked: Json<Vec<ParkedEvent>>,
}

impl ProjectionStatus {
    fn of(name: &str, (head, age_seconds): (Position, f64), is_led: bool, row: Option<Row>) -> Self {
        let position = row.as_ref().map(|row| row.position);
        // The projection's row was read after the log's, so its position may be beyond that head.
        let lag = (head - position.unwrap_or(0)).max(0);
        let waited_seconds = row.as_ref().map_or(age_seconds, |row| row.waited_seconds);
        Self {
            name: name.to_owned(),
            version: row.as_ref().map(|row| row.version),
            position,
            lag,
            lag_seconds: if lag > 0 { waited_seconds } else { 0.0 },
            is_led,
            parked_count: row.as_ref().map_or(0, |row| row.parked_count),
            parked: row.map_or_else(Vec::new, |row| row.parked.0),
        }
    }
}

/// Sets the gauges of how far this process's search is behind the log: by positions, and by how long ago the
/// first event was stored that search lacks.
///
/// # Errors
/// The database's errors.
#[allow(clippy::cast_precision_loss)]
pub async fn gauge_search(pool: &PgPool, fed: Position) -> Result<(), sqlx::Error> {
    let (head, waited_seconds): (Position, Option<f64>) = sqlx::query_as(
        "select head, (select greatest(extract(epoch from clock_timestamp() - recorded_at), 0)::float8
                       from events where events.position = $1 + 1)
         from log",
    )
    .bind(fed)
    .fetch_one(pool)
    .await?;
    metrics::gauge!("madang_search_lag").set((head - fed).max(0) as f64);
    metrics::gauge!("madang_search_lag_seconds").set(waited_seconds.unwrap_or(0.0));
    Ok(())
}

/// What is rebuilt, and what was asked for.
///
/// # Errors
/// The database's errors.
pub async fn rebuilds(pool: &PgPool, projections: &[&str]) -> Result<Rebuilds, sqlx::Error> {
    let underway = Schema::making(pool, projections).await?.into_iter().collect();
    let requests: Vec<AskedRebuild> =
        sqlx::query_as("select projection, asked_at, ended_at, error from rebuilds").fetch_all(pool).await?;
    let asked = requests.into_iter().map(|request| (request.projection.clone(), request)).collect();
    Ok(Rebuilds { underway, asked })
}
