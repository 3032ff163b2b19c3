//! Events that wait for a mend.

use super::Runner;
use crate::ports::RecordedEvent;
use crate::projector::Tx;
use crate::schema::Schema;
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
    pub(super) async fn load(tx: &mut Tx) -> Result<Self, sqlx::Error> {
        let rows: Vec<(Uuid,)> =
            sqlx::query_as("select aggregate_id from parked").fetch_all(&mut **tx).await?;
        Ok(Self { count: rows.len(), aggregates: rows.into_iter().map(|(id,)| id).collect() })
    }

    pub(super) fn holds(&self, event: &RecordedEvent) -> bool {
        self.aggregates.contains(&event.aggregate_id)
    }

    pub(super) async fn park(
        &mut self,
        tx: &mut Tx,
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
    /// Tries parked events again, oldest first; a new build may know what an older one did not.
    pub(super) async fn retry_parked(&self, parked: &mut Parked) -> Result<(), super::RunnerError> {
        if parked.count == 0 {
            return Ok(());
        }
        let mut tx = self.pool.begin().await?;
        self.live.enter_shared(&mut tx).await?;
        let waiting: Vec<(i64, Uuid)> =
            sqlx::query_as("select position, aggregate_id from parked order by position for update")
                .fetch_all(&mut *tx)
                .await?;
        let mut stuck = HashSet::new();
        for (position, aggregate_id) in waiting {
            if stuck.contains(&aggregate_id) {
                continue;
            }
            let events = self.context.source.read_after(position - 1, 1).await?;
            let applied = match events.first() {
                Some(event) if event.event.is_ok() => self.apply_one(&mut tx, event).await?.is_none(),
                Some(_) | None => false,
            };
            if !applied {
                stuck.insert(aggregate_id);
                continue;
            }
            sqlx::query("delete from parked where position = $1").bind(position).execute(&mut *tx).await?;
        }
        *parked = Parked::load(&mut tx).await?;
        tx.commit().await?;
        info!(projection = Schema::live(&*self.projector).name(), left = parked.count, "tried parked events");
        Ok(())
    }
}
