//! Reads tags.

use super::TagCount;
use crate::{Page, scanned};
use domain::value::PostId;
use sqlx::{PgPool, Row};
use uuid::Uuid;

/// The posts that carry a tag (as [`domain::value::Tag`] spells it), newest first. Posts of people who
/// have left are among them; whoever shows the posts leaves those out.
///
/// # Errors
/// The database's.
pub async fn posts(
    pool: &PgPool,
    tag: &str,
    after: Option<PostId>,
    limit: usize,
) -> Result<Page<PostId, PostId>, sqlx::Error> {
    let posts: Vec<Uuid> = sqlx::query_scalar(
        "select post_id from tags.tagged where tag = $1 and post_id < $2 order by post_id desc limit $3",
    )
    .bind(tag)
    .bind(after.map_or(Uuid::max(), |post| post.0))
    .bind(scanned::rows(limit))
    .fetch_all(pool)
    .await?;
    Ok(Page::of(posts.into_iter().map(PostId).collect(), limit, |post| *post))
}

/// The most used tags, or those that begin with `prefix`.
///
/// # Errors
/// The database's.
pub async fn top(pool: &PgPool, prefix: Option<&str>, limit: usize) -> Result<Vec<TagCount>, sqlx::Error> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let query = match prefix {
        None => sqlx::query("select tag, post_count from tags.tags order by post_count desc, tag limit $1")
            .bind(limit),
        // The greatest character ends the range: no tag contains it.
        Some(prefix) => sqlx::query(
            "select tag, post_count from tags.tags where tag >= $2 and tag < $3
             order by post_count desc, tag limit $1",
        )
        .bind(limit)
        .bind(prefix)
        .bind(format!("{prefix}{}", char::MAX)),
    };
    let rows = query.fetch_all(pool).await?;
    rows.iter()
        .map(|row| Ok(TagCount { tag: row.try_get("tag")?, post_count: row.try_get("post_count")? }))
        .collect()
}
