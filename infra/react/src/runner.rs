//! The runner, which drives one reaction: batches in position order, each in one transaction with the
//! checkpoint. One process leads.

mod batch;

use crate::checkpoint;
use crate::reaction::Reaction;
use event_log::event_store::Executor;
use jobs::Queue;
use projections::lease;
use projections::ports::{EventSource, SourceError};
use projections::{Position, RecordedEvent};
use service::backoff;
use sqlx::{PgConnection, PgPool};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};
use uuid::Uuid;

/// The most events in a batch: few enough that a batch with commands is shorter than a lease.
const BATCH: usize = 200;
const RENEW: Duration = Duration::from_secs(1);
const STAND_BY: Duration = Duration::from_millis(500);
/// The time for which the checkpoint's row may stay behind where nothing follows from events: so much is read
/// again after a crash, and so much operators see as lag.
const NOTE_WITHIN: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// The pause after which parked events are tried again.
const TRY_PARKED: Duration = Duration::from_secs(600);

/// The reason why a runner pauses; it begins again from the checkpoint.
#[derive(Debug, thiserror::Error)]
enum RunnerError {
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error("event {position} can't be handled now: {reason}")]
    Event { position: Position, reason: String },
}

/// The parts that a runner needs beside its reaction.
#[derive(Clone)]
pub struct RunnerContext {
    /// The log.
    pub source: Arc<dyn EventSource>,
    /// The executor, which runs commands.
    pub executor: Executor,
    /// The queue, which takes jobs.
    pub queue: Queue,
    /// The holder by which leases know this process.
    pub holder: Uuid,
    /// The signal that ends the runner after the batch in hand.
    pub shutdown: CancellationToken,
}

/// Runs one reaction for as long as the process lives.
pub struct Runner {
    reaction: Arc<dyn Reaction>,
    /// The pool of one connection, whose session renews the lease and so stands for the lease's holder.
    pool: PgPool,
    context: RunnerContext,
}

/// The state of a runner while it leads.
struct Lead {
    /// The position up to which all events are handled.
    position: Position,
    /// The position of the checkpoint's row.
    stored: Position,
    /// The last event from which nothing followed, and since when the row is behind.
    passed: Option<(Arc<RecordedEvent>, Instant)>,
    renewed: Instant,
    tried_parked: Instant,
}

impl Runner {
    /// A runner of the reaction. `pool` must be this runner's own, of one connection.
    #[must_use]
    pub fn new(reaction: Arc<dyn Reaction>, pool: PgPool, context: RunnerContext) -> Self {
        Self { reaction, pool, context }
    }

    /// Leads or stands by until shutdown.
    pub async fn run(self) {
        let (name, shutdown) = (self.reaction.name(), self.context.shutdown.clone());
        let mut failures = 0;
        while !shutdown.is_cancelled() {
            let begun = Instant::now();
            let Err(error) = self.lead().await else { continue };
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            warn!(reaction = name, %error, cause, "the reaction pauses");
            failures = if begun.elapsed() > LONGEST_PAUSE { 1 } else { failures + 1 };
            let pause = backoff::pause(failures, LONGEST_PAUSE);
            let _ = tokio::time::timeout(pause, shutdown.cancelled()).await;
        }
        if let Ok(mut connection) = self.pool.acquire().await {
            let _ = lease::release(&mut connection, &self.lease(), self.context.holder).await;
        }
    }

    async fn lead(&self) -> Result<(), RunnerError> {
        let mut connection = self.pool.acquire().await?;
        if !self.hold(&mut connection).await? {
            drop(connection);
            let _ = tokio::time::timeout(STAND_BY, self.context.shutdown.cancelled()).await;
            return Ok(());
        }
        let mut lead = self.take_over(&mut connection).await?;
        info!(reaction = self.reaction.name(), position = lead.position, "leading");
        while !self.context.shutdown.is_cancelled() {
            if lead.renewed.elapsed() > RENEW {
                if !self.hold(&mut connection).await? {
                    return Ok(());
                }
                lead.renewed = Instant::now();
            }
            if lead.tried_parked.elapsed() > TRY_PARKED {
                lead.tried_parked = Instant::now();
                self.try_parked(&mut connection).await?;
            }
            let events = self.context.source.read_after(lead.position, BATCH).await?;
            self.handle(&mut connection, &mut lead, &events).await?;
            if events.is_empty() {
                tokio::select! {
                    () = self.context.source.wait_beyond(lead.position) => {}
                    () = tokio::time::sleep(NOTE_WITHIN) => {}
                    () = self.context.shutdown.cancelled() => {}
                }
            }
        }
        self.note(&mut connection, &mut lead).await
    }

    async fn take_over(&self, connection: &mut PgConnection) -> Result<Lead, RunnerError> {
        let position = checkpoint::position(&mut *connection, self.reaction.name()).await?;
        self.try_parked(connection).await?;
        let now = Instant::now();
        Ok(Lead { position, stored: position, passed: None, renewed: now, tried_parked: now })
    }

    async fn hold(&self, connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
        lease::hold(connection, &self.lease(), self.context.holder).await
    }

    fn lease(&self) -> String {
        format!("reaction {}", self.reaction.name())
    }
}
