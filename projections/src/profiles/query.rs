//! Reads people. Who has left is hidden everywhere.

use super::Person;
use crate::{Page, Position, scanned};
use domain::value::{MediaId, UserId};
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row};
use uuid::Uuid;

/// Shows the people that `$scan` finds. Its columns are `user_id` and `key`; $1 is the viewer.
macro_rules! people {
    ($scan:literal) => {
        concat!("with scanned as (", $scan, ")\n", include_str!("person.sql"), "order by scanned.key desc")
    };
}

/// The person who has this handle now. `key` is [`domain::value::Handle::key_of`] of what was asked for.
///
/// # Errors
/// The database's.
pub async fn by_handle_key(
    pool: &PgPool,
    key: &str,
    viewer: Option<UserId>,
) -> Result<Option<Person>, sqlx::Error> {
    const SQL: &str =
        people!("select user_id, user_id as key from profiles.people where handle_key = $2 and active");
    let row = sqlx::query(SQL).bind(viewer.map(|user| user.0)).bind(key).fetch_optional(pool).await?;
    row.as_ref().map_or(Ok(None), person)
}

/// The person with this id.
///
/// # Errors
/// The database's.
pub async fn by_id(pool: &PgPool, id: UserId, viewer: Option<UserId>) -> Result<Option<Person>, sqlx::Error> {
    const SQL: &str = people!("select $2::uuid as user_id, 0 as key");
    let row = sqlx::query(SQL).bind(viewer.map(|user| user.0)).bind(id.0).fetch_optional(pool).await?;
    row.as_ref().map_or(Ok(None), person)
}

/// Everyone, newest first.
///
/// # Errors
/// The database's.
pub async fn list(
    pool: &PgPool,
    viewer: Option<UserId>,
    after: Option<UserId>,
    limit: usize,
) -> Result<Page<Person, UserId>, sqlx::Error> {
    const SQL: &str = people!(
        "select user_id, user_id as key from profiles.people where active and user_id < $2
         order by user_id desc limit $3"
    );
    let query = sqlx::query(SQL)
        .bind(viewer.map(|user| user.0))
        .bind(after.map_or(Uuid::max(), |user| user.0))
        .bind(scanned::rows(limit));
    scanned::page(pool, query, limit, UserId, person).await
}

/// Who follows `user`, the latest follow first.
///
/// # Errors
/// The database's.
pub async fn followers(
    pool: &PgPool,
    user: UserId,
    viewer: Option<UserId>,
    after: Option<Position>,
    limit: usize,
) -> Result<Page<Person, Position>, sqlx::Error> {
    const SQL: &str = people!(
        "select follower_id as user_id, position as key from profiles.follows
         where followee_id = $2 and position < $3
         order by position desc limit $4"
    );
    follows(pool, SQL, user, viewer, after, limit).await
}

/// Whom `user` follows, the latest follow first.
///
/// # Errors
/// The database's.
pub async fn following(
    pool: &PgPool,
    user: UserId,
    viewer: Option<UserId>,
    after: Option<Position>,
    limit: usize,
) -> Result<Page<Person, Position>, sqlx::Error> {
    const SQL: &str = people!(
        "select followee_id as user_id, position as key from profiles.follows
         where follower_id = $2 and position < $3
         order by position desc limit $4"
    );
    follows(pool, SQL, user, viewer, after, limit).await
}

async fn follows(
    pool: &PgPool,
    sql: &'static str,
    user: UserId,
    viewer: Option<UserId>,
    after: Option<Position>,
    limit: usize,
) -> Result<Page<Person, Position>, sqlx::Error> {
    let query = sqlx::query(sql)
        .bind(viewer.map(|user| user.0))
        .bind(user.0)
        .bind(after.unwrap_or(Position::MAX))
        .bind(scanned::rows(limit));
    scanned::page(pool, query, limit, |position: Position| position, person).await
}

fn person(row: &PgRow) -> Result<Option<Person>, sqlx::Error> {
    let Some(id) = row.try_get::<Option<Uuid>, _>("user_id")? else { return Ok(None) };
    Ok(Some(Person {
        id: UserId(id),
        handle: row.try_get("handle")?,
        display_name: row.try_get("display_name")?,
        bio: row.try_get("bio")?,
        links: row.try_get("links")?,
        avatar_media_id: row.try_get::<Option<Uuid>, _>("avatar_media_id")?.map(MediaId),
        banner_media_id: row.try_get::<Option<Uuid>, _>("banner_media_id")?.map(MediaId),
        follower_count: row.try_get("follower_count")?,
        following_count: row.try_get("following_count")?,
        post_count: row.try_get("post_count")?,
        followed_by_me: row.try_get("followed_by_me")?,
        follows_me: row.try_get("follows_me")?,
        version: row.try_get("version")?,
        created_at: row.try_get("created_at")?,
    }))
}
