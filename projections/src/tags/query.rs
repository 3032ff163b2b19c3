//! The queries of tags.

use super::{Period, TagCount, TagPage, Trend};
use crate::reads::Reads;
use crate::{Page, scanned};
use domain::value::{PostId, UserId};
use sqlx::Row;
use sqlx::postgres::PgRow;
use uuid::Uuid;

/// Returns the tag (as [`domain::value::Tag`] spells it) as the viewer sees it; a tag that nobody uses, too.
///
/// # Errors
/// The database's error.
pub async fn by_name(
    pool: impl Reads<'_>,
    tag: &str,
    viewer: Option<UserId>,
) -> Result<TagPage, sqlx::Error> {
    let row = sqlx::query(
        "select
            coalesce(tags.post_count, 0) as post_count,
            coalesce(tags.follower_count, 0) as follower_count,
            exists (select from tags.followed where followed.user_id = $2 and followed.tag = $1) as followed_by_me
         from (select $1::text as tag) as wanted
         left join tags.tags on tags.tag = wanted.tag",
    )
    .bind(tag)
    .bind(viewer.map(|user| user.0))
    .fetch_one(pool)
    .await?;
    Ok(TagPage {
        tag: tag.to_owned(),
        post_count: row.try_get("post_count")?,
        follower_count: row.try_get("follower_count")?,
        followed_by_me: row.try_get("followed_by_me")?,
    })
}

/// Returns the posts that carry a tag (as [`domain::value::Tag`] spells it), newest first. Posts of people
/// who have left are among them; the caller that shows the posts leaves those out.
///
/// # Errors
/// The database's error.
pub async fn posts(
    pool: impl Reads<'_>,
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

/// Returns the posts that carry a tag, most liked first, of equally liked ones the newest. A key is a number
/// of likes and a post: a post that is liked while pages are read may come twice, or not at all.
///
/// # Errors
/// The database's error.
pub async fn most_liked_posts(
    pool: impl Reads<'_>,
    tag: &str,
    after: Option<(i64, PostId)>,
    limit: usize,
) -> Result<Page<PostId, (i64, PostId)>, sqlx::Error> {
    let (likes, last) = after.map_or((i64::MAX, Uuid::max()), |(likes, post)| (likes, post.0));
    let posts: Vec<(i64, Uuid)> = sqlx::query_as(
        "select like_count, post_id from tags.tagged
         where tag = $1 and (like_count, post_id) < ($2, $3)
         order by like_count desc, post_id desc limit $4",
    )
    .bind(tag)
    .bind(likes)
    .bind(last)
    .bind(scanned::rows(limit))
    .fetch_all(pool)
    .await?;
    let page = Page::of(posts, limit, |&(likes, post)| (likes, PostId(post)));
    Ok(page.map(|(_, post)| PostId(post)))
}

/// Returns the posts that carry a tag that `user` follows, newest first and each once; posts of people who
/// have left are among them, as with [`posts`].
///
/// # Errors
/// The database's error.
pub async fn followed_posts(
    pool: impl Reads<'_>,
    user: UserId,
    after: Option<PostId>,
    limit: usize,
) -> Result<Page<PostId, PostId>, sqlx::Error> {
    let posts: Vec<Uuid> = sqlx::query_scalar(include_str!("followed_posts.sql"))
        .bind(user.0)
        .bind(after.map_or(Uuid::max(), |post| post.0))
        .bind(scanned::rows(limit))
        .fetch_all(pool)
        .await?;
    Ok(Page::of(posts.into_iter().map(PostId).collect(), limit, |post| *post))
}

/// Returns the tags that `user` follows, in alphabetical order. A key is a tag.
///
/// # Errors
/// The database's error.
pub async fn followed(
    pool: impl Reads<'_>,
    user: UserId,
    after: Option<String>,
    limit: usize,
) -> Result<Page<TagPage, String>, sqlx::Error> {
    let rows = sqlx::query(
        "select followed.tag, tags.post_count, tags.follower_count
         from tags.followed
         join tags.tags on tags.tag = followed.tag
         where followed.user_id = $1 and followed.tag > $2
         order by followed.tag limit $3",
    )
    .bind(user.0)
    .bind(after.unwrap_or_default())
    .bind(scanned::rows(limit))
    .fetch_all(pool)
    .await?;
    let read = |row: &PgRow| {
        Ok(TagPage {
            tag: row.try_get("tag")?,
            post_count: row.try_get("post_count")?,
            follower_count: row.try_get("follower_count")?,
            followed_by_me: true,
        })
    };
    let tags = rows.iter().map(read).collect::<Result<_, sqlx::Error>>()?;
    Ok(Page::of(tags, limit, |followed: &TagPage| followed.tag.clone()))
}

/// Returns the most used tags, or those that begin with `prefix`.
///
/// # Errors
/// The database's error.
pub async fn top(
    pool: impl Reads<'_>,
    prefix: Option<&str>,
    limit: usize,
) -> Result<Vec<TagCount>, sqlx::Error> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let query = match prefix {
        None => sqlx::query(
            "select tag, post_count from tags.tags where post_count > 0
             order by post_count desc, tag limit $1",
        )
        .bind(limit),
        // The greatest character ends the range: no tag contains it.
        Some(prefix) => sqlx::query(
            "select tag, post_count from tags.tags where tag >= $2 and tag < $3 and post_count > 0
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

/// Returns the tags that most different people have used within the period, of equally many the tag in more
/// posts. The query reads every use of the period: a caller that needs the tags often keeps them for a while.
///
/// # Errors
/// The database's error.
pub async fn trending(pool: impl Reads<'_>, period: Period, limit: usize) -> Result<Vec<Trend>, sqlx::Error> {
    let rows = sqlx::query(include_str!("trending.sql"))
        .bind(period.hours())
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(pool)
        .await?;
    let read = |row: &PgRow| {
        Ok(Trend {
            tag: row.try_get("tag")?,
            post_count: row.try_get("post_count")?,
            author_count: row.try_get("author_count")?,
        })
    };
    rows.iter().map(read).collect()
}
