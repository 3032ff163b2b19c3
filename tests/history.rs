//! The log's history as analysts read it: over HTTP, as files, in SQL.

mod export;
mod past;
mod sql;
mod streams;
mod things;
mod versions;

use crate::support::TestApp;
use crate::support::client::Person;

/// A person with the role of analyst.
pub async fn analyst(app: &TestApp, handle: &str) -> Person {
    let person = app.enrol(handle).await;
    app.grant(&person, "analyst").await;
    person
}

/// Puts the first event of an aggregate into the log in an old version, as a build of that time would have.
async fn store_old(
    app: &TestApp,
    aggregate: &str,
    id: &str,
    event_type: &str,
    version: &str,
    payload: &str,
) -> i64 {
    store_next(app, (aggregate, id, 1), event_type, version, payload).await
}

/// Puts an event into the log in an old version, at any place in the aggregate's history.
async fn store_next(
    app: &TestApp,
    (aggregate, id, sequence): (&str, &str, i64),
    event_type: &str,
    version: &str,
    payload: &str,
) -> i64 {
    let mut tx = app.pool.begin().await.expect("a transaction");
    let (position,): (i64,) = sqlx::query_as(
        "update log set head = head + 1, recorded_at = greatest(recorded_at, clock_timestamp()) returning head",
    )
    .fetch_one(&mut *tx)
    .await
    .expect("the log's row");
    sqlx::query(
        "insert into events select head, $1, $2, $6, $3, $4, $5::jsonb,
             jsonb_build_object('event_id', gen_random_uuid()), recorded_at from log",
    )
    .bind(aggregate)
    .bind(id)
    .bind(event_type)
    .bind(version)
    .bind(payload)
    .bind(sequence)
    .execute(&mut *tx)
    .await
    .expect("stored");
    tx.commit().await.expect("committed");
    position
}
