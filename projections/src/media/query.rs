//! The queries of media: for their owners, and for the workers that look after them.

use super::{Media, ShownBy};
use crate::reads::Reads;
use crate::{Page, scanned};
use chrono::{DateTime, Utc};
use domain::media::{MediaState, Processed, RemoveReason};
use domain::value::{MediaId, UserId};
use sqlx::Row;
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use std::time::Duration;
use uuid::Uuid;

/// Reads media; `$which` says which, and in what order.
macro_rules! media {
    ($which:literal) => {
        concat!("select\n", include_str!("columns.sql"), "from media.media\n", $which)
    };
}

/// Returns the media with this id, if something of it is or may be in storage.
///
/// # Errors
/// The database's error.
pub async fn one(pool: impl Reads<'_>, id: MediaId) -> Result<Option<Media>, sqlx::Error> {
    let row = sqlx::query(media!("where media_id = $1")).bind(id.0).fetch_optional(pool).await?;
    row.as_ref().map(media).transpose()
}

/// Returns the media to be processed: each person's first one first, so that a person who uploads many waits
/// for others, too.
///
/// # Errors
/// The database's error.
pub async fn to_process(pool: impl Reads<'_>, limit: usize) -> Result<Vec<Media>, sqlx::Error> {
    let query = sqlx::query(media!(
        "where state = 'processing'
         order by row_number() over (partition by owner_id order by changed_at), changed_at
         limit $1"
    ));
    let rows = query.bind(count(limit)).fetch_all(pool).await?;
    rows.iter().map(media).collect()
}

/// Returns the media that can be removed, and the reason of each: media that are shown no longer, at once;
/// media that nothing ever came to show, and uploads that were never completed, when they have been so for
/// longer than `grace`.
///
/// # Errors
/// The database's error.
pub async fn to_remove(
    pool: impl Reads<'_>,
    now: DateTime<Utc>,
    grace: Duration,
    limit: usize,
) -> Result<Vec<(MediaId, RemoveReason)>, sqlx::Error> {
    let rows = sqlx::query(include_str!("to_remove.sql"))
        .bind(now - grace)
        .bind(count(limit))
        .fetch_all(pool)
        .await?;
    rows.iter()
        .map(|row| {
            let reason = match row.try_get("reason")? {
                "no_longer_shown" => RemoveReason::NoLongerShown,
                "abandoned" => RemoveReason::Abandoned,
                _ => RemoveReason::Unused,
            };
            Ok((MediaId(row.try_get("media_id")?), reason))
        })
        .collect()
}

/// Returns the media that are removed and may still be in storage, the first removed first.
///
/// # Errors
/// The database's error.
pub async fn to_sweep(pool: impl Reads<'_>, limit: usize) -> Result<Vec<MediaId>, sqlx::Error> {
    let removed: Vec<Uuid> = sqlx::query_scalar(
        "select media_id from media.media where state = 'removed' order by changed_at limit $1",
    )
    .bind(count(limit))
    .fetch_all(pool)
    .await?;
    Ok(removed.into_iter().map(MediaId).collect())
}

/// Returns all media of a person, the oldest first.
///
/// # Errors
/// The database's error.
pub async fn of_owner(pool: impl Reads<'_>, owner: UserId) -> Result<Vec<Media>, sqlx::Error> {
    let query = sqlx::query(media!("where owner_id = $1 order by media_id"));
    let rows = query.bind(owner.0).fetch_all(pool).await?;
    rows.iter().map(media).collect()
}

/// Returns all media of which something is or may be in storage, the oldest first.
///
/// # Errors
/// The database's error.
pub async fn all(
    pool: impl Reads<'_>,
    after: Option<MediaId>,
    limit: usize,
) -> Result<Page<Media, MediaId>, sqlx::Error> {
    let rows = sqlx::query(media!("where media_id > $1 order by media_id limit $2"))
        .bind(after.map_or(Uuid::nil(), |media| media.0))
        .bind(scanned::rows(limit))
        .fetch_all(pool)
        .await?;
    let media = rows.iter().map(media).collect::<Result<_, _>>()?;
    Ok(Page::of(media, limit, |media: &Media| media.id))
}

/// Returns the states of these media; unknown ones are left out.
///
/// # Errors
/// The database's error.
pub async fn states(
    pool: impl Reads<'_>,
    ids: &[MediaId],
) -> Result<Vec<(MediaId, MediaState)>, sqlx::Error> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let query = sqlx::query_as("select media_id, to_jsonb(state) from media.media where media_id = any($1)");
    let rows: Vec<(Uuid, Json<MediaState>)> = query.bind(ids).fetch_all(pool).await?;
    Ok(rows.into_iter().map(|(id, state)| (MediaId(id), state.0)).collect())
}

fn media(row: &PgRow) -> Result<Media, sqlx::Error> {
    Ok(Media {
        id: MediaId(row.try_get("media_id")?),
        owner_id: UserId(row.try_get("owner_id")?),
        state: row.try_get::<Json<MediaState>, _>("state")?.0,
        reason: row.try_get("reason")?,
        content_type: row.try_get("content_type")?,
        byte_size: row.try_get("byte_size")?,
        processed: row.try_get::<Option<Json<Processed>>, _>("processed")?.map(|json| json.0),
        version: row.try_get("version")?,
        requested_at: row.try_get("requested_at")?,
        changed_at: row.try_get("changed_at")?,
        shown_by: row.try_get::<Option<Json<ShownBy>>, _>("shown_by")?.map(|json| json.0),
        shown_until: row.try_get("shown_until")?,
    })
}

fn count(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
