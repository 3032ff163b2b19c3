//! The queue, by which jobs come into the table.

use crate::job::Job;
use chrono::{DateTime, Utc};
use sqlx::PgExecutor;
use sqlx::types::Json;
use tokio::sync::watch;
use uuid::Uuid;

/// The queue, which takes jobs. Cheap to clone; clones poke the same workers.
#[derive(Clone, Debug, Default)]
pub struct Queue {
    pokes: watch::Sender<()>,
}

/// A job as the table has it.
#[derive(Clone, Debug)]
pub struct Enqueued {
    kind: &'static str,
    key: String,
    payload: serde_json::Value,
    lane: Option<Uuid>,
    again: bool,
}

impl Enqueued {
    /// The row of a job of any kind.
    pub fn of<J: Job>(job: &J) -> Self {
        let payload = serde_json::to_value(job).expect("payloads are plain data");
        Self { kind: J::KIND, key: job.key(), payload, lane: job.lane(), again: J::AGAIN }
    }
}

impl Queue {
    /// Puts a job in the queue, due at once, as part of the caller's transaction. An open job of the same key
    /// stays the only one: a job that waits for its time is due now, a job that failed keeps its pause, a job
    /// that runs is done once more afterwards (see [`Job::AGAIN`]), and a job that was given up begins anew.
    ///
    /// # Errors
    /// The database's.
    pub async fn enqueue<J: Job>(&self, executor: impl PgExecutor<'_>, job: &J) -> Result<(), sqlx::Error> {
        self.enqueue_all(executor, vec![Enqueued::of(job)]).await
    }

    /// Puts many jobs in the queue as [`Queue::enqueue`] does, by one statement.
    ///
    /// # Errors
    /// The database's.
    pub async fn enqueue_all(
        &self,
        executor: impl PgExecutor<'_>,
        mut jobs: Vec<Enqueued>,
    ) -> Result<(), sqlx::Error> {
        // The order is always the same: two transactions never wait for each other.
        jobs.sort_by(|one, other| (one.kind, &one.key).cmp(&(other.kind, &other.key)));
        jobs.dedup_by(|later, first| (later.kind, &later.key) == (first.kind, &first.key));
        if jobs.is_empty() {
            return Ok(());
        }
        sqlx::query(include_str!("sql/enqueue.sql"))
            .bind(jobs.iter().map(|job| job.kind).collect::<Vec<_>>())
            .bind(jobs.iter().map(|job| job.key.as_str()).collect::<Vec<_>>())
            .bind(jobs.iter().map(|job| Json(&job.payload)).collect::<Vec<_>>())
            .bind(jobs.iter().map(|job| job.lane).collect::<Vec<_>>())
            .bind(jobs.iter().map(|job| job.again).collect::<Vec<_>>())
            .execute(executor)
            .await?;
        Ok(())
    }

    /// Puts a job in the queue, due at `due_at`, as part of the caller's transaction. An open job of the same
    /// key is moved to that time.
    ///
    /// # Errors
    /// The database's.
    pub async fn schedule<J: Job>(
        &self,
        executor: impl PgExecutor<'_>,
        job: &J,
        due_at: DateTime<Utc>,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(include_str!("sql/schedule.sql"))
            .bind(J::KIND)
            .bind(job.key())
            .bind(Json(job))
            .bind(job.lane())
            .bind(due_at)
            .execute(executor)
            .await?;
        Ok(())
    }

    /// Takes a job out of the queue, as part of the caller's transaction. A job that runs is cut off some
    /// seconds later.
    ///
    /// # Errors
    /// The database's.
    pub async fn cancel<J: Job>(&self, executor: impl PgExecutor<'_>, key: &str) -> Result<(), sqlx::Error> {
        let cancel = "delete from public.jobs where kind = $1 and key = $2";
        sqlx::query(cancel).bind(J::KIND).bind(key).execute(executor).await?;
        Ok(())
    }

    /// Wakes the workers of this process after the commit; those of others look once a second.
    pub fn poke(&self) {
        self.pokes.send_replace(());
    }

    pub(crate) fn pokes(&self) -> watch::Receiver<()> {
        self.pokes.subscribe()
    }
}
