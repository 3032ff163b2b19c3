//! The counts of jobs, for operators, and another try of jobs that were given up.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgPool;

/// The most given up jobs that are shown.
const SHOWN: i64 = 20;

/// The counts of the jobs of one kind.
#[derive(Clone, Debug, PartialEq, Serialize, sqlx::FromRow)]
pub struct Counts {
    /// The kind's name.
    pub kind: String,
    /// Jobs whose time has not come.
    pub waiting: i64,
    /// Jobs that nobody has taken yet.
    pub due: i64,
    /// Jobs that some process does now.
    pub running: i64,
    /// Jobs that failed too often.
    pub given_up: i64,
    /// The time in seconds for which the first of the due jobs has been due; 0 where none is.
    pub oldest_due_seconds: f64,
}

/// A job that failed too often.
#[derive(Clone, Debug, Serialize, sqlx::FromRow)]
pub struct GivenUp {
    /// The kind's name.
    pub kind: String,
    /// The job's key: the id that it is about.
    pub key: String,
    /// Number of tries.
    pub attempts: i32,
    /// The time when the job was given up.
    pub gave_up_at: DateTime<Utc>,
    /// The reason why the last try failed.
    pub last_error: Option<String>,
}

/// The counts of jobs: of each of these kinds, and of all other kinds in the table.
///
/// # Errors
/// The database's.
pub async fn counts(pool: &PgPool, kinds: &[&str]) -> Result<Vec<Counts>, sqlx::Error> {
    sqlx::query_as(include_str!("sql/counts.sql")).bind(kinds).fetch_all(pool).await
}

/// The jobs that were given up last, at most 20.
///
/// # Errors
/// The database's.
pub async fn given_up(pool: &PgPool) -> Result<Vec<GivenUp>, sqlx::Error> {
    sqlx::query_as(
        "select kind, key, attempts, gave_up_at, last_error from public.jobs
         where gave_up_at is not null order by gave_up_at desc limit $1",
    )
    .bind(SHOWN)
    .fetch_all(pool)
    .await
}

/// Makes jobs that were given up begin anew: those of a kind, or all. Returns how many there are.
///
/// # Errors
/// The database's.
pub async fn retry(pool: &PgPool, kind: Option<&str>) -> Result<u64, sqlx::Error> {
    let begun = sqlx::query(
        "update public.jobs set gave_up_at = null, attempts = 0, due_at = clock_timestamp()
         where gave_up_at is not null and ($1::text is null or kind = $1)",
    )
    .bind(kind)
    .execute(pool)
    .await?;
    Ok(begun.rows_affected())
}

/// Sets the gauges of these counts.
#[allow(clippy::cast_precision_loss)]
pub fn gauge(counts: &[Counts]) {
    for Counts { kind, waiting, due, running, given_up, oldest_due_seconds } in counts {
        let states = [("waiting", waiting), ("due", due), ("running", running), ("given_up", given_up)];
        for (state, number) in states {
            metrics::gauge!("madang_jobs", "kind" => kind.clone(), "state" => state).set(*number as f64);
        }
        metrics::gauge!("madang_jobs_oldest_due_seconds", "kind" => kind.clone()).set(*oldest_due_seconds);
    }
}
