//! The worker, which turns looks in memory into rows, and rows into events.

use super::buffer::{View, Views};
use super::put_off::PutOff;
use super::table::{self, Batch, Row};
use crate::Vault;
use chrono::Datelike;
use domain::view_batch::{ViewBatch, ViewBatchCommand};
use event_log::event_store::{CommandError, Envelope, Executor, StoreError};
use sqlx::PgPool;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};
use uuid::Uuid;

/// The most looks in a statement.
const STORED_AT_ONCE: usize = 5_000;
/// The most statements in a row: so many empty a full buffer, and no flood of looks keeps the counting from
/// its turn.
const ROUNDS: usize = 16;
/// The length of a viewer's hash, in bytes: enough that no two people have the same.
const VIEWER: usize = 16;

/// Writes down the looks that this process has seen, and counts those that any process has written.
pub struct Worker {
    /// The worker's own pool, of one connection.
    pub pool: PgPool,
    /// Executes the commands that tell the log.
    pub executor: Executor,
    /// The vault, for its keyed hashes.
    pub vault: Vault,
    /// The looks that requests leave behind.
    pub views: Views,
    /// The pause between two rounds.
    pub every: Duration,
    /// Ends the worker, once the looks that wait are written down.
    pub shutdown: CancellationToken,
}

/// The reason why a batch was not counted; the batch is tried again.
#[derive(Debug, thiserror::Error)]
enum CountError {
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Worker {
    /// Works until shutdown. Looks that are written down by then are counted by other processes, or by the
    /// next start.
    pub async fn run(self) {
        let mut put_off = PutOff::default();
        loop {
            let is_last = tokio::select! {
                () = tokio::time::sleep(self.every) => false,
                () = self.shutdown.cancelled() => true,
            };
            if let Err(failure) = self.store().await {
                warn!(%failure, "looks at posts can't be written down yet");
            }
            if is_last {
                return;
            }
            if let Err(failure) = self.count(&mut put_off).await {
                warn!(%failure, "looks at posts can't be counted yet");
            }
        }
    }

    async fn store(&self) -> Result<(), sqlx::Error> {
        for _ in 0..ROUNDS {
            let views = self.views.take(STORED_AT_ONCE);
            if views.is_empty() {
                break;
            }
            let rows = views.iter().map(|view| self.row(view)).collect();
            match table::store(&self.pool, rows).await {
                Ok(new) => metrics::counter!("madang_views_stored_total").increment(new),
                Err(failure) => {
                    self.views.give_back(views);
                    return Err(failure);
                }
            }
        }
        Ok(())
    }

    /// The look's row. The post is in the hash, too: rows of one person have nothing in common.
    fn row(&self, view: &View) -> Row {
        let View { day, post, viewer } = view;
        let day_number = day.num_days_from_ce().to_be_bytes();
        let hash = self.vault.request_hash(&[b"view", &day_number, post.0.as_bytes(), viewer.0.as_bytes()]);
        Row { day: *day, post_id: post.0, viewer: hash[..VIEWER].to_vec() }
    }

    /// Makes batches and counts them, those of a process that died, too.
    async fn count(&self, put_off: &mut PutOff) -> Result<(), CountError> {
        loop {
            let took = table::take(&self.pool).await?;
            self.count_batches(put_off).await?;
            if !took || self.shutdown.is_cancelled() {
                return Ok(());
            }
        }
    }

    async fn count_batches(&self, put_off: &mut PutOff) -> Result<(), CountError> {
        let mut last = Uuid::nil();
        while let Some(batch) = Batch::next(&self.pool, last).await? {
            last = batch.id;
            if put_off.holds(last, Instant::now()) {
                continue;
            }
            let command = ViewBatchCommand::Count { posts: batch.posts.clone() };
            match self.executor.execute::<ViewBatch>(last, command, &Envelope::of_service()).await {
                Ok(_) => {
                    batch.counted().await?;
                    put_off.remove(last);
                }
                Err(CommandError::Store(failure)) => return Err(failure.into()),
                // A refused batch must not keep the others from their turn.
                Err(failure) => {
                    let pause_seconds = put_off.refused(last, Instant::now()).as_secs();
                    error!(%failure, batch = %last, pause_seconds, "a batch of looks can't be counted");
                }
            }
        }
        Ok(())
    }
}
