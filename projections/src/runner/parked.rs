//! Parked events, which wait for a mend.

use super::{Lead, Runner, RunnerError};
use crate::ports::RecordedEvent;
use crate::projector::Tx;
use crate::retry;
use sqlx::PgConnection;
use std::collections::HashSet;
use tracing::info;
use uuid::Uuid;

/// The aggregates that have parked events in this projection.
#[derive(Clone, Debug, Default)]
pub(super) struct Parked {
    aggregates: HashSet<Uuid>,
    count: usize,
}

impl Parked {
    pub(super) async fn load(tx: &mut Tx<'_>) -> Result<Self, sqlx::Error> {
        let rows: Vec<(Uuid,)> =
            sqlx::query_as("select aggregate_id from parked").fetch_all(&mut **tx).await?;
        Ok(Self { count: rows.len(), aggregates: rows.into_iter().map(|(id,)| id).collect() })
    }

    pub(super) fn holds(&self, event: &RecordedEvent) -> bool {
        self.aggregates.contains(&event.aggregate_id)
    }

    pub(super) async fn park(
        &mut self,
        tx: &mut Tx<'_>,
        event: &RecordedEvent,
        error: &str,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(
            "insert into parked (position, aggregate_type, aggregate_id, event_type, error)
             values ($1, $2, $3, $4, $5)",
        )
        .bind(event.position)
        .bind(&event.aggregate_type)
        .bind(event.aggregate_id)
        .bind(&event.event_type)
        .bind(error)
        .execute(&mut **tx)
        .await?;
        self.aggregates.insert(event.aggregate_id);
        self.count += 1;
        Ok(())
    }
}

impl Runner {
    /// Tries parked events again if an operator has requested it.
    pub(super) async fn retry_if_requested(
        &self,
        connection: &mut PgConnection,
        lead: &mut Lead,
    ) -> Result<(), RunnerError> {
        if lead.parked.count > 0 && retry::is_asked(&mut *connection, self.projector.name()).await? {
            self.retry_parked(connection, &mut lead.parked).await?;
            lead.has_work = true;
        }
        Ok(())
    }

    /// Tries parked events again, oldest first; a new build may know an event that an older one did not.
    pub(super) async fn retry_parked(
        &self,
        connection: &mut PgConnection,
        parked: &mut Parked,
    ) -> Result<(), RunnerError> {
        if parked.count == 0 {
            return Ok(());
        }
        let (mut tx, _) = self.begin(connection).await?;
        retry::done(&mut tx, self.projector.name()).await?;
        let waiting: Vec<(i64, Uuid)> =
            sqlx::query_as("select position, aggregate_id from parked order by position for update")
                .fetch_all(&mut *tx)
                .await?;
        self.context.source.invalidate();
        let mut stuck = HashSet::new();
        for (position, aggregate_id) in waiting {
            if stuck.contains(&aggregate_id) {
                continue;
            }
            match self.try_again(&mut tx, position).await? {
                None => {
                    sqlx::query("delete from parked where position = $1")
                        .bind(position)
                        .execute(&mut *tx)
                        .await?;
                }
                Some(error) => {
                    stuck.insert(aggregate_id);
                    sqlx::query("update parked set error = $2 where position = $1")
                        .bind(position)
                        .bind(error)
                        .execute(&mut *tx)
                        .await?;
                }
            }
        }
        *parked = Parked::load(&mut tx).await?;
        tx.commit().await?;
        info!(projection = self.projector.name(), left = parked.count, "tried parked events");
        Ok(())
    }

    /// Applies a parked event again; returns the error's text, if it still can't be applied.
    async fn try_again(&self, tx: &mut Tx<'_>, position: i64) -> Result<Option<String>, RunnerError> {
        let events = self.context.source.read_after(position - 1, 1).await?;
        let Some(event) = events.first() else { return Ok(Some("it is not in the log".to_owned())) };
        match &event.event {
            Err(unreadable) => Ok(Some(unreadable.to_string())),
            Ok(_) => Ok(self.apply_one(tx, event).await?),
        }
    }
}
