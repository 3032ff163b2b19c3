//! Writes which posts carry which tag.

use crate::{RecordedEvent, Tx};
use domain::Event;
use domain::post::PostEvent;
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// Applies a batch: the former tags of changed posts go, their present ones come, and what differs is
/// counted.
pub(super) async fn apply(tx: &mut Tx, events: &[Arc<RecordedEvent>]) -> Result<(), sqlx::Error> {
    let changes = fold(events);
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();

    let known: Vec<Uuid> =
        changes.iter().filter(|(_, change)| !change.is_new).map(|(post, _)| *post).collect();
    if !known.is_empty() {
        let gone: Vec<String> =
            sqlx::query_scalar("delete from tagged where post_id = any($1::uuid[]) returning tag")
                .bind(known)
                .fetch_all(&mut **tx)
                .await?;
        gone.into_iter().for_each(|tag| *counts.entry(tag).or_default() -= 1);
    }

    let (tags, posts): (Vec<&str>, Vec<Uuid>) = changes
        .iter()
        .flat_map(|(&post, change)| change.tags.iter().map(move |tag| (tag.as_str(), post)))
        .unzip();
    if !tags.is_empty() {
        let come: Vec<String> =
            sqlx::query_scalar(INSERT).bind(tags).bind(posts).fetch_all(&mut **tx).await?;
        come.into_iter().for_each(|tag| *counts.entry(tag).or_default() += 1);
    }

    counts.retain(|_, delta| *delta != 0);
    count(tx, counts).await
}

const INSERT: &str = "
    insert into tagged (tag, post_id)
    select tag, post_id from unnest($1::text[], $2::uuid[]) as new (tag, post_id)
    on conflict (tag, post_id) do nothing
    returning tag";

const COUNT: &str = "
    insert into tags (tag, post_count)
    select tag, delta from unnest($1::text[], $2::bigint[]) as change (tag, delta)
    on conflict (tag) do update set post_count = tags.post_count + excluded.post_count";

async fn count(tx: &mut Tx, counts: BTreeMap<String, i64>) -> Result<(), sqlx::Error> {
    if counts.is_empty() {
        return Ok(());
    }
    let (tags, deltas): (Vec<String>, Vec<i64>) = counts.into_iter().unzip();
    sqlx::query(COUNT).bind(&tags).bind(&deltas).execute(&mut **tx).await?;
    if deltas.iter().any(|delta| *delta < 0) {
        sqlx::query("delete from tags where tag = any($1::text[]) and post_count = 0")
            .bind(&tags)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

/// The tags that one post has at a batch's end.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Change<'a> {
    /// Published within the batch, so that no former tags are kept of it.
    pub(super) is_new: bool,
    /// None once it is deleted.
    pub(super) tags: &'a [String],
}

pub(super) fn fold(events: &[Arc<RecordedEvent>]) -> BTreeMap<Uuid, Change<'_>> {
    let mut changes: BTreeMap<Uuid, Change<'_>> = BTreeMap::new();
    for recorded in events {
        let Ok(Event::Post(event)) = &recorded.event else { continue };
        let change = changes.entry(recorded.aggregate_id).or_insert(Change { is_new: false, tags: &[] });
        match event {
            // What is for few is found by none of its tags.
            PostEvent::PostPublished { followers_only: true, .. } => {
                *change = Change { is_new: true, tags: &[] };
            }
            PostEvent::PostPublished { tags, .. } => *change = Change { is_new: true, tags },
            PostEvent::PostEdited { followers_only: true, .. } => change.tags = &[],
            PostEvent::PostEdited { tags, .. } => change.tags = tags,
            PostEvent::PostDeleted { .. } => change.tags = &[],
        }
    }
    changes
}
