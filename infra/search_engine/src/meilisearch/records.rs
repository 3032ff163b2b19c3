//! How far the indexes are, kept in Meilisearch itself beside them, by each process that feeds them.
//!
//! # Why several may feed
//!
//! Meilisearch compares no versions: the last to send a document wins, and a slow process may send one that is older
//! than what another sent already. Still all of it comes right, because of three rules.
//!
//! - Who sent an old document sends the new one as well: it was read before the document changed, so the change lies
//!   behind the position that this process feeds from next. Whoever goes on feeding mends what it did.
//! - Before it feeds, each has a record here of a position such that all it ever sent was read later than that, and moves
//!   it on only when a feed is done, tasks and all. What it may have spoilt without mending it lies behind its record.
//! - The record of one that feeds no longer stands still. When it stood so for [`SILENCE`], behind that of another, that
//!   one feeds again from there, and takes the record away. One that was only slow makes itself a new record, from the
//!   lowest that is there, and mends the rest by the first rule.
//!
//! Who comes new begins at the lowest record. So the position that a process tells is never further than what is in.

use super::http::Http;
use super::server::{Server, engine, says};
use meilisearch_sdk::documents::DocumentsQuery;
use meilisearch_sdk::errors::ErrorCode;
use meilisearch_sdk::indexes::Index;
use projections::Position;
use projections::search::engine::EngineError;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// After so long without a move a record's owner is taken to be gone; being wrong about it costs a second feeding.
const SILENCE: Duration = Duration::from_secs(60);
/// More processes than anyone has.
const RECORDS: usize = 1_000;
/// The record of what the indexes are.
const MADE: &str = "made";

/// A record: of a process, or of the indexes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FeedRecord {
    pub(super) id: String,
    /// As of which version of ours the indexes are made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) position: Option<Position>,
    /// Whose vectors it has up to `vectors`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) embedder: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) vectors: Option<Position>,
}

/// All records beside some indexes.
#[derive(Clone, Debug, Default)]
pub(super) struct FeedRecords(Vec<FeedRecord>);

impl FeedRecords {
    /// Reads them; none where there are no indexes.
    pub(super) async fn read(server: &Server, meta: &str) -> Result<Self, EngineError> {
        let index = server.index(meta);
        let mut all: DocumentsQuery<'_, Http> = DocumentsQuery::new(&index);
        match all.with_limit(RECORDS).execute::<FeedRecord>().await {
            Ok(found) => Ok(Self(found.results)),
            Err(error) if says(&error, &ErrorCode::IndexNotFound) => Ok(Self::default()),
            Err(error) => Err(engine(error)),
        }
    }

    /// As of which version the indexes are made; none where they are not, or not to the end.
    pub(super) fn version(&self) -> Option<u32> {
        self.0.iter().find(|record| record.id == MADE)?.version
    }

    pub(super) fn of(&self, process: &str) -> Option<&FeedRecord> {
        self.0.iter().find(|record| record.id == process)
    }

    /// How far all are.
    pub(super) fn lowest(&self) -> Position {
        self.0.iter().filter_map(|record| record.position).min().unwrap_or(0)
    }

    /// How far all are that have vectors of this embedder.
    pub(super) fn lowest_of(&self, embedder: &str) -> Position {
        let of_it = self.0.iter().filter(|record| record.embedder.as_deref() == Some(embedder));
        of_it.filter_map(|record| record.vectors).min().unwrap_or(0)
    }
}

/// Writes into a record what is set here.
pub(super) async fn note(server: &Server, meta: &str, record: FeedRecord) -> Result<(), EngineError> {
    let task = server.index(meta).add_or_update(&[record], None).await.map_err(engine)?;
    server.done(vec![task]).await
}

/// Notes that indexes are made and set up.
pub(super) async fn note_made(server: &Server, meta: &str, version: u32) -> Result<(), EngineError> {
    note(server, meta, FeedRecord { id: MADE.to_owned(), version: Some(version), ..FeedRecord::default() })
        .await
}

/// Takes records away.
pub(super) async fn remove(index: &Index<Http>, server: &Server, ids: &[String]) -> Result<(), EngineError> {
    let task = index.delete_documents(ids).await.map_err(engine)?;
    server.done(vec![task]).await
}

/// What this process saw of the others.
#[derive(Debug, Default)]
pub(super) struct Others(HashMap<String, (FeedRecord, Instant)>);

impl Others {
    /// Whose records have not moved for long and are behind `own`, and the lowest of them.
    pub(super) fn gone(
        &mut self,
        records: &FeedRecords,
        me: &str,
        own: Position,
    ) -> Option<(Vec<String>, Position)> {
        self.gone_as_of(records, me, own, Instant::now())
    }

    fn gone_as_of(
        &mut self,
        records: &FeedRecords,
        me: &str,
        own: Position,
        now: Instant,
    ) -> Option<(Vec<String>, Position)> {
        let others = records.0.iter().filter(|record| record.position.is_some() && record.id != me);
        let seen = others.map(|record| {
            let since = match self.0.get(&record.id) {
                Some((before, since)) if before == record => *since,
                Some(_) | None => now,
            };
            (record.id.clone(), (record.clone(), since))
        });
        self.0 = seen.collect();
        let gone = self.0.values().filter_map(|(record, since)| {
            let position = record.position.filter(|position| *position < own)?;
            (now.duration_since(*since) >= SILENCE).then(|| (record.id.clone(), position))
        });
        let (ids, positions): (Vec<_>, Vec<_>) = gone.unzip();
        Some((ids, positions.into_iter().min()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(id: &str, position: Position) -> FeedRecord {
        FeedRecord { id: id.to_owned(), position: Some(position), ..FeedRecord::default() }
    }

    #[test]
    fn who_stands_still_behind_others_is_gone_after_a_while() {
        let (mut others, begun) = (Others::default(), Instant::now());
        let mut seen = |at: u64, records: &[FeedRecord]| {
            let now = begun + Duration::from_secs(at);
            others.gone_as_of(&FeedRecords(records.to_vec()), "me", 10, now)
        };
        assert_eq!(seen(0, &[record("me", 10), record("slow", 5), record("ahead", 12)]), None);
        assert_eq!(seen(59, &[record("slow", 5), record("ahead", 12)]), None);
        assert_eq!(seen(61, &[record("slow", 6), record("ahead", 12)]), None, "it moved");
        assert_eq!(seen(122, &[record("slow", 6), record("ahead", 12)]), Some((vec!["slow".to_owned()], 6)));
        assert_eq!(seen(123, &[record("ahead", 12)]), None);
    }

    #[test]
    fn who_comes_new_begins_at_the_lowest() {
        assert_eq!(FeedRecords::default().lowest(), 0);
        assert_eq!(FeedRecords(vec![record("a", 7), record("b", 5), FeedRecord::default()]).lowest(), 5);
    }
}
