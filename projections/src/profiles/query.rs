//! The queries of people. People who have left are hidden everywhere.

use super::Person;
use crate::reads::Reads;
use crate::{Page, Position, scanned};
use domain::value::{MediaId, PostId, UserId};
use sqlx::Row;
use sqlx::postgres::PgRow;
use uuid::Uuid;

/// Shows the people whom `$scan` finds, but for those who are hidden for `$reasons`. The scan's columns are
/// `user_id` and `key`; $1 is the viewer.
macro_rules! people {
    ($scan:literal, $reasons:literal) => {
        concat!(
            "with scanned as (",
            $scan,
            ")\n",
            include_str!("person.sql"),
            $reasons,
            "))\norder by scanned.key desc"
        )
    };
}

/// Shows people, but for those who block the viewer: these are not there for the viewer.
macro_rules! person {
    ($scan:literal) => {
        people!($scan, "'blocked'")
    };
}

/// Shows people for a list, which has nobody who blocks the viewer, or whom the viewer blocks or mutes.
macro_rules! listed {
    ($scan:literal) => {
        people!($scan, "'blocked', 'blocks', 'mutes'")
    };
}

/// Returns the person who has this handle now. `key` is [`domain::value::Handle::key_of`] of the requested
/// handle.
///
/// # Errors
/// The database's error.
pub async fn by_handle_key(
    pool: impl Reads<'_>,
    key: &str,
    viewer: Option<UserId>,
) -> Result<Option<Person>, sqlx::Error> {
    const SQL: &str =
        person!("select user_id, user_id as key from profiles.people where handle_key = $2 and active");
    let row = sqlx::query(SQL).bind(viewer.map(|user| user.0)).bind(key).fetch_optional(pool).await?;
    row.as_ref().map_or(Ok(None), person)
}

/// Returns the person with this id.
///
/// # Errors
/// The database's error.
pub async fn by_id(
    pool: impl Reads<'_>,
    id: UserId,
    viewer: Option<UserId>,
) -> Result<Option<Person>, sqlx::Error> {
    const SQL: &str = person!("select $2::uuid as user_id, 0 as key");
    let row = sqlx::query(SQL).bind(viewer.map(|user| user.0)).bind(id.0).fetch_optional(pool).await?;
    row.as_ref().map_or(Ok(None), person)
}

/// Returns these people in this order; hidden and unknown ones are left out.
///
/// # Errors
/// The database's error.
pub async fn cards(
    pool: impl Reads<'_>,
    ids: &[UserId],
    viewer: Option<UserId>,
) -> Result<Vec<Person>, sqlx::Error> {
    const SQL: &str = listed!(
        "select user_id, -place as key from unnest($2::uuid[]) with ordinality as wanted (user_id, place)"
    );
    if ids.is_empty() {
        return Ok(vec![]);
    }
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query(SQL).bind(viewer.map(|user| user.0)).bind(ids).fetch_all(pool).await?;
    rows.iter().filter_map(|row| person(row).transpose()).collect()
}

/// Returns all people, newest first.
///
/// # Errors
/// The database's error.
pub async fn list(
    pool: impl Reads<'_>,
    viewer: Option<UserId>,
    after: Option<UserId>,
    limit: usize,
) -> Result<Page<Person, UserId>, sqlx::Error> {
    const SQL: &str = listed!(
        "select user_id, user_id as key from profiles.people where active and user_id < $2
         order by user_id desc limit $3"
    );
    let query = sqlx::query(SQL)
        .bind(viewer.map(|user| user.0))
        .bind(after.map_or(Uuid::max(), |user| user.0))
        .bind(scanned::rows(limit));
    scanned::page(pool, query, limit, UserId, person).await
}

/// Returns the followers of `user`, the latest follow first.
///
/// # Errors
/// The database's error.
pub async fn followers(
    pool: impl Reads<'_>,
    user: UserId,
    viewer: Option<UserId>,
    after: Option<Position>,
    limit: usize,
) -> Result<Page<Person, Position>, sqlx::Error> {
    const SQL: &str = listed!(
        "select follower_id as user_id, position as key from profiles.follows
         where followee_id = $2 and position < $3
         order by position desc limit $4"
    );
    follows(pool, SQL, user, viewer, after, limit).await
}

/// Returns the people whom `user` follows, the latest follow first.
///
/// # Errors
/// The database's error.
pub async fn following(
    pool: impl Reads<'_>,
    user: UserId,
    viewer: Option<UserId>,
    after: Option<Position>,
    limit: usize,
) -> Result<Page<Person, Position>, sqlx::Error> {
    const SQL: &str = listed!(
        "select followee_id as user_id, position as key from profiles.follows
         where follower_id = $2 and position < $3
         order by position desc limit $4"
    );
    follows(pool, SQL, user, viewer, after, limit).await
}

/// Returns the people who ask to follow `user` and were not answered yet, the latest first. `user` is the
/// viewer.
///
/// # Errors
/// The database's error.
pub async fn follow_requests(
    pool: impl Reads<'_>,
    user: UserId,
    after: Option<Position>,
    limit: usize,
) -> Result<Page<Person, Position>, sqlx::Error> {
    const SQL: &str = listed!(
        "select follower_id as user_id, position as key from profiles.follow_requests
         where followee_id = $2 and position < $3
         order by position desc limit $4"
    );
    follows(pool, SQL, user, Some(user), after, limit).await
}

/// Returns the people whom `user` blocks, by id, the newest member first; also those who block `user`.
///
/// # Errors
/// The database's error.
pub async fn blocked(
    pool: impl Reads<'_>,
    user: UserId,
    after: Option<UserId>,
    limit: usize,
) -> Result<Page<Person, UserId>, sqlx::Error> {
    const SQL: &str = people!(
        "select user_id, user_id as key from profiles.hidden
         where viewer_id = $1 and reason = 'blocks' and user_id < $2
         order by user_id desc limit $3",
        "''"
    );
    kept_away(pool, SQL, user, after, limit).await
}

/// Returns the people whom `user` mutes, by id, the newest member first.
///
/// # Errors
/// The database's error.
pub async fn muted(
    pool: impl Reads<'_>,
    user: UserId,
    after: Option<UserId>,
    limit: usize,
) -> Result<Page<Person, UserId>, sqlx::Error> {
    const SQL: &str = person!(
        "select user_id, user_id as key from profiles.hidden
         where viewer_id = $1 and reason = 'mutes' and user_id < $2
         order by user_id desc limit $3"
    );
    kept_away(pool, SQL, user, after, limit).await
}

async fn kept_away(
    pool: impl Reads<'_>,
    sql: &'static str,
    user: UserId,
    after: Option<UserId>,
    limit: usize,
) -> Result<Page<Person, UserId>, sqlx::Error> {
    let query = sqlx::query(sql)
        .bind(user.0)
        .bind(after.map_or(Uuid::max(), |user| user.0))
        .bind(scanned::rows(limit));
    scanned::page(pool, query, limit, UserId, person).await
}

async fn follows(
    pool: impl Reads<'_>,
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

/// Returns how many active people have how many followers: from 0, from each power of two, and from the
/// number after `border` up to the next of these, that number and the number of people.
///
/// # Errors
/// The database's error.
pub async fn by_followers(pool: impl Reads<'_>, border: i64) -> Result<Vec<(i64, i64)>, sqlx::Error> {
    sqlx::query_as(
        "with doubled as (
             select follower_count,
                 case when follower_count > 0 then 1::bigint << floor(log(2, follower_count))::int else 0 end as power
             from profiles.people where active
         )
         select case when follower_count > $1 then greatest(power, $1 + 1) else power end, count(*)
         from doubled group by 1 order by 1",
    )
    .bind(border)
    .fetch_all(pool)
    .await
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
        private: row.try_get("private")?,
        pinned_post_ids: row.try_get::<Vec<Uuid>, _>("pinned_post_ids")?.into_iter().map(PostId).collect(),
        follower_count: row.try_get("follower_count")?,
        following_count: row.try_get("following_count")?,
        post_count: row.try_get("post_count")?,
        followed_by_me: row.try_get("followed_by_me")?,
        follows_me: row.try_get("follows_me")?,
        follow_requested_by_me: row.try_get("follow_requested_by_me")?,
        blocked_by_me: row.try_get("blocked_by_me")?,
        muted_by_me: row.try_get("muted_by_me")?,
        version: row.try_get("version")?,
        created_at: row.try_get("created_at")?,
    }))
}
