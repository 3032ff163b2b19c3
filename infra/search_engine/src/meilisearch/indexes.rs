//! The indexes of a log: those that answer, and, while these are of another version, new ones beside them.

use super::records::{self, FeedRecords};
use super::server::{Server, engine};
use super::settings::{self, VERSION};
use meilisearch_sdk::client::SwapIndexes;
use meilisearch_sdk::errors::ErrorCode;
use meilisearch_sdk::indexes::IndexesQuery;
use projections::search::engine::{EngineError, Kind};
use tracing::info;

/// The limit of a list of indexes: more than there ever are.
const MOST: usize = 10_000;

/// The names of the indexes of one log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Names {
    log: String,
    suffix: String,
}

impl Names {
    /// The names of the indexes that answer.
    pub(super) fn live(log: &str) -> Self {
        Self { log: log.to_owned(), suffix: String::new() }
    }

    /// The names of the indexes that this process builds: two processes that build never write into each
    /// other's.
    fn beside(log: &str, process: &str) -> Self {
        Self { log: log.to_owned(), suffix: format!("{NEXT}{process}") }
    }

    pub(super) fn of(&self, kind: Kind) -> String {
        self.name(match kind {
            Kind::Posts => "posts",
            Kind::People => "people",
            Kind::Tags => "tags",
        })
    }

    /// The name of the index of records of how far the indexes are fed.
    pub(super) fn meta(&self) -> String {
        self.name("meta")
    }

    fn name(&self, what: &str) -> String {
        format!("madang_{}_{what}{}", self.log, self.suffix)
    }

    fn all(&self) -> [String; 4] {
        [self.of(Kind::Posts), self.of(Kind::People), self.of(Kind::Tags), self.meta()]
    }
}

const NEXT: &str = "_next_";
/// The error of a feed or search on indexes of a newer release, in which this release's words would find
/// nothing.
pub(super) const NEWER: &str = "a newer release made its indexes";

/// The indexes to feed.
pub(super) struct Target {
    pub(super) names: Names,
    pub(super) records: FeedRecords,
    /// True if the indexes are new ones beside, which don't answer yet.
    pub(super) is_beside: bool,
}

/// The indexes that this process builds, if it builds any.
#[derive(Debug, Default)]
pub(super) struct Building(Option<Names>);

impl Building {
    /// Returns the indexes to feed: those that answer, or, where an older version made those, new ones
    /// beside.
    ///
    /// # Errors
    /// A newer release made the indexes: no release writes into those of another.
    pub(super) async fn target(
        &mut self,
        server: &Server,
        log: &str,
        me: &str,
    ) -> Result<Target, EngineError> {
        let live = Names::live(log);
        let records = FeedRecords::read(server, &live.meta()).await?;
        match records.version() {
            None => {
                make(server, &live).await?;
                Ok(Target { names: live, records, is_beside: false })
            }
            Some(VERSION) => {
                if let Some(names) = self.0.take() {
                    // Another process has built new indexes first, so this process's are not needed.
                    delete(server, &names.all()).await?;
                }
                Ok(Target { names: live, records, is_beside: false })
            }
            Some(newer) if newer > VERSION => Err(EngineError::Away(NEWER.to_owned())),
            Some(older) => self.beside(server, log, me, older).await,
        }
    }

    async fn beside(
        &mut self,
        server: &Server,
        log: &str,
        me: &str,
        older: u32,
    ) -> Result<Target, EngineError> {
        let names = Names::beside(log, me);
        if self.0.is_none() {
            info!(older, version = VERSION, "search indexes are built anew beside those that answer");
            make(server, &names).await?;
            self.0 = Some(names.clone());
        }
        let records = FeedRecords::read(server, &names.meta()).await?;
        if records.version().is_none() {
            // Another process that was done first has deleted the indexes of this one.
            self.0 = None;
            return Err(EngineError::Away("the indexes that were built are gone".to_owned()));
        }
        Ok(Target { names, records, is_beside: true })
    }

    /// Swaps the new indexes, records and all, for those that answer, and deletes the old ones.
    pub(super) async fn swap(&mut self, server: &Server, log: &str) -> Result<(), EngineError> {
        let Some(names) = self.0.take() else { return Ok(()) };
        let live = Names::live(log);
        if FeedRecords::read(server, &live.meta()).await?.version() == Some(VERSION) {
            self.0 = Some(names);
            return Err(EngineError::Away("another process has built the same indexes".to_owned()));
        }
        let swaps = live.all().into_iter().zip(names.all());
        let swaps: Vec<_> = swaps.map(|indexes| SwapIndexes { indexes, rename: None }).collect();
        let task = server.client.swap_indexes(&swaps).await.map_err(engine)?;
        server.done(vec![task]).await?;
        info!(version = VERSION, "search indexes were swapped");
        sweep(server, log).await
    }
}

/// Makes indexes, or finishes making them; the record that they are made comes last.
async fn make(server: &Server, names: &Names) -> Result<(), EngineError> {
    settings::make(server, &names.meta(), None).await?;
    for kind in [Kind::Posts, Kind::People, Kind::Tags] {
        settings::make(server, &names.of(kind), Some(kind)).await?;
    }
    records::note_made(server, &names.meta(), VERSION).await
}

/// Deletes all indexes beside those that answer: the ones that answered before, and those begun and never
/// finished.
async fn sweep(server: &Server, log: &str) -> Result<(), EngineError> {
    let mut listed = IndexesQuery::new(&server.client);
    let listed = listed.with_limit(MOST).execute().await.map_err(engine)?;
    let ours = format!("madang_{log}_");
    let beside = listed.results.into_iter().map(|index| index.uid);
    let beside: Vec<_> = beside.filter(|name| name.starts_with(&ours) && name.contains(NEXT)).collect();
    delete(server, &beside).await
}

async fn delete(server: &Server, names: &[String]) -> Result<(), EngineError> {
    for name in names {
        let task = server.client.delete_index(name).await.map_err(engine)?;
        server.done_or(task, &ErrorCode::IndexNotFound).await?;
    }
    Ok(())
}
