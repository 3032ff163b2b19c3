//! The part of the log that a person takes away in an export: everything they did by name.

use crate::app::App;
use crate::personal::{Export, ExportError, Exporter};
use domain::value::UserId;
use futures::TryStreamExt;
use futures::future::BoxFuture;
use serde_json::{Value, json};
use sqlx::Row;
use sqlx::postgres::PgRow;
use sqlx::types::chrono::{DateTime, Utc};

/// The file of the person's events, one a line.
pub(super) static EXPORTS: &[Export] = &[Export {
    name: "history.jsonl",
    korean: "이름으로 한 모든 일 (한 줄에 하나씩)",
    english: "everything you ever did by name, one thing a line",
    reads: &[],
    write: history,
}];

fn history(app: &App, me: UserId, file: Exporter) -> BoxFuture<'_, Result<(), ExportError>> {
    Box::pin(async move {
        let mut lines = file.lines().await?;
        let mut tx = app.pool.begin().await?;
        // Reading all of a long log takes a while; nobody waits for it.
        sqlx::query("set local statement_timeout = '10min'").execute(&mut *tx).await?;
        let mut rows = sqlx::query(include_str!("done_by.sql")).bind(me.to_string()).fetch(&mut *tx);
        while let Some(row) = rows.try_next().await? {
            lines.push(&line(&row)?).await?;
        }
        lines.end().await
    })
}

fn line(row: &PgRow) -> Result<Value, sqlx::Error> {
    Ok(json!({
        "position": row.try_get::<i64, _>("position")?,
        "type": row.try_get::<&str, _>("event_type")?,
        "id": row.try_get::<&str, _>("aggregate_id")?,
        "at": row.try_get::<DateTime<Utc>, _>("recorded_at")?,
        "event": row.try_get::<Value, _>("payload")?,
    }))
}
