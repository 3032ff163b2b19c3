//! Feeds an engine from the documents' tables, and tells readers how far it is.

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

/// How long to wait for more where nothing was announced: announcements may be lost.
pub(super) const POLL: Duration = Duration::from_secs(1);
/// Feeding begins no more often than this: each costs a commit of the engine's.
const PACE: Duration = Duration::from_millis(100);
/// The same while nobody waits to find what they wrote: commits of the engine and of Postgres wait for the same disk.
const LEISURE: Duration = Duration::from_secs(1);
/// Before what failed is tried again.
const PAUSE: Duration = Duration::from_secs(2);

/// Feeds one engine until shutdown.
pub struct Feeder {
    /// For the documents' tables.
    pub pool: PgPool,
    /// What is fed.
    pub engine: Arc<dyn Engine>,
    /// How far the projection is.
    pub progress: Arc<Progress>,
    /// How far the engine is.
    pub fed: Fed,
    /// Ends it.
    pub shutdown: CancellationToken,
}

/// How far an engine is, as this process knows it.
#[derive(Clone, Debug, Default)]
pub struct Fed {
    position: watch::Sender<Position>,
    /// Told when someone waits for more.
    wanted: Arc<Notify>,
}

impl Fed {
    /// Waits until the engine has everything up to `position`, at most `bound`; whether it has. Who waits is hurried
    /// for.
    pub async fn wait(&self, position: Position, bound: Duration) -> bool {
        if self.position() < position {
            self.wanted.notify_one();
        }
        self.reaches(position, bound).await
    }

    /// The same for who is in no hurry.
    pub(super) async fn reaches(&self, position: Position, bound: Duration) -> bool {
        let mut fed = self.position.subscribe();
        tokio::time::timeout(bound, fed.wait_for(|fed| *fed >= position)).await.is_ok()
    }

    /// How far it is.
    #[must_use]
    pub fn position(&self) -> Position {
        *self.position.borrow()
    }

    pub(super) fn reached(&self, position: Position) {
        self.position.send_replace(position);
    }

    /// Returns when whoever feeds, and began so the last time, may begin again.
    pub(super) async fn pause(&self, begun: Instant) {
        tokio::time::sleep(PACE.saturating_sub(begun.elapsed())).await;
        tokio::select! {
            () = tokio::time::sleep(LEISURE.saturating_sub(begun.elapsed())) => {}
            () = self.wanted.notified() => {}
        }
    }
}

/// Where a feeder is.
#[derive(Clone, Copy, Debug)]
struct Stand {
    /// Everything up to here is in.
    fed: Position,
    /// The engine was told so of everything up to here.
    noted: Position,
}

/// Feeding stopped for now.
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
    /// Feeds until shutdown.
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

    /// Brings the engine up to where the projection is. What does not concern it is not noted there: it is only read
    /// again after a restart.
    async fn feed(&self, stand: Option<Stand>) -> Result<Stand, FeedError> {
        let noted = self.engine.position().await?;
        // One that knows less than it was told was emptied, or has something to make up for.
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
