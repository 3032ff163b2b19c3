//! One batch on its way into the log: the append is tried until the database answers, then each command is
//! answered.

use super::{AppendOutcome, PendingEvent, Waiting};
use crate::event_store::command::StoreError;
use crate::statement_pool::StatementPool;
use chrono::{DateTime, Utc};
use domain::Claim;
use projections::Position;
use sqlx::types::Json;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tracing::warn;

/// The longest time that a batch is tried again while the database is away; then its commands are answered
/// so.
const PATIENCE: Duration = Duration::from_secs(3);
/// The longest time for one try; after it the connection counts as lost.
const TRY: Duration = Duration::from_secs(10);

/// The store of batches. Cheap to clone.
#[derive(Clone)]
pub(super) struct Storing {
    pub(super) pool: StatementPool,
    pub(super) head: watch::Sender<Position>,
}

impl Storing {
    /// Stores a batch and answers each of its commands. A batch that the database refuses as a whole (a NUL
    /// that slipped in, say) is halved until the guilty command stands alone. Returns true if the database
    /// was there to answer.
    pub(super) fn store(&self, batch: Vec<Waiting>) -> Pin<Box<dyn Future<Output = bool> + Send + '_>> {
        Box::pin(async move {
            match self.try_until_answered(&batch).await {
                Ok(outcomes) => {
                    let newest = outcomes.iter().filter_map(|outcome| match outcome {
                        AppendOutcome::Stored { position, .. } => Some(*position),
                        AppendOutcome::Seen { .. }
                        | AppendOutcome::KeyReused
                        | AppendOutcome::Taken { .. }
                        | AppendOutcome::Conflict => None,
                    });
                    let newest = newest.max().unwrap_or(0);
                    self.head.send_if_modified(|head| {
                        let moved = newest > *head;
                        *head = newest.max(*head);
                        moved
                    });
                    for (waiting, outcome) in batch.into_iter().zip(outcomes) {
                        let _ = waiting.reply.send(Ok(outcome));
                    }
                    true
                }
                Err(error) if is_refusal(&error) && batch.len() > 1 => {
                    let mut first = batch;
                    let second = first.split_off(first.len() / 2);
                    self.store(first).await & self.store(second).await
                }
                Err(error) => {
                    warn!(error = %error, commands = batch.len(), "a batch of commands was not stored");
                    let refused = is_refusal(&error);
                    let text = error.to_string();
                    for waiting in batch {
                        let error = text.clone().into();
                        let answer =
                            if refused { StoreError::Refused(error) } else { StoreError::Unavailable(error) };
                        let _ = waiting.reply.send(Err(answer));
                    }
                    refused
                }
            }
        })
    }

    async fn try_until_answered(&self, batch: &[Waiting]) -> Result<Vec<AppendOutcome>, sqlx::Error> {
        let begun = Instant::now();
        let mut pause = Duration::from_millis(10);
        loop {
            let tried = tokio::time::timeout(TRY, append(&self.pool, batch)).await;
            let error = match tried {
                Ok(Ok(outcomes)) => return Ok(outcomes),
                Ok(Err(error)) => error,
                Err(_) => sqlx::Error::PoolTimedOut,
            };
            if is_refusal(&error) || begun.elapsed() + pause > PATIENCE {
                return Err(error);
            }
            metrics::counter!("madang_append_retries_total").increment(1);
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_millis(500));
        }
    }
}

async fn append(pool: &StatementPool, batch: &[Waiting]) -> Result<Vec<AppendOutcome>, sqlx::Error> {
    let commands = || batch.iter().map(|waiting| &waiting.command);
    let index = |n: usize| i32::try_from(n + 1).unwrap_or(i32::MAX);
    let events: Vec<(i32, &PendingEvent)> = commands()
        .enumerate()
        .flat_map(|(n, command)| command.events.iter().map(move |event| (index(n), event)))
        .collect();
    let claims: Vec<(i32, &'static str, &str, bool)> = commands()
        .enumerate()
        .flat_map(|(n, command)| {
            command.claims.iter().map(move |claim| match claim {
                Claim::Take { kind, value } => (index(n), *kind, value.as_str(), true),
                Claim::Release { kind, value } => (index(n), *kind, value.as_str(), false),
            })
        })
        .collect();
    let rows: Vec<(String, Position, Option<String>, DateTime<Utc>)> = sqlx::query_as(
        "select outcome, position, claim, at from append_events(
            $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
    )
    .bind(commands().map(|command| command.id.as_str()).collect::<Vec<_>>())
    .bind(commands().map(|command| command.aggregate_type).collect::<Vec<_>>())
    .bind(commands().map(|command| command.aggregate_id.as_str()).collect::<Vec<_>>())
    .bind(commands().map(|command| command.expected).collect::<Vec<_>>())
    .bind(commands().map(|command| command.person.as_deref()).collect::<Vec<_>>())
    .bind(commands().map(|command| command.key.as_deref()).collect::<Vec<_>>())
    .bind(commands().map(|command| command.request_hash.map(Vec::from)).collect::<Vec<_>>())
    .bind(commands().map(|command| command.noted).collect::<Vec<_>>())
    .bind(events.iter().map(|(n, _)| *n).collect::<Vec<_>>())
    .bind(events.iter().map(|(_, event)| event.event_type.as_str()).collect::<Vec<_>>())
    .bind(events.iter().map(|(_, event)| event.event_version.as_str()).collect::<Vec<_>>())
    .bind(events.iter().map(|(_, event)| Json(&event.payload)).collect::<Vec<_>>())
    .bind(events.iter().map(|(_, event)| Json(&event.metadata)).collect::<Vec<_>>())
    .bind(claims.iter().map(|claim| claim.0).collect::<Vec<_>>())
    .bind(claims.iter().map(|claim| claim.1).collect::<Vec<_>>())
    .bind(claims.iter().map(|claim| claim.2).collect::<Vec<_>>())
    .bind(claims.iter().map(|claim| claim.3).collect::<Vec<_>>())
    .fetch_all(pool)
    .await?;
    rows.into_iter()
        .map(|(outcome, position, claim, at)| match outcome.as_str() {
            "stored" => Ok(AppendOutcome::Stored { position, at }),
            "seen" => Ok(AppendOutcome::Seen { position }),
            "reused" => Ok(AppendOutcome::KeyReused),
            "taken" => Ok(AppendOutcome::Taken { kind: claim.unwrap_or_default() }),
            "conflict" => Ok(AppendOutcome::Conflict),
            unknown => Err(sqlx::Error::Protocol(format!("append_events answered {unknown:?}"))),
        })
        .collect()
}

/// True if the data is at fault rather than the connection or the server: SQLSTATE classes 21 to 23
/// (cardinality, data, integrity) and 54 (a limit exceeded).
fn is_refusal(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(database) = error else {
        return matches!(error, sqlx::Error::Encode(_));
    };
    let state = database.code().unwrap_or_default();
    ["21", "22", "23", "54"].iter().any(|class| state.starts_with(class))
}
