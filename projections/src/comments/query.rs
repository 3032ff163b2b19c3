//! The queries of comments. A stub is shown where replies stand under a comment that is deleted or whose
//! author has left; under a post that can't be read nothing is shown.

use super::{Byline, Comment, Liker};
use crate::reads::Reads;
use crate::{Page, Position, likes, scanned};
use domain::value::{CommentId, PostId, UserId};
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{Postgres, Row};
use std::collections::HashSet;
use uuid::Uuid;

/// Shows the comments that `$scan` finds. The scan's columns are `comment_id` and `key`; $1 is the viewer.
macro_rules! comments {
    ($scan:expr, $order:literal) => {
        concat!(
            "with scanned as (",
            $scan,
            ")\n",
            include_str!("comment.sql"),
            "order by scanned.key ",
            $order
        )
    };
}

/// Returns the comment with this id, maybe a stub.
///
/// # Errors
/// The database's error.
pub async fn by_id(
    pool: impl Reads<'_>,
    id: CommentId,
    viewer: Option<UserId>,
) -> Result<Option<Comment>, sqlx::Error> {
    const SQL: &str = comments!("select $2::uuid as comment_id, 0 as key", "asc");
    let row = sqlx::query(SQL).bind(viewer.map(|user| user.0)).bind(id.0).fetch_optional(pool).await?;
    row.as_ref().map_or(Ok(None), comment)
}

/// Returns the comments on `post` that begin threads, oldest first.
///
/// # Errors
/// The database's error.
pub async fn of_post(
    pool: impl Reads<'_>,
    post: PostId,
    viewer: Option<UserId>,
    after: Option<CommentId>,
    limit: usize,
) -> Result<Page<Comment, CommentId>, sqlx::Error> {
    const SQL: &str = comments!(
        "select comment_id, comment_id as key from comments.comments
         where post_id = $2 and root_id is null and comment_id > $3
         order by comment_id limit $4",
        "asc"
    );
    let after = after.map_or(Uuid::nil(), |comment| comment.0);
    let query = bound(SQL, viewer, post.0, after, limit);
    scanned::page(pool, query, limit, CommentId, comment).await
}

/// Returns the comments on `post` that begin threads, newest first.
///
/// # Errors
/// The database's error.
pub async fn newest_of_post(
    pool: impl Reads<'_>,
    post: PostId,
    viewer: Option<UserId>,
    after: Option<CommentId>,
    limit: usize,
) -> Result<Page<Comment, CommentId>, sqlx::Error> {
    const SQL: &str = comments!(
        "select comment_id, comment_id as key from comments.comments
         where post_id = $2 and root_id is null and comment_id < $3
         order by comment_id desc limit $4",
        "desc"
    );
    let after = after.map_or(Uuid::max(), |comment| comment.0);
    let query = bound(SQL, viewer, post.0, after, limit);
    scanned::page(pool, query, limit, CommentId, comment).await
}

/// Returns the comments on `post` that begin threads, most liked first, of equally liked ones the newest. A
/// key is a number of likes and a comment: a comment that is liked while pages are read may come twice, or
/// not at all.
///
/// # Errors
/// The database's error.
pub async fn most_liked_of_post(
    pool: impl Reads<'_>,
    post: PostId,
    viewer: Option<UserId>,
    after: Option<(i64, CommentId)>,
    limit: usize,
) -> Result<Page<Comment, (i64, CommentId)>, sqlx::Error> {
    const SQL: &str = comments!(
        "select comment_id, (like_count, comment_id) as key from comments.comments
         where post_id = $2 and root_id is null and (like_count, comment_id) < ($3, $4)
         order by like_count desc, comment_id desc limit $5",
        "desc"
    );
    let (likes, last) = after.map_or((i64::MAX, Uuid::max()), |(likes, comment)| (likes, comment.0));
    let query = sqlx::query(SQL)
        .bind(viewer.map(|user| user.0))
        .bind(post.0)
        .bind(likes)
        .bind(last)
        .bind(scanned::rows(limit));
    scanned::page(pool, query, limit, |(likes, id): (i64, Uuid)| (likes, CommentId(id)), comment).await
}

/// Returns the replies to `to`, oldest first: all replies of the thread that `to` begins; if `to` is a reply
/// itself, those that answer it.
///
/// # Errors
/// The database's error.
pub async fn replies(
    pool: impl Reads<'_>,
    to: CommentId,
    viewer: Option<UserId>,
    after: Option<CommentId>,
    limit: usize,
) -> Result<Page<Comment, CommentId>, sqlx::Error> {
    const SQL: &str = comments!(include_str!("scan_replies.sql"), "asc");
    let after = after.map_or(Uuid::nil(), |comment| comment.0);
    let query = bound(SQL, viewer, to.0, after, limit);
    scanned::page(pool, query, limit, CommentId, comment).await
}

/// Returns the comments that `author` has written and not deleted, newest first; no stubs.
///
/// # Errors
/// The database's error.
pub async fn by_author(
    pool: impl Reads<'_>,
    author: UserId,
    viewer: Option<UserId>,
    after: Option<CommentId>,
    limit: usize,
) -> Result<Page<Comment, CommentId>, sqlx::Error> {
    const SQL: &str = comments!(
        "select comment_id, comment_id as key from comments.comments
         where author_id = $2 and not deleted and comment_id < $3
         order by comment_id desc limit $4",
        "desc"
    );
    let after = after.map_or(Uuid::max(), |comment| comment.0);
    let query = bound(SQL, viewer, author.0, after, limit);
    let whole = |row: &PgRow| Ok(comment(row)?.filter(|comment| comment.by.is_some()));
    scanned::page(pool, query, limit, CommentId, whole).await
}

/// Returns the people who like `comment`, the latest like first.
///
/// # Errors
/// The database's error.
pub async fn likers(
    pool: impl Reads<'_>,
    comment: CommentId,
    viewer: Option<UserId>,
    after: Option<Position>,
    limit: usize,
) -> Result<Page<Liker, Position>, sqlx::Error> {
    let query = sqlx::query(include_str!("likers.sql"))
        .bind(viewer.map(|user| user.0))
        .bind(comment.0)
        .bind(after.unwrap_or(Position::MAX))
        .bind(scanned::rows(limit));
    scanned::page(pool, query, limit, |position: Position| position, Liker::of).await
}

/// Returns those of the comments that are liked under the alias beside them: the viewer's anonymous likes.
///
/// # Errors
/// The database's error.
pub async fn liked_under(
    pool: impl Reads<'_>,
    comments: &[(CommentId, UserId)],
) -> Result<HashSet<CommentId>, sqlx::Error> {
    const SQL: &str = "
        select target_id from comments.likes
        join unnest($1::uuid[], $2::uuid[]) as mine (target_id, user_id) using (target_id, user_id)";
    let pairs: Vec<(Uuid, UserId)> = comments.iter().map(|&(comment, alias)| (comment.0, alias)).collect();
    Ok(likes::among(pool, SQL, &pairs).await?.into_iter().map(CommentId).collect())
}

/// Makes a query of a viewer, for the comments of the post or comment `of`, from after `after`.
fn bound(
    sql: &'static str,
    viewer: Option<UserId>,
    of: Uuid,
    after: Uuid,
    limit: usize,
) -> Query<'static, Postgres, PgArguments> {
    sqlx::query(sql).bind(viewer.map(|user| user.0)).bind(of).bind(after).bind(scanned::rows(limit))
}

fn comment(row: &PgRow) -> Result<Option<Comment>, sqlx::Error> {
    let by = Byline::of(row)?;
    let reply_count: i64 = row.try_get("reply_count")?;
    let is_stub = by.is_none();
    if !row.try_get::<bool, _>("post_stands")? || (is_stub && reply_count == 0) {
        return Ok(None);
    }
    Ok(Some(Comment {
        id: CommentId(row.try_get("comment_id")?),
        post_id: PostId(row.try_get("post_id")?),
        parent_id: row.try_get::<Option<Uuid>, _>("parent_id")?.map(CommentId),
        root_id: row.try_get::<Option<Uuid>, _>("root_id")?.map(CommentId),
        by,
        by_post_author: !is_stub && row.try_get("by_post_author")?,
        text: if is_stub { None } else { Some(row.try_get("text")?) },
        mentions: if is_stub { vec![] } else { row.try_get("mentions")? },
        deleted: row.try_get("deleted")?,
        like_count: if is_stub { 0 } else { row.try_get("like_count")? },
        reply_count,
        liked_by_me: !is_stub && row.try_get("liked_by_me")?,
        version: row.try_get("version")?,
        written_at: row.try_get("written_at")?,
        edited_at: row.try_get("edited_at")?,
    }))
}
