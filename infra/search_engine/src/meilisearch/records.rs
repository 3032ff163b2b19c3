//! Records of how far the indexes are fed, one for each process that feeds, in an index of Meilisearch beside
//! them.
//!
//! # Why several processes may feed
//!
//! Meilisearch compares no versions: the last process to send a document wins, and a slow process may send a
//! document that is older than one which another process sent already. Still all documents come right,
//! because of three rules.
//!
//! - A process that sent an old document sends the new one as well: the old one was read before the document
//!   changed, so the change comes after the position from which this process feeds next. A process that goes
//!   on feeding mends what it did.
//! - Before a process feeds, it has a record here of a position such that all documents it ever sent were
//!   read later than that, and it moves the record on only when a feed is done, tasks and all. The changes
//!   that a process may have spoilt without mending them come after its record.
//! - The record of a process that feeds no longer stands still. When a record has stood still for
//!   [`SILENCE`], behind that of another process, the other one feeds again from there, and removes the
//!   record. A process that was only slow makes itself a new record, at the lowest position that is there,
//!   and mends the rest by the first rule.
//!
//! A new process begins at the lowest record. So the position that a process tells is never further than the
//! documents in the indexes.

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

/// The time without a move after which a record's owner counts as gone; being wrong about it costs a second
/// feeding.
const SILENCE: Duration = Duration::from_secs(60);
/// The limit of a list of records: more than there ever are processes.
const RECORDS: usize = 1_000;
/// The id of the record of the indexes' version.
const MADE: &str = "made";

/// A record of a process, or of the indexes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FeedRecord {
    pub(super) id: String,
    /// The version of ours by which the indexes are made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) position: Option<Position>,
    /// The embedder whose vectors the process has fed up to `vectors`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) embedder: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) vectors: Option<Position>,
}

/// All records beside a log's indexes.
#[derive(Clone, Debug, Default)]
pub(super) struct FeedRecords(Vec<FeedRecord>);

impl FeedRecords {
    /// Reads the records; none where there are no indexes.
    pub(super) async fn read(server: &Server, meta: &str) -> Result<Self, EngineError> {
        let index = server.index(meta);
        let mut all: DocumentsQuery<'_, Http> = DocumentsQuery::new(&index);
        match all.with_limit(RECORDS).execute::<FeedRecord>().await {
            Ok(found) => Ok(Self(found.results)),
            Err(error) if says(&error, &ErrorCode::IndexNotFound) => Ok(Self::default()),
            Err(error) => Err(engine(error)),
        }
    }

    /// The version by which the indexes are made; none where they are not made, or not to the end.
    pub(super) fn version(&self) -> Option<u32> {
        self.0.iter().find(|record| record.id == MADE)?.version
    }

    pub(super) fn of(&self, process: &str) -> Option<&FeedRecord> {
        self.0.iter().find(|record| record.id == process)
    }

    /// The lowest position of all processes.
    pub(super) fn lowest(&self) -> Position {
        self.0.iter().filter_map(|record| record.position).min().unwrap_or(0)
    }

    /// The lowest position of vectors, of the processes that have fed vectors of this embedder.
    pub(super) fn lowest_of(&self, embedder: &str) -> Position {
        let of_it = self.0.iter().filter(|record| record.embedder.as_deref() == Some(embedder));
        of_it.filter_map(|record| record.vectors).min().unwrap_or(0)
    }
}

/// Writes the fields that `record` has into the record of its id.
pub(super) async fn note(server: &Server, meta: &str, record: FeedRecord) -> Result<(), EngineError> {
    let task = server.index(meta).add_or_update(&[record], None).await.map_err(engine)?;
    server.done(vec![task]).await
}

/// Writes the record that indexes are made and set up.
pub(super) async fn note_made(server: &Server, meta: &str, version: u32) -> Result<(), EngineError> {
    note(server, meta, FeedRecord { id: MADE.to_owned(), version: Some(version), ..FeedRecord::default() })
        .await
}

/// Removes records.
pub(super) async fn remove(index: &Index<Http>, server: &Server, ids: &[String]) -> Result<(), EngineError> {
    let task = index.delete_documents(ids).await.map_err(engine)?;
    server.done(vec![task]).await
}

/// The records of other processes as this process saw them last, and since when each stands still.
#[derive(Debug, Default)]
pub(super) struct Others(HashMap<String, (FeedRecord, Instant)>);

impl Others {
    /// The ids of records that have not moved for [`SILENCE`] and are behind `own`, and the lowest of their
    /// positions.
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
