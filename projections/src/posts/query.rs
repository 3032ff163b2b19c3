//! Reads posts. Those of people who have left are hidden everywhere.

use super::{Author, Liker, Post};
use crate::cards::Cards;
use crate::{Page, Position, scanned};
use domain::value::{PostId, UserId};
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};
use uuid::Uuid;

/// Shows the posts that `$scan` finds. Its columns are `post_id` and `key`; $1 is the viewer.
macro_rules! cards {
    ($scan:literal, $order:literal) => {
        concat!(
            "with scanned as (",
            $scan,
            ")\nselect scanned.key,\n",
            include_str!("card_columns.sql"),
            "from scanned\n",
            include_str!("card_joins.sql"),
            "order by scanned.key ",
            $order
        )
    };
}

/// Posts for lists that others keep.
pub const CARDS: Cards<Post> =
    Cards { columns: include_str!("card_columns.sql"), joins: include_str!("card_joins.sql"), read: post };

/// The post with this id.
///
/// # Errors
/// The database's.
pub async fn by_id(pool: &PgPool, id: PostId, viewer: Option<UserId>) -> Result<Option<Post>, sqlx::Error> {
    Ok(cards(pool, &[id], viewer).await?.pop())
}

/// These posts in this order; hidden and unknown ones are left out.
///
/// # Errors
/// The database's.
pub async fn cards(pool: &PgPool, ids: &[PostId], viewer: Option<UserId>) -> Result<Vec<Post>, sqlx::Error> {
    const SQL: &str = cards!(
        "select post_id, place as key from unnest($2::uuid[]) with ordinality as wanted (post_id, place)",
        "asc"
    );
    if ids.is_empty() {
        return Ok(vec![]);
    }
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query(SQL).bind(viewer.map(|user| user.0)).bind(ids).fetch_all(pool).await?;
    rows.iter().filter_map(|row| post(row).transpose()).collect()
}

/// All posts, newest first.
///
/// # Errors
/// The database's.
pub async fn latest(
    pool: &PgPool,
    viewer: Option<UserId>,
    after: Option<PostId>,
    limit: usize,
) -> Result<Page<Post, PostId>, sqlx::Error> {
    const SQL: &str = cards!(
        "select post_id, post_id as key from posts.posts where post_id < $2
         order by post_id desc limit $3",
        "desc"
    );
    let query = sqlx::query(SQL)
        .bind(viewer.map(|user| user.0))
        .bind(after.map_or(Uuid::max(), |post| post.0))
        .bind(scanned::rows(limit));
    scanned::page(pool, query, limit, PostId, post).await
}

/// The posts of `author`, newest first.
///
/// # Errors
/// The database's.
pub async fn by_author(
    pool: &PgPool,
    author: UserId,
    viewer: Option<UserId>,
    after: Option<PostId>,
    limit: usize,
) -> Result<Page<Post, PostId>, sqlx::Error> {
    const SQL: &str = cards!(
        "select post_id, post_id as key from posts.posts where author_id = $2 and post_id < $3
         order by post_id desc limit $4",
        "desc"
    );
    let query = sqlx::query(SQL)
        .bind(viewer.map(|user| user.0))
        .bind(author.0)
        .bind(after.map_or(Uuid::max(), |post| post.0))
        .bind(scanned::rows(limit));
    scanned::page(pool, query, limit, PostId, post).await
}

/// The posts that `user` likes, the latest like first.
///
/// # Errors
/// The database's.
pub async fn liked_by(
    pool: &PgPool,
    user: UserId,
    viewer: Option<UserId>,
    after: Option<Position>,
    limit: usize,
) -> Result<Page<Post, Position>, sqlx::Error> {
    const SQL: &str = cards!(
        "select target_id as post_id, position as key from posts.likes
         where user_id = $2 and position < $3
         order by position desc limit $4",
        "desc"
    );
    let query = sqlx::query(SQL)
        .bind(viewer.map(|user| user.0))
        .bind(user.0)
        .bind(after.unwrap_or(Position::MAX))
        .bind(scanned::rows(limit));
    scanned::page(pool, query, limit, |position: Position| position, post).await
}

/// Who likes `post`, the latest like first.
///
/// # Errors
/// The database's.
pub async fn likers(
    pool: &PgPool,
    post: PostId,
    after: Option<Position>,
    limit: usize,
) -> Result<Page<Liker, Position>, sqlx::Error> {
    let query = sqlx::query(include_str!("likers.sql"))
        .bind(post.0)
        .bind(after.unwrap_or(Position::MAX))
        .bind(scanned::rows(limit));
    scanned::page(pool, query, limit, |position: Position| position, Liker::of).await
}

fn post(row: &PgRow) -> Result<Option<Post>, sqlx::Error> {
    let Some(author) = Author::of(row)? else { return Ok(None) };
    Ok(Some(Post {
        id: PostId(row.try_get("post_id")?),
        author,
        title: row.try_get("title")?,
        text: row.try_get("text")?,
        tags: row.try_get("tags")?,
        mentions: row.try_get("mentions")?,
        like_count: row.try_get("like_count")?,
        comment_count: row.try_get("comment_count")?,
        liked_by_me: row.try_get("liked_by_me")?,
        version: row.try_get("version")?,
        published_at: row.try_get("published_at")?,
        edited_at: row.try_get("edited_at")?,
    }))
}
