//! The feeder fills an engine from the documents' tables, and tells readers how far the engine is.

use projections::Position;
use projections::progress::Progress;
use projections::search::embedder::EmbedError;
use projections::search::engine::{Engine, EngineError};
use projections::search::feed::Feed;
use sqlx::PgPool;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// The longest wait for a further position where none was announced: announcements may be lost.
pub(super) const POLL: Duration = Duration::from_secs(1);
/// The shortest time between the beginnings of two feedings: each costs a commit of the engine's.
const PACE: Duration = Duration::from_millis(100);
/// The same time while no author waits to find what they wrote: commits of the engine and of Postgres wait
/// for the same disk.
const LEISURE: Duration = Duration::from_secs(1);
/// The pause before a failed feeding is tried again.
const PAUSE: Duration = Duration::from_secs(2);

/// The feeder of one engine.
pub struct Feeder {
    /// The pool for the documents' tables.
    pub pool: PgPool,
    /// The engine that is fed.
    pub engine: Arc<dyn Engine>,
    /// The progress of the projection.
    pub progress: Arc<Progress>,
    /// The progress of the engine.
    pub fed: Fed,
    /// The token that ends the feeding.
    pub shutdown: CancellationToken,
}

/// The position up to which an engine is fed, as this process knows it.
#[derive(Clone, Debug, Default)]
pub struct Fed {
    position: watch::Sender<Position>,
    /// Notified when a reader waits for a further position.
    wanted: Arc<Notify>,
}

impl Fed {
    /// Waits until the engine is fed up to `position`, for `bound` at most, and hurries the feeder. Returns true
    /// if the engine came so far in time.
    pub async fn wait(&self, position: Position, bound: Duration) -> bool {
        if self.position() < position {
            self.wanted.notify_one();
        }
        self.reaches(position, bound).await
    }

    /// Does the same without hurrying the feeder.
    pub(super) async fn reaches(&self, position: Position, bound: Duration) -> bool {
        let mut fed = self.position.subscribe();
        tokio::time::timeout(bound, fed.wait_for(|fed| *fed >= position)).await.is_ok()
    }

    /// The position up to which the engine is fed.
    #[must_use]
    pub fn position(&self) -> Position {
        *self.position.borrow()
    }

    pub(super) fn reached(&self, position: Position) {
        self.position.send_replace(position);
    }

    /// Waits until a feeder whose last feeding began at `begun` may begin the next.
    pub(super) async fn pause(&self, begun: Instant) {
        tokio::time::sleep(PACE.saturating_sub(begun.elapsed())).await;
        tokio::select! {
            () = tokio::time::sleep(LEISURE.saturating_sub(begun.elapsed())) => {}
            () = self.wanted.notified() => {}
        }
    }
}

/// A feeder's positions.
#[derive(Clone, Copy, Debug)]
struct Stand {
    /// The engine has all documents up to this position.
    fed: Position,
    /// The engine was told to note this position.
    noted: Position,
}

/// The reason why feeding stopped for now.
#[derive(Debug, thiserror::Error)]
pub(super) enum FeedError {
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Embed(#[from] EmbedError),
    #[error("the documents can't be read")]
    Read(#[from] sqlx::Error),
}

impl Feeder {
    /// Feeds the engine until shutdown.
    pub async fn run(self) {
        let shutdown = self.shutdown.clone();
        tokio::select! {
            () = self.feed_always() => {}
            () = shutdown.cancelled() => {}
        }
    }

    async fn feed_always(&self) {
        let mut stand = None;
        loop {
            let begun = Instant::now();
            match self.feed(stand).await {
                Ok(reached) => {
                    stand = Some(reached);
                    self.fed.reached(reached.fed);
                    self.fed.pause(begun).await;
                    self.progress.reach("search", reached.fed + 1, POLL).await;
                }
                Err(failure) => {
                    stand = None;
                    warn!(%failure, "search is not fed for now");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    /// Brings the engine to the projection's position. A position behind events that changed no document is
    /// not noted in the engine: those events are only read again after a restart.
    async fn feed(&self, stand: Option<Stand>) -> Result<Stand, FeedError> {
        let noted = self.engine.position().await?;
        // An engine whose position is lower than the one it was told was emptied, or has documents to make up
        // for.
        let after = stand.filter(|stand| noted >= stand.noted).map(|stand| stand.fed);
        let mut feed = Feed::begin(&self.pool, after.unwrap_or(noted)).await?;
        let mut count = 0;
        let mut waiting = feed.next(&self.pool).await?;
        while let Some(changes) = waiting {
            waiting = feed.next(&self.pool).await?;
            count += changes.len();
            self.engine.take(changes, waiting.is_none().then_some(feed.up_to)).await?;
        }
        if count == 0 && after.is_none() {
            self.engine.take(vec![], Some(feed.up_to)).await?;
        }
        if count > 10_000 {
            info!(documents = count, position = feed.up_to, engine = self.engine.name(), "search was filled");
        }
        let noted = if count == 0 && after.is_some() { noted } else { feed.up_to };
        Ok(Stand { fed: feed.up_to, noted })
    }
}
