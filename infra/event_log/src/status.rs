//! How the whole stands, for operators: the log, the relay, every projection.

use chrono::{DateTime, Utc};
use projections::Position;
use projections::schema::Schema;
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use sqlx::types::Json;
use std::collections::HashMap;

/// What `madang status` shows.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// The newest position.
    pub head: Position,
    /// The last position on the stream, and how many are missing there.
    pub relay: RelayStatus,
    /// Each read model.
    pub projections: Vec<ProjectionStatus>,
}

/// How the relay stands.
#[derive(Clone, Debug, Serialize)]
pub struct RelayStatus {
    /// The last position published.
    pub position: Position,
    /// Events not published yet.
    pub lag: i64,
    /// Why it stands still, if it does.
    pub stopped_because: Option<String>,
}

/// How a projection stands.
#[derive(Clone, Debug, Serialize)]
pub struct ProjectionStatus {
    /// Its name.
    pub name: String,
    /// The version of the projector that made it; none when it was never made.
    pub version: Option<i32>,
    /// The last position applied; none when it was never made.
    pub position: Option<Position>,
    /// Events not applied yet.
    pub lag: i64,
    /// How long ago the first of those was stored; 0 where there is none.
    pub lag_seconds: f64,
    /// Whether a runner has its lease now.
    pub is_led: bool,
    /// Events that could not be applied, oldest first, at most 20.
    pub parked: Vec<ParkedEvent>,
    /// How many there are in all.
    pub parked_count: i64,
}

/// The copies that are built beside the living ones, and what was asked for.
#[derive(Clone, Debug, Default)]
pub struct Rebuilds {
    /// By projection, how far its copy has come.
    pub underway: HashMap<String, Position>,
    /// By projection, the last that was asked for over HTTP.
    pub asked: HashMap<String, AskedRebuild>,
}

/// A rebuild that was asked for over HTTP.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct AskedRebuild {
    /// Of what.
    pub projection: String,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// When it ended; none while it waits or is underway.
    pub ended_at: Option<DateTime<Utc>>,
    /// Why it did not come about, if it did not.
    pub error: Option<String>,
}

/// An event that waits for a mend.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ParkedEvent {
    /// Where it is.
    pub position: Position,
    /// To which kind of aggregate it happened.
    pub aggregate_type: String,
    /// What it is.
    pub event_type: String,
    /// What is wrong.
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

/// Asks the database, by two statements for all projections together.
///
/// # Errors
/// The database's.
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

/// What the log's tables say.
#[derive(sqlx::FromRow)]
struct Log {
    head: Position,
    /// The relay's.
    position: Position,
    stopped_because: Option<String>,
    /// Since when the first event is there.
    age_seconds: f64,
    /// The projections that were ever made.
    made: Vec<String>,
    /// The leases that somebody holds.
    led: Vec<String>,
}

/// What a projection's own tables say.
#[derive(sqlx::FromRow)]
struct Row {
    name: String,
    version: i32,
    position: Position,
    /// Since when the first event waits that was not applied.
    waited_seconds: f64,
    parked_count: i64,
    parked: Json<Vec<ParkedEvent>>,
}

impl ProjectionStatus {
    fn of(name: &str, (head, age_seconds): (Position, f64), is_led: bool, row: Option<Row>) -> Self {
        let position = row.as_ref().map(|row| row.position);
        // What was asked later may have moved on meanwhile.
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

/// Sets the gauges of how far search is behind the log, in this process: by positions, and by how long ago the first
/// event came that it lacks.
///
/// # Errors
/// The database's.
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
/// The database's.
pub async fn rebuilds(pool: &PgPool, projections: &[&str]) -> Result<Rebuilds, sqlx::Error> {
    let underway = Schema::making(pool, projections).await?.into_iter().collect();
    let asked: Vec<AskedRebuild> =
        sqlx::query_as("select projection, asked_at, ended_at, error from rebuilds").fetch_all(pool).await?;
    let asked = asked.into_iter().map(|asked| (asked.projection.clone(), asked)).collect();
    Ok(Rebuilds { underway, asked })
}
