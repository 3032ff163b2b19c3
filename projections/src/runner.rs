//! The runner drives one projector: batches in position order, each in one transaction with its checkpoint.
//!
//! Invariants:
//! - Position p is applied only after p-1. The checkpoint's row is moved first in each transaction, from
//!   exactly the position the batch continues from: two runners at once can't both commit.
//! - An event that can't be applied is parked with its aggregate's later ones; no event is skipped in
//!   silence, and other aggregates flow on.
//! - A copy is written by the version of the projector that made it and by no other. While a new release
//!   rebuilds an older copy beside, a runner of the old release keeps the live one fresh; after the swap that
//!   runner rests.

mod batch;
mod parked;

use crate::lease;
use crate::ports::{Announcer, EventSource, Position, RecordedEvent, SourceError};
use crate::progress::Progress;
use crate::projector::{Projector, Tx};
use crate::rebuild::{self, RebuildError};
use crate::schema::Schema;
use parked::Parked;
use sqlx::{Connection, PgConnection, PgPool};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};
use uuid::Uuid;

/// The number of events in a live batch: enough to make the transaction's fixed cost small, few enough to be
/// quick.
const BATCH: usize = 1_000;
/// The number of events from which on a batch counts as under load: batches then begin no more often than
/// once in `PACE`, because each costs a transaction of its own, of half a dozen statements at least, and
/// nobody sees a fortieth of a second.
const BUSY: usize = 4;
const PACE: Duration = Duration::from_millis(25);
/// The pace of batches under load as long as no reader, here or elsewhere, waits for a position beyond the
/// checkpoint.
const LEISURE: Duration = Duration::from_millis(100);
const RENEW: Duration = Duration::from_secs(1);
/// The time for which the checkpoint's row may stay behind where no event concerned the projector: so much is
/// read again after a crash, and so much operators see as lag.
const NOTE_WITHIN: Duration = Duration::from_millis(200);
const STAND_BY: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// The error that ended a lead; the runner pauses and begins again from the checkpoint.
#[derive(Debug, thiserror::Error)]
enum RunnerError {
    #[error("the projection's database failed")]
    Database(#[from] sqlx::Error),
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error("an older copy could not be rebuilt")]
    Rebuild(#[from] RebuildError),
    #[error(
        "version {made_by} of it was put in place by a newer release than this one, which knows version {known}; to go \
         back, stop that release and let this one `madang rebuild` it"
    )]
    Newer { made_by: i32, known: i32 },
    #[error("another release's copy was swapped in")]
    Swapped,
}

/// The context of a runner: what it needs beside its projector.
#[derive(Clone)]
pub struct RunnerContext {
    /// The log from which events are read.
    pub source: Arc<dyn EventSource>,
    /// The announcer, which tells other processes.
    pub announcer: Arc<dyn Announcer>,
    /// The progress that readers of this process wait for.
    pub progress: Arc<Progress>,
    /// The id of this process in leases.
    pub holder: Uuid,
    /// The delay that slows every batch on purpose; zero but in tests.
    pub delay: Duration,
    /// The token that ends the runner after the batch in hand.
    pub shutdown: CancellationToken,
}

/// A runner runs one projector for as long as the process lives.
pub struct Runner {
    projector: Arc<dyn Projector>,
    /// The pool is the runner's own: the session that last renewed stands for the lease's holder.
    pool: PgPool,
    context: RunnerContext,
    live: Schema,
}

/// The state of a runner while it leads.
struct Lead {
    /// The position up to which every event that concerns the projector is applied.
    position: Position,
    /// The position in the checkpoint's row. The row stays behind for a moment where no event concerned the
    /// projector.
    stored: Position,
    /// The last event that was passed over since the row moved, and the time when the first was.
    passed: Option<(Arc<RecordedEvent>, Instant)>,
    parked: Parked,
    has_work: bool,
    renewed: Instant,
    announced: Instant,
}

impl Lead {
    /// Passes over events of which none concerns the projector, up to `last`; returns false, and passes over
    /// none, if the row has stayed behind for long enough.
    fn pass_over(&mut self, last: &Arc<RecordedEvent>) -> bool {
        let since = self.passed.take().map_or_else(Instant::now, |(_, since)| since);
        self.passed = Some((last.clone(), since));
        let may = since.elapsed() < NOTE_WITHIN;
        if may {
            self.position = last.position;
        }
        may
    }

    /// Returns the event at which the checkpoint's row should be by now.
    fn overdue(&self) -> Option<Arc<RecordedEvent>> {
        let (last, since) = self.passed.as_ref()?;
        (since.elapsed() >= NOTE_WITHIN).then(|| last.clone())
    }

    /// Notes that the checkpoint's row is at the position now.
    fn stands_at(&mut self, position: Position) {
        (self.position, self.stored, self.passed) = (position, position, None);
    }
}

impl Runner {
    /// Makes a runner; `pool` must be the runner's own, of two connections: a rebuild of an older copy needs
    /// both.
    #[must_use]
    pub fn new(projector: Arc<dyn Projector>, pool: PgPool, context: RunnerContext) -> Self {
        let live = Schema::live(&*projector);
        Self { projector, pool, context, live }
    }

    /// Leads or stands by until shutdown.
    pub async fn run(self) {
        let shutdown = self.context.shutdown.clone();
        let mut pause = Duration::from_millis(100);
        while !shutdown.is_cancelled() {
            let begun = Instant::now();
            if let Err(error) = self.lead().await {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                warn!(projection = self.projector.name(), %error, cause, "the projection pauses");
                pause = if begun.elapsed() > LONGEST_PAUSE { Duration::from_millis(100) } else { pause * 2 };
                pause = pause.min(LONGEST_PAUSE);
                let _ = tokio::time::timeout(pause, shutdown.cancelled()).await;
            }
        }
        if let Ok(mut connection) = self.pool.acquire().await {
            let _ = lease::release(&mut connection, &self.lease(), self.context.holder).await;
        }
    }

    async fn lead(&self) -> Result<(), RunnerError> {
        if !self.renew_copy().await? {
            return self.stand_by().await;
        }
        // The connection is one for as long as this runner leads: a pool checks each connection that comes
        // back for whether it is still there.
        let mut connection = self.pool.acquire().await?;
        if !self.hold(&mut connection).await? {
            drop(connection);
            return self.stand_by().await;
        }
        self.make_copy(&mut connection).await?;
        let mut lead = self.take_over(&mut connection).await?;
        info!(projection = self.projector.name(), position = lead.position, "leading");
        while !self.context.shutdown.is_cancelled() {
            if lead.renewed.elapsed() > RENEW {
                if !self.hold(&mut connection).await? {
                    return Ok(());
                }
                lead.renewed = Instant::now();
                // The transaction's check ends the lead if another release's copy was swapped in.
                let (tx, _) = self.begin(&mut connection).await?;
                // A dropped transaction would stay open, with its lock, until the connection's next
                // statement.
                tx.rollback().await?;
                self.retry_if_requested(&mut connection, &mut lead).await?;
            }
            let (before, begun) = (lead.position, Instant::now());
            let events = self.context.source.read_after(before, BATCH).await?;
            self.apply(&mut connection, &mut lead, &events).await?;
            if lead.position != before || lead.announced.elapsed() >= RENEW {
                self.announce(&mut lead);
            }
            if lead.has_work {
                self.work(&mut connection, &mut lead).await?;
            }
            if events.is_empty() && !lead.has_work {
                let wait = self.context.source.wait_beyond(lead.position);
                tokio::select! {
                    () = wait => {}
                    () = tokio::time::sleep(RENEW) => {}
                    () = self.context.shutdown.cancelled() => {}
                }
            } else if (BUSY..BATCH).contains(&events.len()) && !lead.has_work {
                tokio::select! {
                    () = self.rest(begun, lead.position) => {}
                    () = self.context.shutdown.cancelled() => {}
                }
            }
        }
        Ok(())
    }

    /// Waits until another batch may begin.
    async fn rest(&self, begun: Instant, position: Position) {
        tokio::time::sleep(PACE.saturating_sub(begun.elapsed())).await;
        let wanted = self.context.progress.wanted_beyond(self.projector.name(), position);
        let _ = tokio::time::timeout(LEISURE.saturating_sub(begun.elapsed()), wanted).await;
    }

    async fn stand_by(&self) -> Result<(), RunnerError> {
        let _ = tokio::time::timeout(STAND_BY, self.context.shutdown.cancelled()).await;
        Ok(())
    }

    async fn hold(&self, connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
        lease::hold(connection, &self.lease(), self.context.holder).await
    }

    fn lease(&self) -> String {
        format!("projection {}", self.projector.name())
    }

    fn version(&self) -> i32 {
        self.projector.definition().version
    }

    /// Rebuilds the copy that an older projector made, without a lease: the leading runner goes on with the
    /// old copy until the swap. Returns false when another process rebuilds it.
    async fn renew_copy(&self) -> Result<bool, RunnerError> {
        let mut connection = self.pool.acquire().await?;
        match self.live.state(&mut connection).await? {
            Some((made_by, _)) if made_by < self.version() => {
                drop(connection);
                info!(projection = self.projector.name(), version = made_by, "rebuilding an older copy");
                let source = &*self.context.source;
                match rebuild::rebuild(&*self.projector, &self.pool, source, &|_| {}).await {
                    Err(RebuildError::Busy { .. }) => return Ok(false),
                    rebuilt => rebuilt?,
                };
            }
            Some((made_by, _)) if made_by > self.version() => {
                lease::release(&mut connection, &self.lease(), self.context.holder).await?;
                return Err(RunnerError::Newer { made_by, known: self.version() });
            }
            _ => {}
        }
        Ok(true)
    }

    /// Makes the live copy where there is none.
    async fn make_copy(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let mut tx = connection.begin().await?;
        self.live.lock_exclusive(&mut tx).await?;
        if self.live.state(&mut tx).await?.is_none() {
            self.live.create(&mut tx, &*self.projector).await?;
            self.live.index(&mut tx, &*self.projector).await?;
        }
        tx.commit().await
    }

    async fn take_over(&self, connection: &mut PgConnection) -> Result<Lead, RunnerError> {
        let (position, mut parked) = self.standing(connection).await?;
        self.retry_parked(connection, &mut parked).await?;
        let now = Instant::now();
        let mut lead = Lead {
            position,
            stored: position,
            passed: None,
            parked,
            has_work: true,
            renewed: now,
            announced: now,
        };
        self.work(connection, &mut lead).await?;
        self.announce(&mut lead);
        Ok(lead)
    }

    /// Begins a transaction on the live copy, which is known to be of this projector's version; returns it
    /// with the copy's checkpoint.
    async fn begin<'c>(&self, connection: &'c mut PgConnection) -> Result<(Tx<'c>, Position), RunnerError> {
        let mut tx = self.live.begin_shared(connection).await?;
        let (version, position): (i32, _) =
            sqlx::query_as("select version, position from checkpoint").fetch_one(&mut *tx).await?;
        if version != self.version() {
            return Err(RunnerError::Swapped);
        }
        Ok((tx, position))
    }

    /// Returns the live copy's checkpoint and the events parked in it.
    async fn standing(&self, connection: &mut PgConnection) -> Result<(Position, Parked), RunnerError> {
        let (mut tx, position) = self.begin(connection).await?;
        let parked = Parked::load(&mut tx).await?;
        tx.commit().await?;
        Ok((position, parked))
    }

    /// Does one piece of delayed work.
    async fn work(&self, connection: &mut PgConnection, lead: &mut Lead) -> Result<(), RunnerError> {
        let (mut tx, _) = self.begin(connection).await?;
        self.projector.work(&mut tx).await?;
        lead.has_work = self.projector.has_work(&mut tx).await?;
        tx.commit().await?;
        Ok(())
    }

    fn announce(&self, lead: &mut Lead) {
        let name = self.projector.name();
        self.context.progress.note(name, lead.position);
        self.context.announcer.announce(name, lead.position);
        lead.announced = Instant::now();
    }
}
