//! A batch: applied whole, or event by event when something in it can't be applied.

use super::{Lead, Runner, RunnerError};
use crate::ports::RecordedEvent;
use crate::projector::Tx;
use crate::schema::Schema;
use sqlx::{Executor, PgConnection};
use std::sync::Arc;
use std::time::Instant;
use tracing::{debug, warn};

/// The number of times that one event is tried before it is parked.
const TRIES: usize = 3;

/// The outcome of a batch.
enum BatchOutcome {
    /// The batch is committed; `has_work` tells whether the projector has delayed anything.
    Applied { has_work: bool },
    /// The checkpoint was at another position.
    Elsewhere,
    /// The batch holds an event that can't be applied.
    Unfit,
}

impl Runner {
    /// Applies the events, if any, and moves the checkpoint. Where another process has moved the checkpoint,
    /// or the log does not have the events, nothing is applied and the runner goes on from the checkpoint.
    pub(super) async fn apply(
        &self,
        connection: &mut PgConnection,
        lead: &mut Lead,
        events: &[Arc<RecordedEvent>],
    ) -> Result<(), RunnerError> {
        let Some(last) = events.last().cloned().or_else(|| lead.overdue()) else { return Ok(()) };
        if !self.context.delay.is_zero() {
            tokio::time::sleep(self.context.delay).await;
        }
        let begun = Instant::now();
        let mine: Vec<_> = events.iter().filter(|event| self.wants(event)).cloned().collect();
        if mine.is_empty() && lead.pass_over(&last) {
            return Ok(());
        }
        let suspect = mine.iter().any(|event| event.event.is_err() || lead.parked.holds(event));
        let mut outcome = match suspect {
            true => BatchOutcome::Unfit,
            false => self.apply_whole(connection, lead, &last, &mine).await?,
        };
        if matches!(outcome, BatchOutcome::Unfit) {
            outcome = self.apply_one_by_one(connection, lead, &last, &mine).await?;
        }
        let BatchOutcome::Applied { has_work } = outcome else {
            return self.follow_checkpoint(connection, lead).await;
        };
        lead.stands_at(last.position);
        lead.has_work = has_work;
        let name = self.projector.name();
        metrics::counter!("madang_projection_events_total", "projection" => name)
            .increment(u64::try_from(mine.len()).unwrap_or(0));
        metrics::histogram!("madang_projection_batch_seconds", "projection" => name)
            .record(begun.elapsed().as_secs_f64());
        for event in &mine {
            debug!(
                projection = name,
                position = event.position,
                correlation_id = event.correlation_id,
                "applied"
            );
        }
        Ok(())
    }

    fn wants(&self, event: &RecordedEvent) -> bool {
        self.projector.definition().interests.contains(&event.aggregate_type.as_str())
            && event.event.as_ref().map_or(true, |event| self.projector.concerns(event))
    }

    async fn apply_whole(
        &self,
        connection: &mut PgConnection,
        lead: &Lead,
        last: &RecordedEvent,
        mine: &[Arc<RecordedEvent>],
    ) -> Result<BatchOutcome, sqlx::Error> {
        let mut tx = self.live.begin_shared(connection).await?;
        if !Schema::advance(&mut tx, self.version(), lead.stored, last).await? {
            return Ok(BatchOutcome::Elsewhere);
        }
        if !mine.is_empty() {
            match self.projector.apply(&mut tx, mine).await {
                Ok(()) => {}
                Err(error) if is_passing(&error) => return Err(error),
                Err(error) => {
                    let projection = self.projector.name();
                    warn!(projection, %error, "a batch can't be applied; trying event by event");
                    return Ok(BatchOutcome::Unfit);
                }
            }
        }
        self.commit(tx).await
    }

    async fn apply_one_by_one(
        &self,
        connection: &mut PgConnection,
        lead: &mut Lead,
        last: &RecordedEvent,
        mine: &[Arc<RecordedEvent>],
    ) -> Result<BatchOutcome, sqlx::Error> {
        let mut tx = self.live.begin_shared(connection).await?;
        if !Schema::advance(&mut tx, self.version(), lead.stored, last).await? {
            return Ok(BatchOutcome::Elsewhere);
        }
        let mut parked = lead.parked.clone();
        for event in mine {
            let error = match &event.event {
                Err(unreadable) => Some(unreadable.to_string()),
                Ok(_) if parked.holds(event) => {
                    Some("waits for an earlier event of its aggregate".to_owned())
                }
                Ok(_) => self.apply_one(&mut tx, event).await?,
            };
            if let Some(error) = error {
                parked.park(&mut tx, event, &error).await?;
                let projection = self.projector.name();
                warn!(projection, position = event.position, error, "parked an event");
            }
        }
        let outcome = self.commit(tx).await?;
        lead.parked = parked;
        Ok(outcome)
    }

    async fn commit(&self, mut tx: Tx<'_>) -> Result<BatchOutcome, sqlx::Error> {
        let has_work = self.projector.has_work(&mut tx).await?;
        tx.commit().await?;
        Ok(BatchOutcome::Applied { has_work })
    }

    /// Applies one event behind a savepoint; returns the error's text, if the event can't be applied.
    pub(super) async fn apply_one(
        &self,
        tx: &mut Tx<'_>,
        event: &Arc<RecordedEvent>,
    ) -> Result<Option<String>, sqlx::Error> {
        let mut failure = None;
        for _ in 0..TRIES {
            tx.execute("savepoint event").await?;
            match self.projector.apply(tx, std::slice::from_ref(event)).await {
                Ok(()) => {
                    tx.execute("release savepoint event").await?;
                    return Ok(None);
                }
                Err(error) if is_passing(&error) => return Err(error),
                Err(error) => {
                    failure = Some(error.to_string());
                    tx.execute("rollback to savepoint event").await?;
                }
            }
        }
        Ok(failure)
    }

    /// Goes on from where the checkpoint is now: a rebuild was swapped in, another runner was quicker, or a
    /// backup was restored and the log does not have the events any more.
    async fn follow_checkpoint(
        &self,
        connection: &mut PgConnection,
        lead: &mut Lead,
    ) -> Result<(), RunnerError> {
        self.context.source.invalidate();
        let (position, parked) = self.standing(connection).await?;
        lead.stands_at(position);
        lead.parked = parked;
        lead.has_work = true;
        Ok(())
    }
}

/// Returns true if the same statement might succeed later: any error but the database's word that the
/// statement itself is wrong (SQLSTATE classes 21, 22, 23, 42 and 54) or a value that can't be sent or read.
fn is_passing(error: &sqlx::Error) -> bool {
    if let sqlx::Error::Database(database) = error {
        let state = database.code().unwrap_or_default();
        return !["21", "22", "23", "42", "54"].iter().any(|class| state.starts_with(class));
    }
    !matches!(error, sqlx::Error::Encode(_) | sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. })
}
