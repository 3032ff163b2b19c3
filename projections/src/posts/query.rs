//! The queries of posts. Posts of people who have left are hidden everywhere, and so are posts that the
//! viewer may not see.

use super::{Author, Byline, Liker, Post, PostPhoto, PostVersion};
use crate::cards::Cards;
use crate::reads::Reads;
use crate::{Page, Position, likes, scanned};
use domain::value::{BoardId, MediaId, Photo, PostId, UserId};
use sqlx::Row;
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use std::collections::HashSet;
use uuid::Uuid;

/// The joins begin at `scanned`; they bring in the author, on whom it depends whether $1 may see a post.
macro_rules! joins {
    () => {
        concat!(include_str!("card_joins.sql"), include_str!("visible.sql"), ")\n")
    };
}

/// Shows the posts that `$scan` finds. The scan's columns are `post_id` and `key`; $1 is the viewer.
macro_rules! cards {
    ($scan:literal, $order:literal) => {
        concat!(
            "with scanned as (",
            $scan,
            ")\nselect scanned.key,\n",
            include_str!("card_columns.sql"),
            "from scanned\n",
            joins!(),
            "order by scanned.key ",
            $order
        )
    };
}

/// Shows the photos of posts that `$whose` lets through, after place $3 of post $2; $1 is the viewer.
macro_rules! photos {
    ($whose:literal) => {
        concat!(
            "with scanned as (
                select post_id, place from posts.photos
                where ",
            $whose,
            "post_id <= $2 and (post_id < $2 or place > $3)
                order by post_id desc, place limit $4
            )\n",
            include_str!("photos.sql"),
            include_str!("visible.sql"),
            ")\norder by scanned.post_id desc, scanned.place"
        )
    };
}

/// The cards of posts for lists of other slices.
pub const CARDS: Cards<Post> =
    Cards { columns: include_str!("card_columns.sql"), joins: joins!(), read: post };

/// Returns the post with this id.
///
/// # Errors
/// The database's error.
pub async fn by_id(
    pool: impl Reads<'_>,
    id: PostId,
    viewer: Option<UserId>,
) -> Result<Option<Post>, sqlx::Error> {
    Ok(cards(pool, &[id], viewer).await?.pop())
}

/// Returns these posts in this order; hidden and unknown ones are left out.
///
/// # Errors
/// The database's error.
pub async fn cards(
    pool: impl Reads<'_>,
    ids: &[PostId],
    viewer: Option<UserId>,
) -> Result<Vec<Post>, sqlx::Error> {
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

/// Returns the people whom `viewer` follows, and those who are hidden from the viewer: 5,000 and 1,000 of
/// them at most, by which a search filters. Hits are checked once more when they are shown; counts are not,
/// so they include the posts of any further hidden people.
///
/// # Errors
/// The database's error.
pub async fn access(pool: impl Reads<'_>, viewer: UserId) -> Result<(Vec<UserId>, Vec<UserId>), sqlx::Error> {
    let (follows, hidden): (Vec<Uuid>, Vec<Uuid>) = sqlx::query_as(
        "select
            array(select followee_id from posts.follows where follower_id = $1 limit 5000),
            array(select distinct user_id from posts.hidden where viewer_id = $1 limit 1000)",
    )
    .bind(viewer.0)
    .fetch_one(pool)
    .await?;
    let people = |ids: Vec<Uuid>| ids.into_iter().map(UserId).collect();
    Ok((people(follows), people(hidden)))
}

/// Returns all posts, newest first, but for anonymous ones: these stay on their boards.
///
/// # Errors
/// The database's error.
pub async fn latest(
    pool: impl Reads<'_>,
    viewer: Option<UserId>,
    after: Option<PostId>,
    limit: usize,
) -> Result<Page<Post, PostId>, sqlx::Error> {
    const SQL: &str = cards!(
        "select post_id, post_id as key from posts.posts where not anonymous and post_id < $2
         order by post_id desc limit $3",
        "desc"
    );
    let query = sqlx::query(SQL)
        .bind(viewer.map(|user| user.0))
        .bind(after.map_or(Uuid::max(), |post| post.0))
        .bind(scanned::rows(limit));
    scanned::page(pool, query, limit, PostId, post).await
}

/// Returns the posts of `author`, newest first.
///
/// # Errors
/// The database's error.
pub async fn by_author(
    pool: impl Reads<'_>,
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

/// Returns the posts on a board, newest first.
///
/// # Errors
/// The database's error.
pub async fn of_board(
    pool: impl Reads<'_>,
    board: BoardId,
    viewer: Option<UserId>,
    after: Option<PostId>,
    limit: usize,
) -> Result<Page<Post, PostId>, sqlx::Error> {
    const SQL: &str = cards!(
        "select post_id, post_id as key from posts.posts where board_id = $2 and post_id < $3
         order by post_id desc limit $4",
        "desc"
    );
    let query = sqlx::query(SQL)
        .bind(viewer.map(|user| user.0))
        .bind(board.0)
        .bind(after.map_or(Uuid::max(), |post| post.0))
        .bind(scanned::rows(limit));
    scanned::page(pool, query, limit, PostId, post).await
}

/// Returns the posts on a board that came after `since`, the most liked first, of equally liked ones the
/// newest. A key is a number of likes and a post.
///
/// # Errors
/// The database's error.
pub async fn popular_of_board(
    pool: impl Reads<'_>,
    board: BoardId,
    viewer: Option<UserId>,
    since: PostId,
    after: Option<(i64, PostId)>,
    limit: usize,
) -> Result<Page<Post, (i64, PostId)>, sqlx::Error> {
    const SQL: &str = cards!(
        "select post_id, (like_count, post_id) as key from posts.posts
         where board_id = $2 and post_id > $3 and (like_count, post_id) < ($4, $5)
         order by like_count desc, post_id desc limit $6",
        "desc"
    );
    let (likes, last) = after.map_or((i64::MAX, Uuid::max()), |(likes, post)| (likes, post.0));
    let query = sqlx::query(SQL)
        .bind(viewer.map(|user| user.0))
        .bind(board.0)
        .bind(since.0)
        .bind(likes)
        .bind(last)
        .bind(scanned::rows(limit));
    scanned::page(pool, query, limit, |(likes, id): (i64, Uuid)| (likes, PostId(id)), post).await
}

/// Returns those of the posts that the viewer may read.
///
/// # Errors
/// The database's error.
pub async fn readable(
    pool: impl Reads<'_>,
    posts: &[PostId],
    viewer: Option<UserId>,
) -> Result<HashSet<PostId>, sqlx::Error> {
    const SQL: &str = concat!(
        "select posts.post_id
         from posts.posts
         left join posts.authors on authors.user_id = posts.author_id
         where posts.post_id = any($2::uuid[]) and (posts.anonymous or (",
        include_str!("visible.sql"),
        "))"
    );
    if posts.is_empty() {
        return Ok(HashSet::new());
    }
    let posts: Vec<Uuid> = posts.iter().map(|post| post.0).collect();
    let readable: Vec<Uuid> =
        sqlx::query_scalar(SQL).bind(viewer.map(|user| user.0)).bind(posts).fetch_all(pool).await?;
    Ok(readable.into_iter().map(PostId).collect())
}

/// Returns the posts that `user` likes, the latest like first.
///
/// # Errors
/// The database's error.
pub async fn liked_by(
    pool: impl Reads<'_>,
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

/// Returns the people who like `post`, the latest like first.
///
/// # Errors
/// The database's error.
pub async fn likers(
    pool: impl Reads<'_>,
    post: PostId,
    viewer: Option<UserId>,
    after: Option<Position>,
    limit: usize,
) -> Result<Page<Liker, Position>, sqlx::Error> {
    let query = sqlx::query(include_str!("likers.sql"))
        .bind(viewer.map(|user| user.0))
        .bind(post.0)
        .bind(after.unwrap_or(Position::MAX))
        .bind(scanned::rows(limit));
    scanned::page(pool, query, limit, |position: Position| position, Liker::of).await
}

/// Returns those of the posts that are liked under the alias beside them: the viewer's anonymous likes.
///
/// # Errors
/// The database's error.
pub async fn liked_under(
    pool: impl Reads<'_>,
    posts: &[(PostId, UserId)],
) -> Result<HashSet<PostId>, sqlx::Error> {
    const SQL: &str = "
        select target_id from posts.likes
        join unnest($1::uuid[], $2::uuid[]) as mine (target_id, user_id) using (target_id, user_id)";
    let pairs: Vec<(Uuid, UserId)> = posts.iter().map(|&(post, alias)| (post.0, alias)).collect();
    Ok(likes::among(pool, SQL, &pairs).await?.into_iter().map(PostId).collect())
}

/// Returns the versions of an edited post, the newest first; none of a post that was never edited. The caller
/// has to know whether the viewer may read the post. A key is a version.
///
/// # Errors
/// The database's error.
pub async fn versions(
    pool: impl Reads<'_>,
    post: PostId,
    after: Option<i64>,
    limit: usize,
) -> Result<Page<PostVersion, i64>, sqlx::Error> {
    let rows = sqlx::query(
        "select version, title, text, tags, photos, written_at from posts.versions
         where post_id = $1 and version < $2
         order by version desc limit $3",
    )
    .bind(post.0)
    .bind(after.unwrap_or(i64::MAX))
    .bind(scanned::rows(limit))
    .fetch_all(pool)
    .await?;
    let versions = rows.iter().map(version).collect::<Result<_, _>>()?;
    Ok(Page::of(versions, limit, |version: &PostVersion| version.version))
}

fn version(row: &PgRow) -> Result<PostVersion, sqlx::Error> {
    Ok(PostVersion {
        version: row.try_get("version")?,
        title: row.try_get("title")?,
        text: row.try_get("text")?,
        tags: row.try_get("tags")?,
        photos: row.try_get::<Json<Vec<Photo>>, _>("photos")?.0,
        written_at: row.try_get("written_at")?,
    })
}

/// Returns the photos in posts, those of the newest post first and each post's in its own order: all, or
/// those of `author`. A key is a post and the photo's place in it.
///
/// # Errors
/// The database's error.
pub async fn photos(
    pool: impl Reads<'_>,
    author: Option<UserId>,
    viewer: Option<UserId>,
    after: Option<(PostId, i32)>,
    limit: usize,
) -> Result<Page<PostPhoto, (PostId, i32)>, sqlx::Error> {
    let (post, place) = after.map_or((Uuid::max(), 0), |(post, place)| (post.0, place));
    let sql = if author.is_some() { photos!("author_id = $5 and ") } else { photos!("") };
    let viewer = viewer.map(|user| user.0);
    let query = sqlx::query(sql).bind(viewer).bind(post).bind(place).bind(scanned::rows(limit));
    let query = match author {
        Some(author) => query.bind(author.0),
        None => query,
    };
    scanned::page(pool, query, limit, |(post, place): (Uuid, i32)| (PostId(post), place), photo).await
}

/// Returns the photo in the post that shows it, if the viewer may see it there.
///
/// # Errors
/// The database's error.
pub async fn photo_by_id(
    pool: impl Reads<'_>,
    media: MediaId,
    viewer: Option<UserId>,
) -> Result<Option<PostPhoto>, sqlx::Error> {
    const SQL: &str = concat!(
        "with scanned as (select post_id, place from posts.photos where media_id = $2 limit 1)\n",
        include_str!("photos.sql"),
        include_str!("visible.sql"),
        ")"
    );
    let row = sqlx::query(SQL).bind(viewer.map(|user| user.0)).bind(media.0).fetch_optional(pool).await?;
    row.as_ref().map_or(Ok(None), photo)
}

fn photo(row: &PgRow) -> Result<Option<PostPhoto>, sqlx::Error> {
    let Some(author) = Author::of(row)? else { return Ok(None) };
    Ok(Some(PostPhoto {
        post_id: PostId(row.try_get("post_id")?),
        place: row.try_get("place")?,
        author,
        photo: row.try_get::<Json<Photo>, _>("photo")?.0,
    }))
}

fn post(row: &PgRow) -> Result<Option<Post>, sqlx::Error> {
    let Some(by) = Byline::of(row)? else { return Ok(None) };
    Ok(Some(Post {
        id: PostId(row.try_get("post_id")?),
        by,
        board_id: row.try_get::<Option<Uuid>, _>("board_id")?.map(BoardId),
        followers_only: row.try_get("followers_only")?,
        title: row.try_get("title")?,
        text: row.try_get("text")?,
        tags: row.try_get("tags")?,
        mentions: row.try_get("mentions")?,
        photos: row.try_get::<Json<Vec<Photo>>, _>("photos")?.0,
        like_count: row.try_get("like_count")?,
        comment_count: row.try_get("comment_count")?,
        view_count: row.try_get("view_count")?,
        liked_by_me: row.try_get("liked_by_me")?,
        version: row.try_get("version")?,
        published_at: row.try_get("published_at")?,
        edited_at: row.try_get("edited_at")?,
    }))
}
