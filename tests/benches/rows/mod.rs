//! The rows of the report: one function a subject, which measures it and tells the report.

mod append;
mod commands;
mod fan_out;
mod history;
mod logins;
mod pages;
mod photos;
mod process;
mod rebuild;
mod search;

use crate::Failure;
use crate::ground::Ground;
use crate::report::Report;
use futures::TryStreamExt;
use futures::future::LocalBoxFuture;
use sqlx::PgPool;
use std::time::{Duration, Instant};

type Subject = for<'a> fn(&'a mut Ground, &'a mut Report) -> LocalBoxFuture<'a, Result<(), Failure>>;

/// The subjects in the order of the report; `import` is measured where the ground is prepared.
pub const SUBJECTS: &[(&str, Subject)] = &[
    ("append", |ground, report| Box::pin(append::run(ground, report))),
    ("commands", |ground, report| Box::pin(commands::api_alone(ground, report))),
    ("all-roles", |ground, report| Box::pin(commands::all_roles(ground, report))),
    ("fan-out", |ground, report| Box::pin(fan_out::deliveries(ground, report))),
    ("mixed", |ground, report| Box::pin(fan_out::mixed(ground, report))),
    ("timeline", |ground, report| Box::pin(pages::timeline(ground, report))),
    ("growth", |ground, report| Box::pin(pages::growth(ground, report))),
    ("merge", |ground, report| Box::pin(pages::merge(ground, report))),
    ("logins", |ground, report| Box::pin(logins::neighbours(ground, report))),
    ("photos", |ground, report| Box::pin(photos::run(ground, report))),
    ("search", |ground, report| Box::pin(search::run(ground, report))),
    ("rebuild", |ground, report| Box::pin(rebuild::run(ground, report))),
    ("history", |ground, report| Box::pin(history::run(ground, report))),
    ("memory", |ground, report| Box::pin(process::memory(ground, report))),
    ("start", |ground, report| Box::pin(process::start(ground, report))),
    ("import", |_, _| Box::pin(async { Ok(()) })),
];

/// The time that a plain `COPY` of all events out of Postgres takes.
async fn copied(pool: &PgPool) -> Result<Duration, Failure> {
    let begun = Instant::now();
    let mut connection = pool.acquire().await?;
    let mut rows = connection.copy_out_raw("copy events to stdout").await?;
    while rows.try_next().await?.is_some() {}
    Ok(begun.elapsed())
}

/// Single-row inserts into the log's own table, as any program without a group commit would do them.
pub const INSERTS: &str = "
insert into events (position, aggregate_type, aggregate_id, sequence, event_type, event_version, payload,
    metadata, recorded_at)
values (nextval('bench_positions'), 'bench', gen_random_uuid()::text, 1, 'Liked', '1.0',
    '{\"type\":\"Liked\",\"user_id\":\"00f8a7d0-2f1c-7000-8000-0000000000ff\",\"target\":{\"kind\":\"post\",\"id\":\"00f8a7d0-2f1c-7000-8000-0000000000fe\"}}',
    '{\"actor\":\"00f8a7d0-2f1c-7000-8000-0000000000ff\",\"event_id\":\"00f8a7d0-2f1c-7000-8000-0000000000fd\",\"command_id\":\"00f8a7d0-2f1c-7000-8000-0000000000fc\",\"causation_id\":\"00f8a7d0-2f1c-7000-8000-0000000000fc\",\"correlation_id\":\"00f8a7d0-2f1c-7000-8000-0000000000fb\"}',
    clock_timestamp());
";

/// Number of rows per second that 32 clients of pgbench insert with [`INSERTS`].
pub async fn inserts(url: &str, seconds: u64) -> Result<f64, Failure> {
    let pool = PgPool::connect(url).await?;
    sqlx::query("create sequence if not exists bench_positions start 1000000000").execute(&pool).await?;
    pool.close().await;
    crate::pgbench::per_second(url, INSERTS, 32, seconds).await
}
