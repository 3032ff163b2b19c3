//! A rebuild: a projection is built anew beside the live one, and swapped in while service goes on.

mod requested;
mod shared;

pub use requested::{answer, ask, unanswered};
pub use shared::{Share, SharedSource};

use crate::ports::{EventSource, Position, RecordedEvent, SourceError};
use crate::projector::{Projector, Tx};
use crate::schema::Schema;
use sqlx::Executor;
use sqlx::PgPool;
use std::sync::Arc;

/// The number of events in one batch of a bulk fill.
const BATCH: usize = 10_000;

/// The reason why a rebuild stopped. The live copy is untouched.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// The database failed.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    /// The log can't be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Another process builds the same schema.
    #[error("{schema} is being built by another process; wait for it to end")]
    Busy {
        /// The schema that is being built.
        schema: String,
    },
    /// A copy of another version was swapped in meanwhile.
    #[error("the living copy of {projection} was replaced by one of another release meanwhile; begin again")]
    Replaced {
        /// The projection's name.
        projection: &'static str,
    },
    /// The events read do not follow the events applied.
    #[error("the log or the copy changed at event {position} while it was being built; begin again")]
    Moved {
        /// The position of the copy.
        position: Position,
    },
    /// The event can't be applied by this build: unlike live running, a rebuild does not park.
    #[error("event {position} ({event_type}) can't be applied: {reason}")]
    Poison {
        /// The event's position.
        position: Position,
        /// The event's type.
        event_type: String,
        /// The reason why the event can't be applied.
        reason: String,
    },
}

/// A function that is called now and then with the position reached.
pub type OnProgress<'a> = &'a (dyn Fn(Position) + Send + Sync);

/// Builds the projection from the first event beside the live one, catches up, and swaps. A database without
/// a log gets the projection built in it from a source that ends.
///
/// # Errors
/// See [`RebuildError`].
pub async fn rebuild(
    projector: &dyn Projector,
    pool: &PgPool,
    source: &dyn EventSource,
    on_progress: OnProgress<'_>,
) -> Result<Position, RebuildError> {
    let next = Schema::beside(projector, "next");
    let live = Schema::live(projector);
    let mut copy = Copy::begin(projector, pool, source, next).await?;
    let version = made_by(&live, pool).await?;
    copy.fill(on_progress).await?;
    copy.index().await?;
    copy.fill(on_progress).await?;

    copy.still_mine().await?;
    let mut tx = copy.pool.begin().await?;
    live.lock_exclusive(&mut tx).await?;
    // No batch is in flight any more: the events still missing were appended since the last fill.
    let state = live.state(&mut tx).await?;
    if state.map(|(version, _)| version) != version {
        return Err(RebuildError::Replaced { projection: projector.name() });
    }
    let live_at = state.map_or(0, |(_, position)| position);
    copy.next.enter(&mut tx).await?;
    while copy.position < live_at {
        let left = usize::try_from(live_at - copy.position).unwrap_or(BATCH);
        if copy.step(&mut tx, left.min(BATCH)).await? == 0 {
            // The live copy is ahead of the log, which was cut: the log is what counts.
            break;
        }
    }
    let old = live.replace_by(&mut tx, &copy.next).await?;
    tx.commit().await?;
    // Readers that had found the old tables by name may still be reading them: the drop waits for them.
    let mut connection = pool.acquire().await?;
    old.drop(&mut connection).await?;
    let position = copy.position;
    on_progress(position);
    // The copy is in place. A lock that can't be given back went with its session.
    let _ = copy.end().await;
    Ok(position)
}

/// Returns the version of the live copy, if there is one.
async fn made_by(live: &Schema, pool: &PgPool) -> Result<Option<i32>, sqlx::Error> {
    let mut connection = pool.acquire().await?;
    Ok(live.state(&mut connection).await?.map(|(version, _)| version))
}

/// A copy in the making. `pool` needs a second connection: one holds the lock that keeps others from
/// making the same schema at the same time.
pub(crate) struct Copy<'a> {
    projector: &'a dyn Projector,
    pool: &'a PgPool,
    source: &'a dyn EventSource,
    /// The schema in which the copy is built.
    pub(crate) next: Schema,
    /// The position up to which the copy has come.
    pub(crate) position: Position,
    /// True if the copy still lacks what [`Projector::fill`] leaves out.
    incomplete: bool,
    /// True if the log is in another database.
    is_apart: bool,
    lock: Tx<'static>,
}

impl<'a> Copy<'a> {
    pub(crate) async fn begin(
        projector: &'a dyn Projector,
        pool: &'a PgPool,
        source: &'a dyn EventSource,
        next: Schema,
    ) -> Result<Self, RebuildError> {
        let mut lock = pool.begin().await?;
        if !next.try_lock_exclusive(&mut lock).await? {
            return Err(RebuildError::Busy { schema: next.name().to_owned() });
        }
        let mut tx = pool.begin().await?;
        next.create(&mut tx, projector).await?;
        projector.prepare(&mut tx).await?;
        tx.commit().await?;
        let is_apart =
            sqlx::query_scalar("select to_regclass('public.events') is null").fetch_one(pool).await?;
        Ok(Self { projector, pool, source, next, position: 0, incomplete: true, is_apart, lock })
    }

    /// Applies every event up to the log's head, then finishes delayed work.
    pub(crate) async fn fill(&mut self, on_progress: OnProgress<'_>) -> Result<(), RebuildError> {
        loop {
            // The events are read before the transaction begins: a source may keep this copy waiting.
            let events = self.source.read_after(self.position, BATCH).await?;
            let mut tx = self.enter().await?;
            self.take(&mut tx, &events).await?;
            tx.commit().await?;
            on_progress(self.position);
            if events.len() < BATCH {
                break;
            }
        }
        if self.incomplete {
            self.still_mine().await?;
            let mut tx = self.enter().await?;
            // The statements of `complete` sort whole tables: as far as possible in memory.
            tx.execute("set local work_mem = '128MB'; set local maintenance_work_mem = '128MB'").await?;
            self.projector.complete(&mut tx).await?;
            tx.commit().await?;
            self.incomplete = false;
        }
        self.work().await
    }

    /// Lets other processes make this schema again, from the moment this function returns.
    pub(crate) async fn end(self) -> Result<(), RebuildError> {
        Ok(self.lock.rollback().await?)
    }

    /// Fails if the lock went with its session: other processes may be making the same schema by now.
    async fn still_mine(&mut self) -> Result<(), RebuildError> {
        self.lock.execute("select").await?;
        Ok(())
    }

    /// Begins a transaction within the copy. The transaction's commit need not be durable: the swap's is, and
    /// until then nobody sees the copy.
    async fn enter(&self) -> Result<Tx<'static>, sqlx::Error> {
        let mut tx = self.pool.begin().await?;
        self.next.enter(&mut tx).await?;
        tx.execute("set local synchronous_commit = off").await?;
        Ok(tx)
    }

    /// Makes the readers' indexes and the planner's statistics.
    pub(crate) async fn index(&self) -> Result<(), RebuildError> {
        let mut tx = self.pool.begin().await?;
        self.next.index(&mut tx, self.projector).await?;
        tx.commit().await?;
        let tables: Vec<(String,)> =
            sqlx::query_as("select quote_ident(tablename) from pg_tables where schemaname = $1")
                .bind(self.next.name())
                .fetch_all(self.pool)
                .await?;
        for (table,) in tables {
            let sql = format!("analyze {}.{table}", self.next.name());
            self.pool.execute(sql.as_str()).await?;
        }
        Ok(())
    }

    /// Applies the next `limit` events in a transaction that has entered the copy's schema; returns the
    /// number of events.
    pub(crate) async fn step(&mut self, tx: &mut Tx<'_>, limit: usize) -> Result<usize, RebuildError> {
        let events = self.source.read_after(self.position, limit).await?;
        self.take(tx, &events).await?;
        Ok(events.len())
    }

    async fn take(&mut self, tx: &mut Tx<'_>, events: &[Arc<RecordedEvent>]) -> Result<(), RebuildError> {
        let Some(last) = events.last() else { return Ok(()) };
        let mine = self.readable(events)?;
        if !mine.is_empty() {
            if self.incomplete {
                self.projector.fill(tx, &mine).await?;
            } else {
                self.projector.apply(tx, &mine).await?;
            }
        }
        let version = self.projector.definition().version;
        let moved = match self.is_apart {
            false => Schema::advance(tx, version, self.position, last).await?,
            true => Schema::advance_apart(tx, version, self.position, last.position).await?,
        };
        if !moved {
            return Err(RebuildError::Moved { position: self.position });
        }
        self.position = last.position;
        Ok(())
    }

    async fn work(&self) -> Result<(), RebuildError> {
        loop {
            let mut tx = self.enter().await?;
            if !self.projector.has_work(&mut tx).await? {
                return Ok(());
            }
            self.projector.work(&mut tx).await?;
            tx.commit().await?;
        }
    }

    fn readable(&self, events: &[Arc<RecordedEvent>]) -> Result<Vec<Arc<RecordedEvent>>, RebuildError> {
        let interests = self.projector.definition().interests;
        let mine = events.iter().filter(|event| interests.contains(&event.aggregate_type.as_str()));
        mine.map(|event| match &event.event {
            Ok(_) => Ok(event.clone()),
            Err(error) => Err(RebuildError::Poison {
                position: event.position,
                event_type: event.event_type.clone(),
                reason: error.to_string(),
            }),
        })
        .collect()
    }
}
